use super::evidence::Evidence;
use super::judge::{Judged, Verdict, judge};
use super::reason::{self, Reason};
use crate::app::Shared;
use crate::dns::{Impatient, Patience};
use crate::events;
use crate::rows::body::body_place;
use crate::rows::{BindingRow, BodyRow, Fence, Fenced, MessageRow, mailbox};
use alerts::Mail;
use db::types::to_db;
use db::{Connection, Tx};
use domain::Clock;
use domain::event::Event;
use domain::ids::ObservationId;
use jiff::Timestamp;
use tracing::{Instrument as _, Span, field::Empty};
use uuid::Uuid;

/// A message of a listed sender, as it came out of the mailbox.
pub(crate) struct Arrival {
    pub(crate) uid: i64,
    /// When the server took it (INTERNALDATE), if it said so.
    pub(crate) arrived_at: Option<Timestamp>,
    /// The From address it claims. Empty where the message is gone.
    pub(crate) sender: String,
    pub(crate) body: Body,
}

pub(crate) enum Body {
    Raw(Vec<u8>),
    /// Larger than any alert: not fetched.
    TooLarge,
    /// Deleted meanwhile.
    Gone,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    /// It is an observation.
    Observed,
    /// It has a verdict and is nothing for the bus.
    Noted,
    /// It has no verdict yet.
    Undecided,
}

/// Judges and stores the messages of one mailbox, for as long as the lease lasts.
pub(crate) struct Intake {
    pub(super) app: Shared,
    pub(super) fence: Fence,
    merchant: Uuid,
    live: bool,
    uidvalidity: i64,
    patience: Patience,
}

impl Intake {
    pub(crate) fn new(
        app: Shared,
        fence: Fence,
        merchant: Uuid,
        live: bool,
        uidvalidity: i64,
    ) -> Self {
        Self {
            app,
            fence,
            merchant,
            live,
            uidvalidity,
            patience: Patience::new(),
        }
    }

    /// Everything up to `uid` has been dealt with, and the rest of it says nothing about money.
    pub(crate) async fn pass_over(&self, uid: i64) -> Result<(), Fenced> {
        let mut conn = self.app.db.worker.get().await?;
        self.fence.advance(&mut conn, self.uidvalidity, uid).await
    }

    /// Judges a message and stores the verdict, with cursor, sequence number and event, in one transaction: whatever
    /// happens in between, it is read again or not at all. `again` is for a message that had no verdict so far.
    pub(crate) async fn take(&self, arrival: Arrival, again: bool) -> Result<Stored, Fenced> {
        let span = tracing::info_span!(parent: None, "mail.read", otel.kind = "consumer", bank = Empty, verdict = Empty);
        self.read(arrival, again).instrument(span).await
    }

    async fn read(&self, arrival: Arrival, again: bool) -> Result<Stored, Fenced> {
        let bank = self
            .app
            .rules
            .sender_bank(&arrival.sender)
            .map(str::to_owned);
        let judged = self.judge(&arrival).await?;
        let outcome = judged.verdict.as_str();
        let span = Span::current();
        span.record("verdict", outcome);
        span.record("bank", bank.as_deref());
        let row = self.row(&arrival.sender, arrival.arrived_at, &judged, bank);
        let row = MessageRow {
            uid: arrival.uid,
            ..row
        };
        let body = self.body(&arrival, &row);
        let stored = self.store(&row, body, &judged.verdict, again).await?;
        // One that still has no verdict was counted when it first had none.
        if !(again && stored == Stored::Undecided) {
            self.count(&row);
        }
        Ok(stored)
    }

    /// A line and the counters for a message that was stored.
    pub(super) fn count(&self, row: &MessageRow) {
        let (bank, outcome) = (row.bank.as_deref(), row.verdict.as_str());
        tracing::info!(mailbox = %self.fence.mailbox, bank, outcome, reason = row.reason, "read an alert");
        metrics::counter!("noxpay_mail_read_total", "verdict" => row.verdict.clone()).increment(1);
        if let Some(reason) = &row.reason {
            let code = reason::code_of(reason).to_owned();
            metrics::counter!("noxpay_mail_refused_total", "verdict" => row.verdict.clone(), "reason" => code)
                .increment(1);
        }
        if row.verdict == Verdict::Unparsed.as_str() {
            let bank = row.bank.clone().unwrap_or_default();
            metrics::counter!("noxpay_unparsed_bank_mail_total", "bank" => bank).increment(1);
        }
    }

    pub(super) async fn judge(&self, arrival: &Arrival) -> Result<Judged, Fenced> {
        // There is nothing to take a digest of.
        let unread = |reason| Ok(Judged::refused(reason, String::new()));
        let raw = match &arrival.body {
            Body::Raw(raw) => raw,
            Body::TooLarge => return unread(Reason::TooLarge.code()),
            Body::Gone => return unread(Reason::Gone.code()),
        };
        let mail = match Mail::parse(raw) {
            Ok(mail) => mail,
            Err(error) => return unread(error.code()),
        };
        let (bindings, own, vouching) = {
            let mut conn = self.app.db.worker.get().await?;
            let bindings = BindingRow::after_changes(&mut conn, self.fence.mailbox).await?;
            let rules = &self.app.own_rules;
            let own = rules.load(&mut conn, self.merchant, self.live).await?;
            (bindings, own, self.vouching(&mut conn).await?)
        };
        let handed_over_at = arrival.arrived_at.unwrap_or_else(|| self.app.clock.now());
        Ok(judge(
            &mail,
            handed_over_at,
            &bindings,
            &self.app.rules,
            &own,
            vouching,
            &Impatient(&self.app.keys, &self.patience),
        )
        .await)
    }

