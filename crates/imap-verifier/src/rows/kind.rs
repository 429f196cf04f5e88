/// How alerts come from a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    /// Read over IMAP.
    Imap,
    /// Raw mail by HTTP.
    Http,
    /// A phone that forwards SMS and notifications.
    Phone,
}

impl SourceKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Imap => "imap",
            Self::Http => "http",
            Self::Phone => "phone",
        }
    }

    /// Whether it comes by itself, and shows by signs of life that it could.
    pub(crate) const fn pushes(self) -> bool {
        matches!(self, Self::Http | Self::Phone)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown kind of source {0:?}")]
pub(crate) struct UnknownKind(String);

impl TryFrom<String> for SourceKind {
    type Error = UnknownKind;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Imap, Self::Http, Self::Phone]
            .into_iter()
            .find(|k| k.as_str() == text)
            .ok_or(UnknownKind(text))
    }
}
