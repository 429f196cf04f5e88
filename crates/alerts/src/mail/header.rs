//! The header block, taken apart strictly so that no two parsers can disagree about it.

use std::ops::Range;

/// Longest header block. Real alerts have 4 to 12 KiB; more would only buy an attacker work.
pub(crate) const MAX_HEADER_BYTES: usize = 128 * 1024;
/// Most header fields.
const MAX_FIELDS: usize = 500;

/// One header field.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Lower case, printable ASCII without a colon.
    pub(crate) name: String,
    /// Unfolded, trimmed. Bytes that are no UTF-8 are replaced.
    pub(crate) value: String,
}

/// A header block that has been cleaned, and where the body begins in the input.
pub(crate) struct Block {
    pub(crate) fields: Vec<Field>,
    /// The kept fields byte for byte, lines ended by CRLF, without the empty line.
    pub(crate) bytes: Vec<u8>,
    pub(crate) body: Range<usize>,
}

/// Why a header block cannot be taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// Splits `raw` at the first empty line.
///
/// A field is kept only if its name is printable ASCII without white space (RFC 5322, 2.2) and is followed by a colon, and
/// if it holds no NUL and no bare CR: one bank puts a line with spaces in its name into every mail, and DKIM verifiers stumble
/// over it. Continuation lines of white space alone are dropped, since some parsers take them for the end of the header.
pub(crate) fn split(raw: &[u8]) -> Result<Block, TooLong> {
    let mut raw_fields: Vec<Option<Vec<u8>>> = Vec::new();
    let mut position = 0;
    while position < raw.len() {
        let rest = raw.get(position..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |n| n + 1);
        let line = trim_line_end(rest.get(..length).unwrap_or_default());
        position += length;
        if line.is_empty() {
            break;
        }
        if position > MAX_HEADER_BYTES || raw_fields.len() > MAX_FIELDS {
            return Err(TooLong);
        }
        match line.first() {
            Some(b' ' | b'\t') => continue_field(raw_fields.last_mut(), line),
            _ => raw_fields.push(has_name(line).then(|| line.to_vec())),
        }
    }
    let kept: Vec<Vec<u8>> = raw_fields
        .into_iter()
        .flatten()
        .filter(|f| is_clean(f))
        .collect();
    let mut bytes = Vec::with_capacity(position);
    for field in &kept {
        bytes.extend_from_slice(field);
        bytes.extend_from_slice(b"\r\n");
    }
    Ok(Block {
        fields: kept.iter().map(|f| parse(f)).collect(),
        bytes,
        body: position..raw.len(),
    })
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn continue_field(field: Option<&mut Option<Vec<u8>>>, line: &[u8]) {
    if let Some(Some(field)) = field
        && !line.trim_ascii().is_empty()
    {
        field.extend_from_slice(b"\r\n");
        field.extend_from_slice(line);
    }
}

fn has_name(line: &[u8]) -> bool {
    line.iter()
        .position(|b| *b == b':')
        .is_some_and(|colon| colon > 0 && line.iter().take(colon).all(u8::is_ascii_graphic))
}

fn is_clean(field: &[u8]) -> bool {
    let bare_cr = |pair: &[u8]| matches!(pair, [b'\r', next] if *next != b'\n');
    !field.contains(&0) && field.last() != Some(&b'\r') && !field.windows(2).any(bare_cr)
}

fn parse(field: &[u8]) -> Field {
    let text = String::from_utf8_lossy(field);
    let (name, value) = text.split_once(':').unwrap_or((&text, ""));
    Field {
        name: name.to_ascii_lowercase(),
        value: value.replace("\r\n", "").trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &[u8]) -> Vec<String> {
        split(raw)
            .unwrap()
            .fields
            .into_iter()
            .map(|f| f.name)
            .collect()
    }

    #[test]
    fn fields_that_parsers_could_disagree_about_are_dropped() {
        let raw = b"From: a\r\nCredit Alert: UTF-8\r\n more\r\nTo : b\r\nno colon\r\nX-Nul: \0\r\nX-Cr: a\rb\r\nDate: d\r\n\r\nBcc: c";
        assert_eq!(names(raw), ["from", "date"]);
    }

    #[test]
    fn a_line_of_spaces_does_not_end_the_header() {
        let block = split(b"Subject: a\r\n  \r\n\tb\r\nTo: c\n\nbody").unwrap();
        assert_eq!(block.bytes, b"Subject: a\r\n\tb\r\nTo: c\r\n");
        assert_eq!(block.fields.first().unwrap().value, "a\tb");
        assert_eq!(block.body, 27..31);
    }

    #[test]
    fn an_endless_header_is_refused() {
        assert!(split(&b"X: y\r\n".repeat(1000)).is_err());
        assert!(split(&[b"X: ".as_slice(), &b"y".repeat(MAX_HEADER_BYTES)].concat()).is_err());
    }
}
