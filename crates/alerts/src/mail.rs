//! A raw message, cleaned once: what is verified is what is parsed.

pub(crate) mod flowed;
mod header;
mod html;
mod mime;
mod text;

use header::Field;
use jiff::Timestamp;
use mail_parser::parsers::MessageStream;
use mail_parser::{Addr, Address};
use sha2::{Digest, Sha256};

/// Largest message that is looked at, in bytes: an IMAP literal beyond it is not even fetched.
pub const MAX_RAW_BYTES: usize = 2 * 1024 * 1024;
/// Largest body, in bytes, before decoding.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Why a message is not read at all. Each has a stable code, see [`MailError::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum MailError {
    #[error("the message is larger than any bank's alert")]
    TooLarge,
    #[error("the header is longer than any bank's alert has")]
    HeaderTooLong,
    #[error("the message is nested too deeply")]
    TooDeep,
    #[error("the message has too many parts")]
    TooManyParts,
}

impl MailError {
    pub(crate) const ALL: [Self; 4] = [
        Self::TooLarge,
        Self::HeaderTooLong,
        Self::TooDeep,
        Self::TooManyParts,
    ];

    /// Stable code for logs and the e-mail log of a merchant.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::HeaderTooLong => "header_too_long",
            Self::TooDeep => "too_deep",
            Self::TooManyParts => "too_many_parts",
        }
    }
}

impl From<mime::TooMuch> for MailError {
    fn from(e: mime::TooMuch) -> Self {
        match e {
            mime::TooMuch::Depth => Self::TooDeep,
            mime::TooMuch::Parts => Self::TooManyParts,
            mime::TooMuch::Header => Self::HeaderTooLong,
        }
    }
}

/// A message within the limits, taken apart. Nothing in it is believed yet: see [`crate::authenticate`].
#[derive(Clone, Debug)]
pub struct Mail {
    fields: Vec<Field>,
    bytes: Vec<u8>,
    raw_digest: String,
    text: String,
    /// The text of plain parts with its columns, see [`Mail::in_columns`].
    columns: Option<String>,
    whole_lines: bool,
    /// See [`Mail::attached_text`].
    attached: String,
    structure: String,
    structure_signed: bool,
}

impl Mail {
    /// Takes a raw RFC 5322 message apart. Never panics.
    ///
    /// Header fields that two parsers could understand differently are dropped first, so verification and reading see the same
    /// bytes. A message whose lines all end in a bare line feed, as files have them, gets CRLF.
    pub fn parse(raw: &[u8]) -> Result<Self, MailError> {
        if raw.len() > MAX_RAW_BYTES {
            return Err(MailError::TooLarge);
        }
        let block = header::split(raw).map_err(|_| MailError::HeaderTooLong)?;
        let body = raw.get(block.body).unwrap_or_default();
        if body.len() > MAX_BODY_BYTES {
            return Err(MailError::TooLarge);
        }
        let body = if raw.windows(2).any(|pair| pair == b"\r\n") {
            body.to_vec()
        } else {
            with_crlf(body)
        };
        let (content, structure) = mime::read(&block.fields, &body)?;
        let plain = content.html.trim().is_empty();
        let chosen = if plain { &content.plain } else { &content.html };
        let mut bytes = block.bytes;
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&body);
        Ok(Self {
            structure_signed: structure_signed(&block.fields),
            text: text::normalise(chosen),
            columns: plain.then(|| text::normalise(&text::columns(chosen))),
            whole_lines: content.whole_lines,
            attached: text::normalise(&content.attached),
            fields: block.fields,
            bytes,
            raw_digest: hex::encode(Sha256::digest(raw)),
            structure,
        })
    }

    /// The visible text of the HTML parts, or of the plain parts where there is no HTML: a line per block, cells parted by
    /// tabs, entities undone, invisible characters gone. This is what templates match.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a message that is attached, as [`Mail::text`]; empty without one. No template sees it.
    pub(crate) fn attached_text(&self) -> &str {
        &self.attached
    }

    /// Whether [`Mail::text`] has the lines of a plain text.
    pub(crate) fn is_plain(&self) -> bool {
        self.columns.is_some()
    }

    /// Whether a mail program may have wrapped them anywhere, and did not say where.
    pub(crate) fn is_wrapped(&self) -> bool {
        self.is_plain() && !self.whole_lines
    }

    /// [`Mail::text`], where a plain text's columns are cells.
    pub(crate) fn in_columns(&self) -> &str {
        self.columns.as_deref().unwrap_or(&self.text)
    }

    /// The only mailbox of the only From field, lower case. `None` where there are several of either, or none.
    pub fn from_address(&self) -> Option<String> {
        match self.addresses("from").as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// The mailboxes of the only To field, lower case; empty where there is not exactly one such field. Signed if the mail is
    /// authentic.
    pub fn to_addresses(&self) -> Vec<String> {
        self.addresses("to")
    }

    /// The subject in one line, decoded; empty if there is none.
    pub fn subject(&self) -> String {
        self.only("subject").map(decoded).unwrap_or_default()
    }

    /// The From fields as they read, decoded and in one line: for showing, as anybody may write anything there.
    pub(crate) fn sender_words(&self) -> String {
        let froms = self.fields.iter().filter(|f| f.name == "from");
        froms.map(|from| decoded(&from.value) + " ").collect()
    }

    /// The Date field. Signed if the mail is authentic.
    pub fn date(&self) -> Option<Timestamp> {
        self.only("date").and_then(parse_date)
    }

    /// The Message-ID without angle brackets, cut at 250 characters.
    pub fn message_id(&self) -> Option<String> {
        let value = self.only("message-id")?;
        let id = value.trim_start_matches('<').trim_end_matches('>');
        Some(id.chars().filter(|c| !c.is_control()).take(250).collect())
    }

    /// When the mailbox's own server took the mail: the date of the topmost Received field. For files; a mailbox knows better
    /// (INTERNALDATE).
    pub fn handed_over_at(&self) -> Option<Timestamp> {
        let topmost = self.fields.iter().find(|f| f.name == "received")?;
        parse_date(topmost.value.rsplit_once(';')?.1)
    }

    /// The MIME structure, for example `text/html;utf-8;quoted-printable`. Rules record it.
    pub fn structure(&self) -> &str {
        &self.structure
    }

    /// Whether *every* signature on the mail covers Content-Type and Content-Transfer-Encoding, so that none that may be
    /// accepted leaves the structure open.
    pub fn structure_is_signed(&self) -> bool {
        self.structure_signed
    }

    /// SHA-256 of the raw message, hex.
    pub fn raw_digest(&self) -> &str {
        &self.raw_digest
    }

    /// The cleaned message, for DKIM.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        self.fields.iter().filter(|f| f.name == name).count()
    }

    /// The value of the first field of that name.
    pub(crate) fn topmost(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        fields.find(|f| f.name == name).map(|f| f.value.as_str())
    }

    fn only(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|f| f.name == name);
        match (found.next(), found.next()) {
            (Some(field), None) => Some(&field.value),
            _ => None,
        }
    }

    fn addresses(&self, name: &str) -> Vec<String> {
        let value = self
            .only(name)
            .map(|v| format!("{v}\n"))
            .unwrap_or_default();
        let parsed = MessageStream::new(value.as_bytes()).parse_address();
        match parsed.as_address() {
            // A group is a list that hides its members: nobody's alert comes from or goes to one.
            Some(Address::List(list)) => list
                .iter()
                .map(mailbox)
                .collect::<Option<_>>()
                .unwrap_or_default(),
            Some(Address::Group(_)) | None => Vec::new(),
        }
    }
}