    /// The name of the mailbox's own server, if both its owner and the operator let it vouch for unsigned mails. Its certificate
    /// was verified: mailboxes are read in no other way. A source that pushes has no server.
    async fn vouching(&self, conn: &mut Connection) -> Result<Option<&str>, Fenced> {
        if self.app.results.is_empty() {
            return Ok(None);
        }
        let server = mailbox::server_of(conn, self.fence.mailbox).await?;
        let host = server.filter(|s| s.trusts_results).and_then(|s| s.host);
        Ok(host.and_then(|host| self.app.results.authserv_id(&host)))
    }

    /// The mail as it came, sealed for its row. `None` where none is kept.
    pub(super) fn body(&self, arrival: &Arrival, row: &MessageRow) -> Option<BodyRow> {
        let Body::Raw(raw) = &arrival.body else {
            return None;
        };
        if self.app.keep_bodies.is_zero() {
            return None;
        }
        // The mail itself is worth more than its copy.
        let sealed = self.app.sealing.seal(body_place(&row.id), raw);
        let sealed = sealed
            .inspect_err(|error| tracing::error!(%error, "a mail's body is not kept"))
            .ok()?;
        Some(BodyRow {
            message_id: row.id,
            merchant_id: row.merchant_id,
            live: row.live,
            sealed,
            kept_at: row.read_at,
        })
    }

    /// What is to be stored, under no number yet.
    pub(super) fn row(
        &self,
        sender: &str,
        arrived_at: Option<Timestamp>,
        judged: &Judged,
        bank: Option<String>,
    ) -> MessageRow {
        let (account, observation) = match &judged.verdict {
            Verdict::Recorded(evidence) => (
                Some(evidence.binding.account_id),
                Some(ObservationId::new().uuid()),
            ),
            _ => (None, None),
        };
        MessageRow {
            id: Uuid::now_v7(),
            merchant_id: self.merchant,
            live: self.live,
            mailbox_id: self.fence.mailbox,
            uidvalidity: self.uidvalidity,
            uid: 0,
            digest: judged.digest.clone(),
            message_id: judged.message_id.clone(),
            sender: Some(sender.to_owned()).filter(|s| !s.is_empty()),
            subject: judged.subject.clone(),
            received_at: arrived_at.map(to_db),
            read_at: to_db(self.app.clock.now()),
            verdict: judged.verdict.as_str().to_owned(),
            reason: judged.reason.clone(),
            bank,
            rule_id: judged.rule_id.clone(),
            facts: judged.facts.clone(),
            account_id: account,
            observation_id: observation,
        }
    }

    async fn store(
        &self,
        row: &MessageRow,
        body: Option<BodyRow>,
        verdict: &Verdict,
        again: bool,
    ) -> Result<Stored, Fenced> {
        let (fence, clock) = (self.fence, self.app.clock.clone());
        self.app
            .db
            .worker
            .transaction(async |tx: &mut Tx| {
                let new = if again {
                    fence.hold(tx).await?;
                    // The row keeps when it was first read: it is not waited for without end.
                    !matches!(verdict, Verdict::Undecided) && row.decide(tx).await?
                } else {
                    fence.advance(tx, row.uidvalidity, row.uid).await?;
                    let new = row.insert(tx).await?;
                    if let Some(body) = body.clone().filter(|_| new) {
                        body.insert(tx).await?;
                    }
                    new
                };
                match verdict {
                    Verdict::Undecided => Ok(Stored::Undecided),
                    Verdict::Recorded(evidence) if new => {
                        tell(tx, &clock, row, evidence).await?;
                        Ok(Stored::Observed)
                    }
                    _ => Ok(Stored::Noted),
                }
            })
            .await
    }
}

/// Says on the bus what a stored message proves, in the transaction that stores it. Nothing is stored that a source says while
/// it is being removed: who revokes a phone sees all that it said.
pub(super) async fn tell(
    tx: &mut Tx,
    clock: &Clock,
    row: &MessageRow,
    evidence: &Evidence,
) -> Result<(), Fenced> {
    let id = row
        .observation_id
        .map_or_else(ObservationId::new, ObservationId::from_uuid);
    let seq = mailbox::next_seq(tx, row.mailbox_id).await?;
    let seq = seq.ok_or(Fenced::Removed)?;
    let now = clock.now();
    let observation = evidence.observation(id, row.mailbox_id, seq, now);
    events::append(tx, now, Event::ObservationRecorded(Box::new(observation))).await?;
    Ok(())
}
