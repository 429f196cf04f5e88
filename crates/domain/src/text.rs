//! Free text from outside: names and notes that banks and payers wrote.

use serde::{Deserialize, Serialize};

/// At most 140 characters without control or direction-changing characters; trimmed, runs of white space folded to one space.
///
/// The limit and the ban hold for every name and note that crosses the bus, so that no log, terminal or page has to fear them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ShortText(String);

impl ShortText {
    /// Longest text in characters.
    pub const MAX_CHARS: usize = 140;

    /// Cleans and cuts; never fails, since evidence must not be lost over a strange name.
    pub fn clean(text: &str) -> Self {
        let folded = visible(text);
        Self(folded.chars().take(Self::MAX_CHARS).collect())
    }

    /// `None` where nothing visible is left.
    pub fn non_empty(text: &str) -> Option<Self> {
        let clean = Self::clean(text);
        (!clean.0.is_empty()).then_some(clean)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a person decided so, in that person's words: 1 to 300 characters, cleaned like [`ShortText`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

/// A reason that says nothing, or too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to 300 characters")]
pub struct ReasonError;

impl Reason {
    /// Longest reason in characters.
    pub const MAX_CHARS: usize = 300;

    /// Reads a reason. Only what is visible counts.
    ///
    /// # Errors
    /// [`ReasonError`].
    pub fn parse(text: &str) -> Result<Self, ReasonError> {
        let clean = visible(text);
        let fits = (1..=Self::MAX_CHARS).contains(&clean.chars().count());
        fits.then_some(Self(clean)).ok_or(ReasonError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reason {
    type Error = ReasonError;

    fn try_from(text: String) -> Result<Self, ReasonError> {
        Self::parse(&text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

/// Without control and direction-changing characters; trimmed, runs of white space folded to one space.
fn visible(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !is_invisible(*c))
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Neither a control character nor one that hides or reorders text: safe on a page, in a terminal, in a log.
pub fn is_shown_safely(c: char) -> bool {
    !c.is_control() && !is_invisible(c)
}

/// Zero-width and bidirectional control characters (Unicode `Cf` that can hide or reorder text).
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{00ad}')
}

impl From<String> for ShortText {
    fn from(text: String) -> Self {
        Self::clean(&text)
    }
}

impl From<ShortText> for String {
    fn from(text: ShortText) -> Self {
        text.0
    }
}

impl std::fmt::Display for ShortText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_direction_marks_do_not_get_through() {
        let text = ShortText::clean("  Ra\u{1b}[31mvi\u{202e}\r\n  K\u{200b}umar ");
        assert_eq!(text.as_str(), "Ra [31mvi Kumar");
        assert_eq!(
            ShortText::clean(&"é".repeat(200)).as_str().chars().count(),
            140
        );
        assert_eq!(ShortText::non_empty(" \u{200b}\n"), None);
    }

    #[test]
    fn a_reason_says_something_and_not_too_much() {
        assert_eq!(
            Reason::parse("  paid\r\n twice ").unwrap().as_str(),
            "paid twice"
        );
        for text in ["", " \u{200b}\n", &"é".repeat(301)] {
            assert_eq!(Reason::parse(text), Err(ReasonError));
        }
        assert!(Reason::parse(&"é".repeat(300)).is_ok());
    }
}
