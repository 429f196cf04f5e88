use crate::app::App;
use crate::commands::set_state::{WithRecorded, look_back, remove};
use crate::error::CommandError;
use crate::rows::{MailboxRow, MailboxState, SourceKind, message};
use crate::{events, owner};
use db::types::to_db;
use db::{Scope, Tx};
use domain::event::{Event, ObservationsDoubted};
use domain::ids::{MailboxId, ObservationId};
use domain::text::Reason;
use jiff::Timestamp;
use proto::convert::{parse_id, parse_timestamp};
use proto::{Fault, mail};

/// A phone whose word is not taken any more, nor what it said of late.
pub(crate) struct NewRevocation {
    source: MailboxId,
    /// `None`: what a removed phone is asked about.
    since: Option<Timestamp>,
    reason: Reason,
}

impl NewRevocation {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::RevokeDeviceRequest) -> Result<Self, Fault> {
        let no_moment = || Fault::invalid("since", "is no moment");
        let since = request.since.as_ref();
        let since = since.map(|since| parse_timestamp(Some(since)).ok_or_else(no_moment));
        let reason = Reason::parse(&request.reason)
            .map_err(|error| Fault::invalid("reason", error.to_string()))?;
        Ok(Self {
            source: parse_id(&request.mailbox_id, "mailbox_id")?,
            // What PostgreSQL can hold.
            since: since.transpose()?.map(|s| s.max(Timestamp::UNIX_EPOCH)),
            reason,
        })
    }
}

/// Removes a phone, if it is not removed yet, and says in the same transaction that what it vouched for is doubted. Again says so
/// again: for what an earlier one left out.
pub(crate) async fn revoke(
    app: &App,
    scope: Scope,
    new: NewRevocation,
) -> Result<WithRecorded, CommandError> {
    let clock = app.clock.clone();
    if new.since.is_some_and(|since| since > clock.now()) {
        return Err(Fault::invalid("since", "lies in the future").into());
    }
    let revoked = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            // Under the lock nothing more is said in the phone's name: what it said is all there.
            let row = MailboxRow::lock(tx, new.source.uuid())
                .await?
                .ok_or_else(CommandError::not_found)?;
            if row.kind != SourceKind::Phone {
                return Err(CommandError::no_phone());
            }
            let row = match row.state {
                MailboxState::Removed => row,
                _ => remove(tx, &clock, &row).await?,
            };
            let now = clock.now();
            let since = new.since.unwrap_or_else(|| look_back(now));
            let doubted = message::observations_since(tx, row.id, to_db(since)).await?;
            for part in doubted.chunks(ObservationsDoubted::MOST) {
                let event = Event::ObservationDoubted(ObservationsDoubted {
                    source_id: new.source.into(),
                    live: row.live,
                    merchant_id: row.merchant_id.into(),
                    observation_ids: part.iter().copied().map(ObservationId::from_uuid).collect(),
                    reason: Some(new.reason.clone()),
                });
                events::append(tx, now, event).await?;
            }
            Ok((row, doubted))
        })
        .await?;
    owner::wake(app);
    Ok(revoked)
}
