//! Messages that a source pushed: judged and stored as those that are read, but known by what they are, since nobody numbers
//! them.

use super::judge::{Judged, Verdict};
use super::limits::Limits;
use super::store::{Arrival, Body, Intake, tell};
use crate::app::Shared;
use crate::rows::delivery::{self, DeliveryKey};
use crate::rows::message::UNDECIDED;
use crate::rows::waiting::WaitingRow;
use crate::rows::{BodyRow, Fence, Fenced, MessageRow};
use db::Tx;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A mail of a listed sender that was posted.
pub(crate) struct Pushed {
    pub(crate) sender: String,
    pub(crate) raw: Vec<u8>,
    /// When it was posted: the hand-over.
    pub(crate) arrived_at: Timestamp,
}

/// What is stored with a phone's message alone.
pub(super) struct OfPhones {
    pub(super) limits: Limits,
    /// The message itself, where it waits for a word about its header.
    pub(super) waiting: Option<WaitingRow>,
}

/// What became of a message that was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It has this verdict now, for this reason.
    Judged(String, Option<String>),
    /// It came before, and has its verdict.
    Known,
    /// It has no verdict yet: it must come again.
    Undecided,
}

impl Intake {
    /// For a source that pushes.
    pub(crate) fn pushed(app: Shared, mailbox: Uuid, merchant: Uuid, live: bool) -> Self {
        Self::new(app, Fence::pushed(mailbox), merchant, live, 0)
    }

    /// Judges a mail and stores the verdict, as [`Intake::take`] does.
    pub(crate) async fn take_mail(&self, mail: Pushed) -> Result<Kept, Fenced> {
        let whole: DeliveryKey = Sha256::digest(&mail.raw).into();
        let arrival = Arrival {
            uid: 0,
            arrived_at: Some(mail.arrived_at),
            sender: mail.sender,
            body: Body::Raw(mail.raw),
        };
        let bank = self.app.rules.sender_bank(&arrival.sender);
        let bank = bank.map(str::to_owned);
        let judged = self.judge(&arrival).await?;
        let row = self.row(&arrival.sender, arrival.arrived_at, &judged, bank);
        let body = self.body(&arrival, &row);
        // The same mail over another way has other Received fields, and the same signature. What has none that holds is known
        // by its bytes alone, so that a forgery never stands in the way of the genuine one.
        let signature = hex::decode(&judged.digest).ok();
        let signature = signature.and_then(|d| DeliveryKey::try_from(d).ok());
        let keys: Vec<DeliveryKey> = std::iter::once(whole).chain(signature).collect();
        self.keep(row, judged, body, &keys, None).await
    }

    /// Stores a judged message, with its body where it has one, under the keys by which it is known again. What is beyond a phone's limits settles nothing.
    pub(super) async fn keep(
        &self,
        mut row: MessageRow,
        mut judged: Judged,
        body: Option<BodyRow>,
        keys: &[DeliveryKey],
        phones: Option<OfPhones>,
    ) -> Result<Kept, Fenced> {
        let (fence, clock) = (self.fence, self.app.clock.clone());
        let kept = self
            .app
            .db
            .worker
            .transaction(async |tx: &mut Tx| {
                let number = fence.next(tx).await?;
                let undecided = matches!(judged.verdict, Verdict::Undecided);
                match delivery::known(tx, fence.mailbox, keys).await? {
                    Some(known) if known.verdict == UNDECIDED && !undecided => {
                        (row.id, row.uid) = (known.id, known.uid);
                        row.decide(tx).await?;
                    }
                    Some(known) if known.verdict == UNDECIDED => return Ok(Kept::Undecided),
                    Some(_) => return Ok(Kept::Known),
                    None => {
                        row.uid = number;
                        if let Some(phones) = &phones {
                            let limits = phones.limits;
                            limits.hold(tx, &mut judged, &mut row, clock.now()).await?;
                        }
                        row.insert(tx).await?;
                        if let Some(body) = body.clone() {
                            body.insert(tx).await?;
                        }
                        if let Some(waiting) = phones.and_then(|p| p.waiting) {
                            waiting.insert(tx).await?;
                        }
                    }
                }
                delivery::remember(tx, fence.mailbox, row.id, keys).await?;
                match &judged.verdict {
                    Verdict::Undecided => return Ok(Kept::Undecided),
                    Verdict::Recorded(evidence) => tell(tx, &clock, &row, evidence).await?,
                    _ => {}
                }
                let kept = Kept::Judged(row.verdict.clone(), row.reason.clone());
                Ok::<_, Fenced>(kept)
            })
            .await?;
        if matches!(kept, Kept::Judged(..)) {
            self.count(&row);
        }
        Ok(kept)
    }
}
