//! One way to write what a mail says, whatever its layout.

/// Folds a text: one line per block, cells parted by a tab, runs of white space one space, no empty lines.
///
/// Unicode spaces become a space, zero-width and direction-changing characters vanish (one bank puts zero-width non-joiners
/// into amounts), full-width forms become ASCII (the part of NFKC that digits and punctuation need).
pub(crate) fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split('\n') {
        let mut cells = line
            .split('\t')
            .map(fold_spaces)
            .filter(|cell| !cell.is_empty());
        let Some(first) = cells.next() else { continue };
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&first);
        for cell in cells {
            out.push('\t');
            out.push_str(&cell);
        }
    }
    out
}

/// A plain text whose columns are set apart by white space, with tabs between them. Such a gap is no column's beside a colon or
/// dash that is aligned with others.
pub(crate) fn columns(text: &str) -> String {
    const WIDE: &str = "   ";
    let mark = |c: char| matches!(c, ':' | '=' | '-' | '.' | '|' | '–');
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut rest = line.trim_start_matches(' ');
        while let Some(at) = rest.find(WIDE) {
            let (before, gap) = rest.split_at(at);
            let after = gap.trim_start_matches(' ');
            let column = !before.ends_with(mark) && !after.starts_with(mark);
            out.push_str(before);
            out.push(if column { '\t' } else { ' ' });
            rest = after;
        }
        out.push_str(rest);
    }
    out
}

/// A text in one line: a subject, a display name.
pub(crate) fn normalise_line(text: &str) -> String {
    fold_spaces(text)
}

fn fold_spaces(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars().filter_map(fold) {
        if c == ' ' {
            space = true;
            continue;
        }
        if space && !out.is_empty() {
            out.push(' ');
        }
        space = false;
        out.push(c);
    }
    out
}

/// `None` for a character that nobody sees.
fn fold(c: char) -> Option<char> {
    match c {
        '\u{00ad}'
        | '\u{034f}'
        | '\u{061c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' => None,
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' => None,
        _ if c.is_whitespace() || c.is_control() => Some(' '),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_invisible_characters_and_wide_digits_are_folded() {
        assert_eq!(
            normalise(
                "  Rs.\u{a0}1,2\u{200c}50 \r\n\r\n\t a \t\t b\t\n \u{ff11}\u{ff12}\u{ff0e}\u{ff15}"
            ),
            "Rs. 1,250\na\tb\n12.5"
        );
        assert_eq!(normalise_line(" a\r\n\tb\u{202e} "), "a b");
    }
}
