//! Reading JSON in one pass that keeps only what is asked for, so that an answer of a
//! hundred thousand small values costs no more memory than its bytes.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What becomes of a JSON value: one of these is called, and reads all of it.
pub(super) trait Look<'de>: Sized {
    /// What is kept.
    type Kept;

    /// A scalar, `null` among them.
    fn scalar(self, value: Value) -> Self::Kept;

    /// A list.
    fn list<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Kept, A::Error>;

    /// An object.
    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Self::Kept, A::Error>;
}

/// Reads a whole text. `None` where it is no JSON.
pub(super) fn look<'de, L: Look<'de>>(text: &'de [u8], look: L) -> Option<L::Kept> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let kept = At(look).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(kept)
}

/// A look as serde wants it.
pub(super) struct At<L>(pub(super) L);

impl<'de, L: Look<'de>> DeserializeSeed<'de> for At<L> {
    type Value = L::Kept;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<L::Kept, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de, L: Look<'de>> Visitor<'de> for At<L> {
    type Value = L::Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<L::Kept, E> {
        Ok(self.0.scalar(Value::Null))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<L::Kept, E> {
        Ok(self.0.scalar(Value::Bool(truth)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<L::Kept, E> {
        Ok(self.0.scalar(number.into()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<L::Kept, E> {
        Ok(self.0.scalar(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<L::Kept, E> {
        Ok(self
            .0
            .scalar(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<L::Kept, E> {
        Ok(self.0.scalar(Value::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<L::Kept, A::Error> {
        self.0.list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<L::Kept, A::Error> {
        self.0.object(members)
    }
}

/// Reads a member's name as its place among these, without keeping it.
pub(super) struct NameOf<'n>(pub(super) &'n [&'n str]);

impl<'de> DeserializeSeed<'de> for NameOf<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Option<usize>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for NameOf<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Option<usize>, E> {
        Ok(self.0.iter().position(|known| *known == name))
    }
}

/// Passes over the rest of a list; how much that was.
pub(super) fn rest<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<usize, A::Error> {
    let mut count = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        count += 1;
    }
    Ok(count)
}

/// A scalar as it is, `null` as `None`; of a list or an object only that it is one.
#[derive(Clone, Copy)]
pub(super) struct Scalar;

impl<'de> Look<'de> for Scalar {
    type Kept = Option<Value>;

    fn scalar(self, value: Value) -> Self::Kept {
        Some(value).filter(|value| !value.is_null())
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Kept, A::Error> {
        rest(&mut list)?;
        Ok(Some(Value::Array(Vec::new())))
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Kept, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(Value::Object(Map::new())))
    }
}

/// The members with these names, each read as a [`Scalar`], in the names' order; `null`
/// where there is none. Of two with the same name the later one counts.
pub(super) fn members<'de, A: MapAccess<'de>, const N: usize>(
    mut from: A,
    names: [&str; N],
) -> Result<[Value; N], A::Error> {
    let mut found = [const { Value::Null }; N];
    while let Some(name) = from.next_key_seed(NameOf(&names))? {
        match name {
            Some(name) => {
                found[name] = from.next_value_seed(At(Scalar))?.unwrap_or_default();
            }
            None => {
                from.next_value::<IgnoredAny>()?;
            }
        }
    }
    Ok(found)
}

/// Finds the first member with one of `names` that is not `null`, here or below objects and
/// lists of a single element, and reads it with `read`, which gives `None` for `null`.
#[derive(Clone, Copy)]
pub(super) struct Find<'n, L, T> {
    names: &'n [&'n str],
    /// How far below this value the member may be; `None`: not even here.
    depth: Option<usize>,
    read: L,
    found: PhantomData<T>,
}

impl<'n, L: Copy, T> Find<'n, L, T> {
    pub(super) fn new(names: &'n [&'n str], depth: usize, read: L) -> Self {
        Self {
            names,
            depth: Some(depth),
            read,
            found: PhantomData,
        }
    }

    fn below(&self) -> Self {
        Self {
            names: self.names,
            depth: self.depth.and_then(|depth| depth.checked_sub(1)),
            read: self.read,
            found: PhantomData,
        }
    }
}

impl<'de, L, T> Look<'de> for Find<'_, L, T>
where
    L: Look<'de, Kept = Option<T>> + Copy,
{
    type Kept = Option<T>;

    fn scalar(self, _: Value) -> Option<T> {
        None
    }

    fn list<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<T>, A::Error> {
        let first = match self.depth {
            Some(_) => list.next_element_seed(At(self.below()))?.flatten(),
            None => None,
        };
        let is_alone = rest(&mut list)? == 0;
        Ok(first.filter(|_| is_alone))
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Option<T>, A::Error> {
        let mut here: Option<(usize, T)> = None;
        let mut below = None;
        while let Some(name) = members.next_key_seed(NameOf(self.names))? {
            match name {
                _ if self.depth.is_none() => {
                    members.next_value::<IgnoredAny>()?;
                }
                Some(name) => {
                    let value = members.next_value_seed(At(self.read))?;
                    if let Some(value) = value
                        && here.as_ref().is_none_or(|(best, _)| name <= *best)
                    {
                        here = Some((name, value));
                    }
                }
                None => {
                    let value = members.next_value_seed(At(self.below()))?;
                    below = below.or(value);
                }
            }
        }
        Ok(here.map(|(_, value)| value).or(below))
    }
}
