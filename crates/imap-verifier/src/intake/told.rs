//! A phone's message, from its text to its stored verdict.

use super::judge::{Judged, Verdict};
use super::limits::Limits;
use super::message::{Terms, Weighed, keys, weigh};
use super::pushed::{Kept, OfPhones};
use super::store::{Intake, tell};
use crate::error::CommandError;
use crate::phone::{Message, Sender};
use crate::rows::message::UNKNOWN_SENDER;
use crate::rows::waiting::{self, WaitingRow, message_place};
use crate::rows::{BindingRow, Fenced, MessageRow, PushRow};
use db::Tx;
use db::types::from_db;
use domain::text::ShortText;
use jiff::Timestamp;
use std::collections::HashMap;

/// What became of a message.
pub(crate) enum Told {
    /// It leaves no trace.
    Ignored(&'static str),
    Kept(Kept),
}

impl Intake {
    /// Judges a message of a phone and stores the verdict, as [`Intake::take_mail`] does. `trusted` are the headers that the
    /// merchant vouches for.
    pub(crate) async fn take_message(
        &self,
        message: Message,
        source: &PushRow,
        trusted: &HashMap<String, String>,
    ) -> Result<Told, CommandError> {
        let now = self.app.clock.now();
        let (judged, bank) = match self.weigh(&message, trusted, now).await? {
            Weighed::Ignored(why) => {
                metrics::counter!("noxpay_mail_read_total", "verdict" => "ignored").increment(1);
                return Ok(Told::Ignored(why));
            }
            Weighed::Judged(judged, bank) => (*judged, bank),
        };
        let row = self.message_row(&message, &judged, bank, now);
        let phones = OfPhones {
            limits: Limits::of(source),
            waiting: self.waiting(&message, &judged, &row)?,
        };
        let kept = self
            .keep(row, judged, None, &keys(&message), Some(phones))
            .await?;
        Ok(Told::Kept(kept))
    }

    /// Judges a message again that waited for a word about its header.
    pub(crate) async fn reconsider(
        &self,
        waiting: &WaitingRow,
        source: &PushRow,
        trusted: &HashMap<String, String>,
    ) -> Result<(), CommandError> {
        let place = message_place(&waiting.message_id);
        let opened = self.app.sealing.open(place, &waiting.sealed_message)?;
        let arrived_at = from_db(waiting.arrived_at);
        // Written by us, and authenticated.
        let message: Message = serde_json::from_slice(&opened).unwrap_or_default();
        let weighed = self.weigh(&message, trusted, arrived_at).await?;
        let (fence, clock) = (self.fence, self.app.clock.clone());
        let revised = self
            .app
            .db
            .worker
            .transaction(async |tx: &mut Tx| {
                fence.hold(tx).await?;
                if !waiting::take(tx, waiting.message_id).await? {
                    return Ok(None);
                }
                let Weighed::Judged(mut judged, bank) = weighed else {
                    return Ok(None);
                };
                let mut row = self.message_row(&message, &judged, bank, arrived_at);
                row.id = waiting.message_id;
                let limits = Limits::of(source);
                limits.hold(tx, &mut judged, &mut row, clock.now()).await?;
                if !row.revise(tx).await? {
                    return Ok(None);
                }
                if let Verdict::Recorded(evidence) = &judged.verdict {
                    tell(tx, &clock, &row, evidence).await?;
                }
                Ok::<_, Fenced>(Some(row))
            })
            .await?;
        if let Some(row) = revised {
            self.count(&row);
        }
        Ok(())
    }

    async fn weigh(
        &self,
        message: &Message,
        trusted: &HashMap<String, String>,
        now: Timestamp,
    ) -> Result<Weighed, Fenced> {
        let bindings = {
            let mut conn = self.app.db.worker.get().await?;
            BindingRow::after_changes(&mut conn, self.fence.mailbox).await?
        };
        let terms = Terms {
            rules: &self.app.rules,
            bindings: &bindings,
            trusted,
            now,
            skew: self.app.reading.phone_skew,
            age: self.app.reading.phone_age,
        };
        let digest = keys(message).first().map(hex::encode);
        Ok(weigh(message, digest.unwrap_or_default(), &terms))
    }

    fn message_row(
        &self,
        message: &Message,
        judged: &Judged,
        bank: Option<String>,
        arrived_at: Timestamp,
    ) -> MessageRow {
        let short = |text: &str| ShortText::non_empty(text).map(String::from);
        let sender = message.app.as_deref().unwrap_or(&message.sender);
        let sender = short(sender).unwrap_or_default();
        let told_at = message.stamp.unwrap_or(arrived_at);
        let row = self.row(&sender, Some(told_at), judged, bank);
        MessageRow {
            message_id: message.id.as_deref().and_then(short),
            ..row
        }
    }

    /// The message itself, sealed, if it waits for a word about its header.
    fn waiting(
        &self,
        message: &Message,
        judged: &Judged,
        row: &MessageRow,
    ) -> Result<Option<WaitingRow>, CommandError> {
        let unknown = judged.reason.as_deref() == Some(UNKNOWN_SENDER);
        let Sender::Header(header) = Sender::of(message) else {
            return Ok(None);
        };
        if !unknown {
            return Ok(None);
        }
        // A message is strings and a time.
        let plain = serde_json::to_vec(message).unwrap_or_default();
        let sealed = self.app.sealing.seal(message_place(&row.id), &plain)?;
        Ok(Some(WaitingRow {
            message_id: row.id,
            mailbox_id: row.mailbox_id,
            header,
            sealed_message: sealed,
            arrived_at: row.read_at,
        }))
    }
}
