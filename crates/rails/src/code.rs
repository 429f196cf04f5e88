//! The reference code: how an intent is recognised in the note of a payment.
//!
//! Nine characters carry 45 random bits, the tenth checks them. The alphabet is base32 without look-alikes (no I, L, O, U), as
//! Crockford's. Banks change case, drop or add separators and cut what follows; [`find_codes`] reads through all of that.

mod check;
mod find;

pub use find::find_codes;

use find::{Symbol, symbol};

/// 0–9 and A–Z without I, L, O, U: a character's place is its value.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A reference code, always valid. Displayed as ten upper-case characters, the form to store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; Code::LEN]);

/// Why a text is no reference code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    #[error("must have 10 characters")]
    Length,
    #[error("has a character that no reference code has")]
    Character,
    #[error("is mistyped: the check character does not fit")]
    Check,
}

impl Code {
    /// Characters of a code, the check character included.
    pub const LEN: usize = 10;
    const DATA: usize = Self::LEN - 1;

    /// The code of 48 random bits, of which it keeps 45. Codes are never reused: the caller stores them under a unique key.
    pub fn from_random(bytes: [u8; 6]) -> Self {
        let mut bits = bytes
            .into_iter()
            .fold(0_u64, |bits, byte| bits << 8 | u64::from(byte));
        let mut values = [0; Self::LEN];
        for value in &mut values[..Self::DATA] {
            *value = u8::try_from(bits & 31).unwrap_or(0);
            bits >>= 5;
        }
        values[Self::DATA] = check::character(&values[..Self::DATA]);
        Self(values)
    }

    /// Reads one code that a person typed or a database kept: case, separators and look-alikes (`O`, `I`, `L`) are forgiven.
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut values = [0; Self::LEN];
        let mut len = 0;
        for c in text.chars() {
            match symbol(c) {
                Symbol::Skip => {}
                Symbol::Foreign => return Err(CodeError::Character),
                Symbol::Value(value) => {
                    *values.get_mut(len).ok_or(CodeError::Length)? = value;
                    len += 1;
                }
            }
        }
        if len != Self::LEN {
            return Err(CodeError::Length);
        }
        Self::from_values(values).ok_or(CodeError::Check)
    }

    fn from_values(values: [u8; Self::LEN]) -> Option<Self> {
        check::holds(&values).then_some(Self(values))
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        use std::fmt::Write as _;
        self.0
            .iter()
            .filter_map(|value| ALPHABET.get(usize::from(*value)))
            .try_for_each(|b| f.write_char(char::from(*b)))
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Code({self})")
    }
}

#[cfg(test)]
mod tests;