/// A field's words in one line.
fn decoded(value: &str) -> String {
    let value = format!("{value}\n");
    let parsed = MessageStream::new(value.as_bytes()).parse_unstructured();
    text::normalise_line(parsed.as_text().unwrap_or_default())
}

/// The text of markup, as [`Mail::text`] has it.
pub(crate) fn as_html(markup: &str) -> String {
    text::normalise(&html::to_text(markup))
}

/// A message that is no mail, in one line.
pub(crate) fn in_one_line(text: &str) -> String {
    text::normalise_line(text)
}

/// `None` for anything but a plain `local@domain` in ASCII.
fn mailbox(addr: &Addr<'_>) -> Option<String> {
    let address = addr.address.as_deref()?;
    let (local, domain) = address.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| {
                b.is_ascii_graphic() && !matches!(b, b'@' | b'<' | b'>' | b',' | b';' | b'"')
            })
    };
    (plain(local) && plain(domain)).then(|| address.to_ascii_lowercase())
}

fn parse_date(value: &str) -> Option<Timestamp> {
    let line = format!("{}\n", value.trim());
    let parsed = MessageStream::new(line.as_bytes()).parse_date();
    let date = parsed.as_datetime().filter(|d| d.is_valid())?;
    Timestamp::from_second(date.to_timestamp()).ok()
}

fn with_crlf(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / 32);
    for line in body.split_inclusive(|b| *b == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(line) => {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

/// The names in the `h=` tag of a DKIM-Signature field, lower case.
fn signed_names(signature: &str) -> Vec<String> {
    let tag = signature.split(';').find_map(|tag| {
        let (name, value) = tag.split_once('=')?;
        (name.trim() == "h").then_some(value)
    });
    let names = tag.unwrap_or_default().split(':');
    names.map(|n| n.trim().to_ascii_lowercase()).collect()
}

fn structure_signed(fields: &[Field]) -> bool {
    let mut signatures = fields
        .iter()
        .filter(|f| f.name == "dkim-signature")
        .peekable();
    signatures.peek().is_some()
        && signatures.all(|s| {
            let names = signed_names(&s.value);
            ["content-type", "content-transfer-encoding"]
                .iter()
                .all(|needed| names.iter().any(|n| n == needed))
        })
}

#[cfg(test)]
mod tests;
