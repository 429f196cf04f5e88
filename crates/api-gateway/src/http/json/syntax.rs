//! What is wrong with a text that is no JSON.

use super::Malformed;

/// Numbers that other languages write into what they call JSON. The longest first.
const NOT_FINITE: [&str; 3] = ["-Infinity", "Infinity", "NaN"];

/// Names the member if a number that is none stands in it, else the place of the error.
pub(super) fn explain(text: &str, error: &serde_json::Error) -> Malformed {
    if let Some((member, number)) = not_finite(text) {
        return Malformed::NotFinite {
            member,
            text: number,
        };
    }
    let why = error.to_string();
    // "… at line 1 column 5" is told as an offset.
    let why = why.split(" at line ").next().unwrap_or_default().to_owned();
    Malformed::Syntax {
        offset: offset(text, error.line(), error.column()),
        why,
    }
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len())
}

/// The first such number outside strings, with the outermost member that it stands in.
fn not_finite(text: &str) -> Option<(String, &'static str)> {
    let mut depth = 0_usize;
    let mut member: Option<String> = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let found = NOT_FINITE.into_iter().find(|n| rest.starts_with(n));
        if let (Some(number), Some(member)) = (found, &member) {
            return Some((member.clone(), number));
        }
        let mut step = first.len_utf8();
        match first {
            '"' => {
                step = string_end(rest);
                let (string, after) = rest.split_at(step);
                let is_key = after.trim_start().starts_with(':');
                if depth == 1 && is_key {
                    member = Some(string.trim_matches('"').to_owned());
                }
            }
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        rest = rest.get(step..).unwrap_or_default();
    }
    None
}

/// The length of the string literal that `text` begins with.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
