//! A merchant's own JSON, which is kept and passed on byte for byte: it must mean the same to every reader.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// Why such a value is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("is larger than {0} bytes")]
    TooLarge(usize),
    /// Nested too deep, a member twice, a number or text that no reader can hold.
    #[error("{0}")]
    Ambiguous(String),
}

/// Checks a value that is JSON already.
///
/// # Errors
/// [`Flaw`], with the first thing found.
pub(crate) fn check(text: &str, largest: usize, deepest: usize) -> Result<(), Flaw> {
    if text.len() > largest {
        return Err(Flaw::TooLarge(largest));
    }
    let mut json = serde_json::Deserializer::from_str(text);
    Depth { left: deepest }.deserialize(&mut json).map_err(|e| {
        let why = e.to_string();
        Flaw::Ambiguous(why.split(" at line ").next().unwrap_or_default().to_owned())
    })
}

#[derive(Clone, Copy)]
struct Depth {
    left: usize,
}

impl Depth {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1);
        left.map(|left| Self { left })
            .ok_or_else(|| E::custom("is nested too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        let mut names = HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            map.next_value_seed(inner)?;
            if let Some(again) = names.replace(name) {
                return Err(A::Error::custom(format_args!(
                    "has the member {again:?} twice"
                )));
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let inner = self.deeper()?;
        while seq.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}
