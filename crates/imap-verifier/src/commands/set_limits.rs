use crate::app::App;
use crate::error::CommandError;
use crate::rows::{MailboxRow, MailboxState, PushRow, SourceKind};
use db::{Scope, Tx};
use domain::ids::MailboxId;
use proto::convert::parse_id;
use proto::{Fault, mail};

/// In paise; nobody's phone vouches for more than a crore of rupees.
const MOST: i64 = 1_000_000_000;

/// What a merchant lets a phone vouch for, in paise.
pub(crate) struct NewLimits {
    source: MailboxId,
    per_payment: i64,
    per_day: i64,
}

impl NewLimits {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::SetLimitsRequest) -> Result<Self, Fault> {
        let limit = |field: &str, minor: i64| match minor {
            0..=MOST => Ok(minor),
            _ => Err(Fault::invalid(field, "must be 0 to 1000000000 paise")),
        };
        Ok(Self {
            source: parse_id(&request.mailbox_id, "mailbox_id")?,
            per_payment: limit("per_payment", request.per_payment_minor)?,
            per_day: limit("per_day", request.per_day_minor)?,
        })
    }
}

/// Sets a phone's limits. What was recorded stays.
pub(crate) async fn set_limits(
    app: &App,
    scope: Scope,
    new: NewLimits,
) -> Result<MailboxRow, CommandError> {
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let row = phone(tx, new.source).await?;
            PushRow::set_limits(tx, row.id, new.per_payment, new.per_day).await?;
            Ok(row)
        })
        .await
}

/// The phone, locked.
pub(super) async fn phone(tx: &mut Tx, id: MailboxId) -> Result<MailboxRow, CommandError> {
    let row = MailboxRow::lock(tx, id.uuid())
        .await?
        .ok_or_else(CommandError::not_found)?;
    match (row.kind, row.state) {
        (_, MailboxState::Removed) => Err(CommandError::removed()),
        (SourceKind::Phone, _) => Ok(row),
        (SourceKind::Imap | SourceKind::Http, _) => Err(CommandError::no_phone()),
    }
}
