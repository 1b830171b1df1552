//! JSON that is read one level at a time.
//!
//! Every value stays text until it is asked for. So an answer of a hundred thousand small values
//! costs no tree, and what nobody asks for may be as deep or as odd as JSON allows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON value that has not been read yet.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "&'a RawValue", bound(deserialize = "'de: 'a"))]
pub(crate) struct Data<'a>(pub(super) &'a str);

/// The members of an object. Of two with one name the later one counts.
pub(super) type Members<'a> = BTreeMap<String, Data<'a>>;

impl<'a> From<&'a RawValue> for Data<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

impl<'a> Data<'a> {
    /// `null`, also for a value that is not there.
    pub(super) const NULL: Self = Self("null");

    fn read<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0).ok()
    }

    /// Reads a string, number or boolean; anything else is `Null`.
    pub(super) fn scalar(self) -> Value {
        if self.0.starts_with(['[', '{']) {
            return Value::Null;
        }
        self.read().unwrap_or_default()
    }

    /// Reads text, trimmed, or an integer as text. A float is neither: an ID that became one has
    /// lost digits.
    pub(super) fn text(self) -> Option<String> {
        match self.scalar() {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// Reads a boolean, also one written as text.
    pub(super) fn truth(self) -> Option<bool> {
        match self.scalar() {
            Value::Bool(truth) => Some(truth),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// Returns the elements of a list, or an object as the only one. `None` for scalars.
    pub(super) fn elements(self) -> Option<Vec<Self>> {
        match self.0.as_bytes().first()? {
            b'[' => self.read(),
            b'{' => Some(vec![self]),
            _ => None,
        }
    }

    /// Reads an object. `None` for anything else.
    pub(super) fn members(self) -> Option<Members<'a>> {
        self.read()
    }

    /// Finds the first of `names` that is not `null`, here or up to `depth` levels below, through
    /// objects and lists of a single element.
    pub(super) fn find(self, names: &[&str], depth: usize) -> Option<Self> {
        let mut below = match self.0.as_bytes().first()? {
            b'[' => self.read::<[Self; 1]>()?.to_vec(),
            b'{' => {
                let members = self.members()?;
                let mut named = names.iter().filter_map(|name| members.get(*name));
                if let Some(found) = named.find(|data| **data != Self::NULL) {
                    return Some(*found);
                }
                members.into_values().collect()
            }
            _ => return None,
        };
        let depth = depth.checked_sub(1)?;
        // All of them lie in one text: their addresses are their order in it.
        below.sort_unstable_by_key(|data| data.0.as_ptr());
        below.into_iter().find_map(|data| data.find(names, depth))
    }
}
