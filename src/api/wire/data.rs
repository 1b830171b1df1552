//! JSON parsed one level at a time.
//!
//! Values stay text until they are read, so that a response of 100,000 small values costs no tree,
//! and unread parts may be as deep or odd as JSON allows.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// An unparsed JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(from = "&'a RawValue", bound(deserialize = "'de: 'a"))]
pub(crate) struct Data<'a>(pub(super) &'a str);

/// Members of an object. The last of several with one name counts.
pub(super) type Members<'a> = BTreeMap<String, Data<'a>>;

impl<'a> From<&'a RawValue> for Data<'a> {
    fn from(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }
}

impl<'a> Data<'a> {
    /// `null`, also for a missing value.
    pub(super) const NULL: Self = Self("null");

    fn read<T: Deserialize<'a>>(self) -> Option<T> {
        serde_json::from_str(self.0).ok()
    }

    /// Parses a string, number or boolean; anything else is `Null`.
    pub(super) fn scalar(self) -> Value {
        if self.0.starts_with(['[', '{']) {
            return Value::Null;
        }
        self.read().unwrap_or_default()
    }

    /// Parses trimmed text, or an integer as text. Floats are excluded: an id that became one has
    /// lost digits.
    pub(super) fn text(self) -> Option<String> {
        match self.scalar() {
            Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            Value::Number(number) if !number.is_f64() => Some(number.to_string()),
            _ => None,
        }
    }

    /// Parses a boolean, also one written as text.
    pub(super) fn truth(self) -> Option<bool> {
        match self.scalar() {
            Value::Bool(truth) => Some(truth),
            Value::String(text) => text.trim().to_ascii_lowercase().parse().ok(),
            _ => None,
        }
    }

    /// Returns a list's elements, or an object as the only one; `None` for scalars.
    pub(super) fn elements(self) -> Option<Vec<Self>> {
        match self.0.as_bytes().first()? {
            b'[' => self.read(),
            b'{' => Some(vec![self]),
            _ => None,
        }
    }

    /// Parses an object; `None` for anything else.
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
        // All values are slices of one text, so their addresses give their order.
        below.sort_unstable_by_key(|data| data.0.as_ptr());
        below.into_iter().find_map(|data| data.find(names, depth))
    }
}
