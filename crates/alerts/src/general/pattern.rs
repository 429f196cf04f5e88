//! Patterns of the general reader.

use regex::{Regex, RegexSet, RegexSetBuilder};

/// Compiles a constant pattern.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(&ascii(text)).expect("a constant pattern, compiled by tests")
}

/// Compiles constant patterns that are searched together, without case.
pub(super) fn set(patterns: &[&str]) -> RegexSet {
    RegexSetBuilder::new(patterns.iter().map(|text| ascii(text)))
        .case_insensitive(true)
        .build()
        .expect("constant patterns, compiled by tests")
}

/// The same with ASCII's digits, words and word boundaries, and the white space that a normalised text has. All of Unicode's would
/// make them several times as large: this is what a verifier keeps in memory once a mail of unknown form has come.
fn ascii(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() * 2);
    let mut in_class = false;
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        match c {
            '[' => in_class = true,
            ']' => in_class = false,
            '\\' => {
                let escaped = characters.next().unwrap_or('\\');
                match (escaped, in_class) {
                    ('d', true) => out.push_str("0-9"),
                    ('d', false) => out.push_str("[0-9]"),
                    ('w', true) => out.push_str("A-Za-z0-9_"),
                    ('w', false) => out.push_str("[A-Za-z0-9_]"),
                    ('W', false) => out.push_str("[^A-Za-z0-9_]"),
                    ('s', true) => out.push_str(" \\t\\n"),
                    ('s', false) => out.push_str("[ \\t\\n]"),
                    ('S', false) => out.push_str("[^ \\t\\n]"),
                    ('b', false) => out.push_str("(?-u:\\b)"),
                    _ => out.extend(['\\', escaped]),
                }
                continue;
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_and_boundaries_become_asciis() {
        assert_eq!(
            ascii(r"\bRs\.?\s[\d,\s]+\w\W[^\w\n]\S"),
            r"(?-u:\b)Rs\.?[ \t\n][0-9, \t\n]+[A-Za-z0-9_][^A-Za-z0-9_][^A-Za-z0-9_\n][^ \t\n]"
        );
        assert!(pattern(r"(?i)\bx\b").is_match("जमा X"));
    }
}
