//! Text from outside must not drive a terminal: no escape sequences, no overwritten lines, no reordered words.

use std::fmt::Write as _;

/// `text` as one line of visible characters. What would move the cursor or the reading direction becomes `?`.
pub(super) fn clean(text: &str) -> String {
    let shown = text.chars().map(|c| match c {
        '\t' => ' ',
        c if is_unsafe(c) => '?',
        c => c,
    });
    shown.collect::<String>().trim_end().to_owned()
}

/// JSON with the same characters escaped. `serde_json` escapes only those below a space; unescaped ones stand inside
/// strings, where an escape means the same.
pub(super) fn clean_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters (C0, DEL, and C1, whose U+009B begins a sequence like ESC [), line separators, and the characters
/// that hide or reorder text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{00ad}' | '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_drives_a_terminal_is_made_visible() {
        assert_eq!(
            clean("a\u{1b}[2Jb\rc\nd\u{9b}31me\u{202e}f\u{7f}\tg "),
            "a?[2Jb?c?d?31me?f? g"
        );
        assert_eq!(clean("₹ ज़ é 漢"), "₹ ज़ é 漢");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let text = "C1 \u{9b} bidi \u{202e} tag \u{e0041} tab\t";
        let cleaned = clean_json(&serde_json::to_string(text).unwrap());
        assert!(!cleaned.chars().any(is_unsafe), "{cleaned}");
        assert_eq!(serde_json::from_str::<String>(&cleaned).unwrap(), text);
    }
}
