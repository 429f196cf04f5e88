//! The parts of a message, with hard limits, and the structure that they make.

use super::flowed::{self, Flow};
use super::header::{self, Field};
use super::html;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::parsers::MessageStream;

/// Deepest nesting of multiparts.
pub(crate) const MAX_DEPTH: usize = 10;
/// Most parts, multiparts counted.
pub(crate) const MAX_PARTS: usize = 50;

/// Why the parts cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMuch {
    Depth,
    Parts,
    Header,
}

/// What was found.
#[derive(Default)]
pub(crate) struct Content {
    /// `text/plain` parts in order, decoded.
    pub(crate) plain: String,
    /// Some of them had lines that were broken for the way only, and are whole again.
    pub(crate) whole_lines: bool,
    /// `text/html` parts in order, as text.
    pub(crate) html: String,
    /// The visible text of the first attached message: what somebody forwards as an attachment.
    pub(crate) attached: String,
    parts: usize,
}

/// Reads `body` under `fields`. Gives the structure: `text/html;utf-8;quoted-printable`,
/// `text/plain;utf-8;7bit;flowed`, or `multipart/mixed(text/html;utf-8;7bit)`, with `preamble` or `epilogue` in it where a multipart has text outside its parts.
pub(crate) fn read(fields: &[Field], body: &[u8]) -> Result<(Content, String), TooMuch> {
    let mut content = Content::default();
    let structure = content.entity(fields, body, 1)?;
    Ok((content, structure))
}

impl Content {
    fn entity(&mut self, fields: &[Field], body: &[u8], depth: usize) -> Result<String, TooMuch> {
        self.parts += 1;
        if self.parts > MAX_PARTS {
            return Err(TooMuch::Parts);
        }
        let kind = ContentType::of(fields);
        let encoding = encoding_of(fields);
        match &kind.boundary {
            Some(boundary) if kind.main == "multipart" => {
                if depth >= MAX_DEPTH {
                    return Err(TooMuch::Depth);
                }
                let inner = self.multipart(boundary, body, depth)?;
                Ok(format!("multipart/{}({inner})", kind.sub))
            }
            _ => {
                if kind.main == "message" && kind.sub == "rfc822" && depth < MAX_DEPTH {
                    self.message(body, depth)?;
                }
                self.leaf(fields, &kind, &encoding, body);
                // Another text comes of it: part of the structure, as the charset is.
                let flowed = match kind.flow {
                    None => "",
                    Some(Flow::Spaced) => ";flowed",
                    Some(Flow::Deleted) => ";flowed-delsp",
                };
                Ok(format!(
                    "{}/{};{};{encoding}{flowed}",
                    kind.main, kind.sub, kind.charset
                ))
            }
        }
    }

    /// Counts towards the same limits.
    fn message(&mut self, raw: &[u8], depth: usize) -> Result<(), TooMuch> {
        let block = header::split(raw).map_err(|_| TooMuch::Header)?;
        let mut inner = Self {
            parts: self.parts,
            ..Self::default()
        };
        inner.entity(
            &block.fields,
            raw.get(block.body).unwrap_or_default(),
            depth + 1,
        )?;
        self.parts = inner.parts;
        if self.attached.is_empty() {
            let html = !inner.html.trim().is_empty();
            self.attached = if html { inner.html } else { inner.plain };
        }
        Ok(())
    }

    fn multipart(&mut self, boundary: &str, body: &[u8], depth: usize) -> Result<String, TooMuch> {
        let split = Split::at(boundary, body);
        let mut inner = Vec::new();
        if split.preamble {
            inner.push("preamble".to_owned());
        }
        for part in split.parts {
            let block = header::split(part).map_err(|_| TooMuch::Header)?;
            let body = part.get(block.body).unwrap_or_default();
            inner.push(self.entity(&block.fields, body, depth + 1)?);
        }
        if split.epilogue {
            inner.push("epilogue".to_owned());
        }
        Ok(inner.join(","))
    }

    fn leaf(&mut self, fields: &[Field], kind: &ContentType, encoding: &str, body: &[u8]) {
        let attached = fields.iter().any(|f| {
            f.name == "content-disposition"
                && f.value.to_ascii_lowercase().starts_with("attachment")
        });
        if attached || kind.main != "text" {
            return;
        }
        match kind.sub.as_str() {
            "plain" => {
                let decoded = text(&decode(encoding, body), &kind.charset);
                let flowed = kind
                    .flow
                    .and_then(|flow| flowed::paragraphs(&decoded, flow));
                self.whole_lines |= flowed.is_some();
                push(
                    &mut self.plain,
                    &flowed.unwrap_or(decoded).replace('\t', WIDE),
                );
            }
            "html" => push(
                &mut self.html,
                &html::to_text(&text(&decode(encoding, body), &kind.charset)),
            ),
            _ => {}
        }
    }
}

/// What a tab is in a plain text: white space, and wide.
const WIDE: &str = "    ";

