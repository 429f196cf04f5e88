use crate::schema::mailboxes;
use db::Connection;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use std::collections::HashMap;
use uuid::Uuid;

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

pub(crate) type Kinds = HashMap<Uuid, SourceKind>;

/// The kinds of all sources that are visible in this transaction, also of those that are removed.
pub(crate) async fn kinds(conn: &mut Connection) -> QueryResult<Kinds> {
    let rows: Vec<(Uuid, String)> = mailboxes::table
        .select((mailboxes::id, mailboxes::kind))
        .load(conn)
        .await?;
    rows.into_iter()
        .map(|(id, kind)| {
            let kind = SourceKind::try_from(kind)
                .map_err(|e| diesel::result::Error::DeserializationError(Box::new(e)))?;
            Ok((id, kind))
        })
        .collect()
}

/// Every source that told of anything has its row for ever.
pub(crate) fn kind_of(kinds: &Kinds, source: Uuid) -> SourceKind {
    kinds.get(&source).copied().unwrap_or(SourceKind::Imap)
}
