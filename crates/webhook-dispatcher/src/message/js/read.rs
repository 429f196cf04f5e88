//! JSON text → values whose scalars are written as JavaScript writes them.

use super::{Document, Members, NotJson, Value};

enum Open {
    Array(Vec<usize>),
    /// With the key whose value is being read.
    Object(Members, String),
}

pub(super) fn document(text: &str) -> Result<Document, NotJson> {
    let mut document = Document::default();
    let mut reader = Reader { text, at: 0 };
    let mut open: Vec<Open> = Vec::new();
    loop {
        // A value begins here.
        reader.space();
        let mut value = match reader.peek() {
            Some(b'{') => {
                reader.at += 1;
                reader.space();
                if !reader.take(b'}') {
                    let key = reader.key()?;
                    open.push(Open::Object(Members::default(), key));
                    continue;
                }
                Value::Object(Members::default())
            }
            Some(b'[') => {
                reader.at += 1;
                reader.space();
                if !reader.take(b']') {
                    open.push(Open::Array(Vec::new()));
                    continue;
                }
                Value::Array(Vec::new())
            }
            _ => Value::Scalar(reader.scalar()?),
        };
        // It has ended, and perhaps what it stands in with it.
        loop {
            let place = document.add(value);
            reader.space();
            match open.pop() {
                None if reader.peek().is_none() => {
                    document.root = place;
                    return Ok(document);
                }
                None => return Err(reader.wrong()),
                Some(Open::Array(mut items)) => {
                    items.push(place);
                    if reader.take(b',') {
                        open.push(Open::Array(items));
                        break;
                    }
                    reader.expect(b']')?;
                    value = Value::Array(items);
                }
                Some(Open::Object(mut members, key)) => {
                    members.insert(key, place);
                    if reader.take(b',') {
                        reader.space();
                        let key = reader.key()?;
                        open.push(Open::Object(members, key));
                        break;
                    }
                    reader.expect(b'}')?;
                    value = Value::Object(members);
                }
            }
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Stands on a character's boundary: only ASCII is stepped over byte by byte.
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn wrong(&self) -> NotJson {
        NotJson { at: self.at }
    }

    fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Result<(), NotJson> {
        if self.take(byte) {
            Ok(())
        } else {
            Err(self.wrong())
        }
    }

    fn skip(&mut self, wanted: impl Fn(u8) -> bool) -> usize {
        let begun = self.at;
        while self.peek().is_some_and(&wanted) {
            self.at += 1;
        }
        self.at - begun
    }

    fn space(&mut self) {
        self.skip(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'));
    }

    fn since(&self, begun: usize) -> &'a str {
        self.text.get(begun..self.at).unwrap_or_default()
    }

    fn key(&mut self) -> Result<String, NotJson> {
        let key = self.string()?;
        self.space();
        self.expect(b':')?;
        Ok(key)
    }

    fn scalar(&mut self) -> Result<String, NotJson> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                let rest = self.text.get(self.at..).unwrap_or_default();
                let word = ["true", "false", "null"]
                    .into_iter()
                    .find(|word| rest.starts_with(word));
                let word = word.ok_or_else(|| self.wrong())?;
                self.at += word.len();
                Ok(word.to_owned())
            }
        }
    }

    fn number(&mut self) -> Result<String, NotJson> {
        let begun = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        let double: f64 = self.since(begun).parse().map_err(|_| self.wrong())?;
        // JSON has no infinity: `JSON.stringify` writes null. ryu-js writes -0 as 0, as JavaScript does.
        Ok(match double.is_finite() {
            true => ryu_js::Buffer::new().format_finite(double).to_owned(),
            false => "null".to_owned(),
        })
    }

    fn digits(&mut self) -> Result<(), NotJson> {
        match self.skip(|b| b.is_ascii_digit()) {
            0 => Err(self.wrong()),
            _ => Ok(()),
        }
    }

    fn string(&mut self) -> Result<String, NotJson> {
        self.expect(b'"')?;
        let mut written = Written::default();
        loop {
            let begun = self.at;
            self.skip(|b| b >= 0x20 && b != b'"' && b != b'\\');
            written.plain(self.since(begun));
            if self.take(b'"') {
                return Ok(written.end());
            }
            self.expect(b'\\')?;
            let escape = self.peek().ok_or_else(|| self.wrong())?;
            let unit = match escape {
                b'"' | b'\\' | b'/' => u16::from(escape),
                b'b' => 0x08,
                b'f' => 0x0c,
                b'n' => 0x0a,
                b'r' => 0x0d,
                b't' => 0x09,
                b'u' => {
                    let digits = self.text.get(self.at + 1..self.at + 5);
                    let digits = digits.filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
                    let unit = digits.and_then(|d| u16::from_str_radix(d, 16).ok());
                    self.at += 4;
                    unit.ok_or_else(|| self.wrong())?
                }
                _ => return Err(self.wrong()),
            };
            self.at += 1;
            written.unit(unit);
        }
    }
}

/// A string as it is being written, its opening quotation mark included.
struct Written {
    text: String,
    /// The first half of a surrogate pair, whose second may follow.
    high: Option<u16>,
}

impl Default for Written {
    fn default() -> Self {
        Self {
            text: "\"".to_owned(),
            high: None,
        }
    }
}

impl Written {
    /// Characters that stand for themselves, here and there.
    fn plain(&mut self, run: &str) {
        if !run.is_empty() {
            self.alone();
            self.text.push_str(run);
        }
    }

    /// One UTF-16 unit that was written as an escape.
    fn unit(&mut self, unit: u16) {
        let pair = self.high.map(|high| [high, unit]);
        if let Some(Ok(one)) = pair.and_then(|pair| char::decode_utf16(pair).next()) {
            self.high = None;
            self.text.push(one);
            return;
        }
        self.alone();
        match unit {
            0x22 => self.text.push_str("\\\""),
            0x5c => self.text.push_str("\\\\"),
            0x08 => self.text.push_str("\\b"),
            0x0c => self.text.push_str("\\f"),
            0x0a => self.text.push_str("\\n"),
            0x0d => self.text.push_str("\\r"),
            0x09 => self.text.push_str("\\t"),
            0xd800..=0xdbff => self.high = Some(unit),
            0..0x20 | 0xdc00..=0xdfff => self.escape(unit),
            _ => self.text.extend(char::from_u32(unit.into())),
        }
    }

    /// The first half of a pair had no second: JavaScript keeps it, and writes it as an escape.
    fn alone(&mut self) {
        if let Some(high) = self.high.take() {
            self.escape(high);
        }
    }

    fn escape(&mut self, unit: u16) {
        self.text.push_str(&format!("\\u{unit:04x}"));
    }

    fn end(mut self) -> String {
        self.alone();
        self.text.push('"');
        self.text
    }
}
