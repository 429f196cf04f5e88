//! A text's sentences.

use std::ops::Range;

/// Where the sentences of a text stand: each ends with its line, or with a full stop, question or exclamation mark, semicolon or
/// danda before a space.
pub(super) fn all(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut from = start;
        for (at, mark) in line.match_indices(['.', '!', '?', ';', '।']) {
            let end = start + at + mark.len();
            if is_stop(line, at, mark) && end > from {
                found.push(from..end);
                from = end;
            }
        }
        let end = start + line.len();
        if from < end {
            found.push(from..end);
        }
        start = end;
    }
    found
}

/// The sentence that stands at a place.
pub(super) fn around(text: &str, at: usize) -> &str {
    let found = all(text).into_iter().find(|span| span.contains(&at));
    found.and_then(|span| text.get(span)).unwrap_or_default()
}

/// The sentence that a text ends in.
pub(super) fn last_of(text: &str) -> &str {
    let last = all(text).pop();
    last.and_then(|span| text.get(span)).unwrap_or_default()
}

/// Not the full stop of `Rs. 5`, `No. 7`, `Dr. Rao` or `1.50`.
fn is_stop(line: &str, at: usize, mark: &str) -> bool {
    let after = line.get(at + mark.len()..).unwrap_or_default();
    if !after.is_empty() && !after.starts_with(char::is_whitespace) {
        // "1,250.00.Never share": a sentence that nobody set off.
        let before = line.get(..at).and_then(|t| t.chars().next_back());
        let mut next = after.chars();
        return mark == "."
            && before.is_some_and(|c| c.is_ascii_digit() || c == ')')
            && next.next().is_some_and(char::is_uppercase)
            && next.next().is_some_and(char::is_lowercase);
    }
    if mark != "." {
        return true;
    }
    // `Type ....... : CR`: dots that lead to a value.
    if line.get(..at).is_some_and(|before| before.ends_with(".."))
        && after.trim_start().starts_with(':')
    {
        return false;
    }
    let word = line.get(..at).unwrap_or_default();
    let word = word
        .rsplit(|c: char| !c.is_alphanumeric() && c != '/')
        .next()
        .unwrap_or_default();
    const SHORT: [&str; 22] = [
        "rs", "no", "a/c", "ac", "ref", "mr", "ms", "mrs", "dr", "txn", "acct", "st", "m/s", "smt",
        "shri", "nos", "avl", "bal", "cr", "trf", "aval", "avail",
    ];
    let initial = word.chars().count() == 1
        && word.chars().all(char::is_uppercase)
        && !after.trim().is_empty();
    // "Bal Rs. 5.00 CR. Never share": only a new sentence begins so.
    const BEGINS: [&str; 16] = [
        "never", "if", "do", "don't", "please", "call", "dear", "thank", "thanks", "kindly",
        "your", "not", "for", "we", "beware", "team",
    ];
    let next = after.trim_start();
    let next = next.split([' ', ',', '\n']).next().unwrap_or_default();
    let begins = next.starts_with(char::is_uppercase)
        && BEGINS.iter().any(|word| word.eq_ignore_ascii_case(next));
    if begins && word.chars().count() > 1 {
        return true;
    }
    !initial && !SHORT.iter().any(|short| short.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_stops_of_short_words_and_numbers_end_nothing() {
        let text = "Rs. 1.50 came to a/c no. 7 of Dr. R. Rao. Bal Rs.5.00.Never tell\nBye";
        let got: Vec<&str> = all(text)
            .into_iter()
            .map(|span| text[span].trim())
            .collect();
        assert_eq!(
            got,
            [
                "Rs. 1.50 came to a/c no. 7 of Dr. R. Rao.",
                "Bal Rs.5.00.",
                "Never tell",
                "Bye"
            ]
        );
        assert_eq!(around(text, text.len() - 2), "Bye");
    }
}
