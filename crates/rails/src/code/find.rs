//! Codes in what a bank printed of a note.

use super::{ALPHABET, Code};

/// Notes on the bus have at most 140 characters; more than this is never read, whatever a caller passes.
const MAX_CHARS: usize = 256;

/// What a character of a note means to a code.
pub(super) enum Symbol {
    Value(u8),
    /// Spaces, punctuation, invisible characters: they may stand anywhere inside a code.
    Skip,
    /// A letter or digit that no code has.
    Foreign,
}

pub(super) fn symbol(c: char) -> Symbol {
    if !c.is_alphanumeric() {
        return Symbol::Skip;
    }
    let plain = match narrow(c).to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET
        .iter()
        .zip(0_u8..)
        .find(|(known, _)| char::from(**known) == plain)
        .map_or(Symbol::Foreign, |(_, value)| Symbol::Value(value))
}

/// Full-width forms (U+FF01–U+FF5E) are ASCII shifted by 0xFEE0.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Every valid code in `note`, each once, in the order of the text.
///
/// Case, look-alikes (`O`, `I`, `L`), and separators anywhere are forgiven, and so are words glued to either end. A code that is
/// itself cut short or mistyped is not found. One window in 32 of *any* text passes the check, so what is found is a question
/// to the database ("is one of these ours?"), never an answer.
pub fn find_codes(note: &str) -> Vec<Code> {
    let symbols: Vec<Symbol> = note
        .chars()
        .take(MAX_CHARS)
        .map(symbol)
        .filter(|s| !matches!(s, Symbol::Skip))
        .collect();
    let mut found = Vec::new();
    for window in symbols.windows(Code::LEN) {
        if let Some(code) = read(window)
            && !found.contains(&code)
        {
            found.push(code);
        }
    }
    found
}

fn read(window: &[Symbol]) -> Option<Code> {
    let mut values = [0; Code::LEN];
    for (value, symbol) in values.iter_mut().zip(window) {
        let Symbol::Value(v) = symbol else {
            return None;
        };
        *value = *v;
    }
    Code::from_values(values)
}
