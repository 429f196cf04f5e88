use crate::rows::SourceKind;

/// Whether a mailbox is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MailboxState {
    Active,
    Paused,
    /// The server refused the password three times; tried again when resumed.
    AuthFailed,
    /// Final.
    Removed,
}

impl MailboxState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::AuthFailed => "auth_failed",
            Self::Removed => "removed",
        }
    }

    /// Whether its accounts rely on it as a witness. One whose password fails is still relied on: it is blind, not gone,
    /// and its watermark stands still until a person does something.
    pub(crate) const fn counts(self) -> bool {
        matches!(self, Self::Active | Self::AuthFailed)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("unknown mailbox state {0:?}")]
pub(crate) struct UnknownState(String);

impl TryFrom<String> for MailboxState {
    type Error = UnknownState;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        [Self::Active, Self::Paused, Self::AuthFailed, Self::Removed]
            .into_iter()
            .find(|s| s.as_str() == text)
            .ok_or(UnknownState(text))
    }
}

/// A state or kind on its way into its column.
#[derive(diesel::AsExpression, Debug)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub(crate) struct StateText(&'static str);

impl From<MailboxState> for StateText {
    fn from(state: MailboxState) -> Self {
        Self(state.as_str())
    }
}

impl From<SourceKind> for StateText {
    fn from(kind: SourceKind) -> Self {
        Self(kind.as_str())
    }
}

impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for StateText {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        <str as diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg>>::to_sql(
            self.0, out,
        )
    }
}
