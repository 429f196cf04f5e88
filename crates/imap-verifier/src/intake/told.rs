//! A phone's message, from its text to its stored verdict.

use super::limits::Limits;
use super::message::{Terms, Weighed, keys, weigh};
use super::pushed::Kept;
use super::store::Intake;
use crate::phone::Message;
use crate::rows::{BindingRow, Fenced, PushRow};
use domain::text::ShortText;
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
    ) -> Result<Told, Fenced> {
        let bindings = {
            let mut conn = self.app.db.worker.get().await?;
            BindingRow::after_changes(&mut conn, self.fence.mailbox).await?
        };
        let now = self.app.clock.now();
        let terms = Terms {
            rules: &self.app.rules,
            bindings: &bindings,
            trusted,
            now,
            skew: self.app.reading.phone_skew,
            age: self.app.reading.phone_age,
        };
        let keys = keys(&message);
        let digest = keys.first().map(hex::encode).unwrap_or_default();
        let (judged, bank) = match weigh(&message, digest, &terms) {
            Weighed::Ignored(why) => {
                let verdict = "ignored";
                metrics::counter!("noxpay_mail_read_total", "verdict" => verdict).increment(1);
                return Ok(Told::Ignored(why));
            }
            Weighed::Judged(judged, bank) => (*judged, bank),
        };
        let short = |text: &str| ShortText::non_empty(text).map(String::from);
        let sender = message.app.as_deref().unwrap_or(&message.sender);
        let sender = short(sender).unwrap_or_default();
        let told_at = message.stamp.unwrap_or(now);
        let mut row = self.row(&sender, Some(told_at), &judged, bank);
        row.message_id = message.id.as_deref().and_then(short);
        let limits = Some(Limits::of(source));
        Ok(Told::Kept(self.keep(row, judged, &keys, limits).await?))
    }
}