fn push(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

struct ContentType {
    main: String,
    sub: String,
    charset: String,
    boundary: Option<String>,
    /// Of plain text alone.
    flow: Option<Flow>,
}

impl ContentType {
    /// RFC 2045, 5.2: without the field it is plain text in US-ASCII.
    fn of(fields: &[Field]) -> Self {
        let value = fields
            .iter()
            .find(|f| f.name == "content-type")
            .map(|f| format!("{}\n", f.value));
        let parsed = value
            .as_ref()
            .map(|v| MessageStream::new(v.as_bytes()).parse_content_type());
        let Some(kind) = parsed.as_ref().and_then(|v| v.as_content_type()) else {
            return Self {
                main: "text".to_owned(),
                sub: "plain".to_owned(),
                charset: "us-ascii".to_owned(),
                boundary: None,
                flow: None,
            };
        };
        let says = |name: &str, value: &str| {
            kind.attribute(name)
                .is_some_and(|v| v.eq_ignore_ascii_case(value))
        };
        let plain = kind.ctype().eq_ignore_ascii_case("text")
            && kind
                .subtype()
                .is_some_and(|sub| sub.eq_ignore_ascii_case("plain"));
        let flow = match says("delsp", "yes") {
            true => Flow::Deleted,
            false => Flow::Spaced,
        };
        Self {
            flow: Some(flow).filter(|_| plain && says("format", "flowed")),
            main: kind.ctype().to_ascii_lowercase(),
            sub: kind.subtype().unwrap_or_default().to_ascii_lowercase(),
            charset: kind
                .attribute("charset")
                .unwrap_or("us-ascii")
                .to_ascii_lowercase(),
            boundary: kind
                .attribute("boundary")
                .filter(|b| !b.is_empty())
                .map(str::to_owned),
        }
    }
}

fn encoding_of(fields: &[Field]) -> String {
    fields
        .iter()
        .find(|f| f.name == "content-transfer-encoding")
        .map_or_else(|| "7bit".to_owned(), |f| f.value.to_ascii_lowercase())
}

/// What cannot be decoded is no text.
fn decode(encoding: &str, body: &[u8]) -> Vec<u8> {
    let (end, bytes) = match encoding {
        "base64" => MessageStream::new(body).decode_base64_mime(b""),
        "quoted-printable" => MessageStream::new(body).decode_quoted_printable_mime(b""),
        _ => return body.to_vec(),
    };
    if end == usize::MAX {
        Vec::new()
    } else {
        bytes.into_owned()
    }
}

fn text(bytes: &[u8], charset: &str) -> String {
    match charset_decoder(charset.as_bytes()) {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// A multipart body cut at its delimiter lines (RFC 2046, 5.1.1).
struct Split<'x> {
    parts: Vec<&'x [u8]>,
    /// Text before the first delimiter: the boundary is then not the one that the body begins with.
    preamble: bool,
    /// Text after the last delimiter, or no last delimiter.
    epilogue: bool,
}

impl<'x> Split<'x> {
    fn at(boundary: &str, body: &'x [u8]) -> Self {
        let delimiter = format!("--{boundary}");
        let last = format!("--{boundary}--");
        let mut split = Self {
            parts: Vec::new(),
            preamble: false,
            epilogue: true,
        };
        let mut part_start = None;
        let mut position = 0;
        while position < body.len() {
            let rest = body.get(position..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|b| *b == b'\n')
                .map_or(rest.len(), |n| n + 1);
            let line = rest.get(..length).unwrap_or_default().trim_ascii_end();
            let is_last = line == last.as_bytes();
            if is_last || line == delimiter.as_bytes() {
                match part_start {
                    Some(start) => split
                        .parts
                        .push(body.get(start..position).unwrap_or_default()),
                    None => {
                        split.preamble = body
                            .get(..position)
                            .is_some_and(|b| !b.trim_ascii().is_empty())
                    }
                }
                part_start = Some(position + length);
            }
            position += length;
            if is_last {
                split.epilogue = body
                    .get(position..)
                    .is_some_and(|b| !b.trim_ascii().is_empty());
                return split;
            }
        }
        if let Some(start) = part_start {
            split.parts.push(body.get(start..).unwrap_or_default());
        }
        split
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_raw(raw: &str) -> Result<(Content, String), TooMuch> {
        let block = header::split(raw.as_bytes()).unwrap();
        read(&block.fields, raw.as_bytes().get(block.body).unwrap())
    }

    #[test]
    fn the_structure_names_types_charsets_and_encodings() {
        let raw = "Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html; charset=UTF-8\r\n\
            Content-Transfer-Encoding: Quoted-Printable\r\n\r\n<p>1=3D</p>\r\n--b\r\nContent-Type: application/pdf\r\n\r\nx\r\n--b--\r\n";
        let (content, structure) = read_raw(raw).unwrap();
        assert_eq!(
            structure,
            "multipart/mixed(text/html;utf-8;quoted-printable,application/pdf;us-ascii;7bit)"
        );
        assert_eq!(content.html.trim(), "1=");
        assert_eq!(read_raw("\r\nx").unwrap().1, "text/plain;us-ascii;7bit");
    }

    #[test]
    fn text_outside_the_parts_shows_in_the_structure() {
        let raw = "Content-Type: multipart/mixed; boundary=b\r\n\r\nhello\r\n--b\r\n\r\nx\r\n";
        assert_eq!(
            read_raw(raw).unwrap().1,
            "multipart/mixed(preamble,text/plain;us-ascii;7bit,epilogue)"
        );
    }

    #[test]
    fn nesting_and_parts_have_limits() {
        let nest = |n: usize| {
            (0..n).rev().fold("\r\nx".to_owned(), |inner, i| {
                format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n{inner}\r\n--b{i}--\r\n")
            })
        };
        assert!(read_raw(&nest(MAX_DEPTH - 1)).is_ok());
        assert_eq!(read_raw(&nest(MAX_DEPTH)).err(), Some(TooMuch::Depth));
        let parts = |n: usize| {
            format!(
                "Content-Type: multipart/mixed; boundary=b\r\n\r\n{}",
                "--b\r\n\r\nx\r\n".repeat(n)
            )
        };
        assert!(read_raw(&parts(MAX_PARTS - 1)).is_ok());
        assert_eq!(read_raw(&parts(MAX_PARTS)).err(), Some(TooMuch::Parts));
    }
}
