use super::failure::Failure;
use super::session::Context;
use super::wire::Wire;
use crate::intake::{Arrival, Body, Intake, Stored};
use crate::rows::message::{self, Undecided};
use alerts::{MAX_BODY_BYTES, MAX_RAW_BYTES, Mail};
use db::types::to_db;
use imap::Session;
use imap::types::Fetch;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many messages are asked about at once.
const BATCH: usize = 100;
/// How much of a From field is looked at: an address has at most 254 characters (RFC 5321).
const FROM_BYTES: usize = 2048;
/// Beside the data asked for, an answer has names, numbers and dates.
const OVERHEAD: usize = 1024;
/// Numbers of all messages of a large folder.
const NUMBERS: usize = 4 * 1024 * 1024;
/// A mail without a verdict is tried again after this, then after twice that, …
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(300);
/// A key that could not be asked for in six hours is not waited for any longer.
pub(crate) const UNDECIDED_FOR: SignedDuration = SignedDuration::from_hours(6);

/// What one look through the mailbox came to.
pub(super) struct Scanned {
    /// Everything that reached the mailbox before this has been read.
    pub(super) up_to: Timestamp,
    /// Whether an observation was made.
    pub(super) said_something: bool,
}

/// Reads what is new, in order.
pub(super) struct Scanner<'a> {
    context: &'a Context,
    intake: Intake,
    uidvalidity: i64,
    last_uid: i64,
    /// Mails without a verdict: when the next try is due, and how long to wait after it.
    retries: HashMap<i64, (Instant, Duration)>,
}

/// What is known of a message before it is read.
struct Seen {
    uid: u32,
    size: usize,
    arrived_at: Option<Timestamp>,
    /// The listed sender it claims, if any.
    sender: Option<String>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(context: &'a Arc<Context>, uidvalidity: i64, last_uid: i64) -> Self {
        Self {
            context,
            intake: Intake::new(
                context.app.clone(),
                context.fence,
                context.merchant,
                context.live,
                uidvalidity,
            ),
            uidvalidity,
            last_uid,
            retries: HashMap::new(),
        }
    }

    /// Reads until nothing is new.
    pub(super) fn scan(&mut self, session: &mut Session<Wire>) -> Result<Scanned, Failure> {
        let mut said_something = false;
        loop {
            // Before the server looks, not after.
            let up_to = self.context.app.clock.now();
            self.context.reins.allow(NUMBERS);
            session.noop().map_err(|e| Failure::of(&e))?;
            // What else the server told is not needed, and would be kept for ever.
            drop(session.take_all_unsolicited());
            let new = self.numbers(session)?;
            for batch in new.chunks(BATCH) {
                said_something |= self.read_batch(session, batch)?;
            }
            if new.is_empty() {
                said_something |= self.retry_undecided(session)?;
                return Ok(Scanned {
                    up_to,
                    said_something,
                });
            }
        }
    }

    /// The UIDs above the cursor, in order. A server answers `n:*` with its last message even where that is below n.
    fn numbers(&self, session: &mut Session<Wire>) -> Result<Vec<u32>, Failure> {
        let found = session
            .uid_search(format!("UID {}:*", self.last_uid.saturating_add(1)))
            .map_err(|e| Failure::of(&e))?;
        let mut new: Vec<u32> = found
            .into_iter()
            .filter(|uid| i64::from(*uid) > self.last_uid)
            .collect();
        new.sort_unstable();
        Ok(new)
    }

    fn read_batch(&mut self, session: &mut Session<Wire>, batch: &[u32]) -> Result<bool, Failure> {
        let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
            return Ok(false);
        };
        let seen = self.look_at(session, &format!("{first}:{last}"), batch.len())?;
        let strangers = seen.iter().filter(|m| m.sender.is_none()).count();
        let mut said_something = false;
        for message in seen.iter().filter(|m| m.sender.is_some()) {
            said_something |= self.read_message(session, message, Pass::New)?;
        }
        // What is left of the batch are strangers' mails, and such as were deleted meanwhile.
        if self.last_uid < i64::from(*last) {
            self.context.wait(self.intake.pass_over(i64::from(*last)))?;
            self.last_uid = i64::from(*last);
        }
        let strangers = u64::try_from(strangers).unwrap_or(u64::MAX);
        metrics::counter!("noxpay_mail_read_total", "verdict" => "stranger").increment(strangers);
        Ok(said_something)
    }

    /// Sizes, dates and senders, in order of UID.
    fn look_at(
        &self,
        session: &mut Session<Wire>,
        set: &str,
        count: usize,
    ) -> Result<Vec<Seen>, Failure> {
        // The answer may hold messages that arrived between: they are above the range or read with a later batch.
        self.context
            .reins
            .allow((count + BATCH) * (FROM_BYTES + OVERHEAD));
        let query = format!(
            "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM)]<0.{FROM_BYTES}>)"
        );
        let fetched = session.uid_fetch(set, query).map_err(|e| Failure::of(&e))?;
        let mut seen: Vec<Seen> = fetched.iter().filter_map(|f| self.seen(f)).collect();
        seen.sort_unstable_by_key(|m| m.uid);
        seen.dedup_by_key(|m| m.uid);
        Ok(seen)
    }

    /// `None` for answers about something else, such as a flag that another client changed.
    fn seen(&self, fetched: &Fetch<'_>) -> Option<Seen> {
        let rules = &self.context.app.rules;
        let header = fetched.header()?;
        let from = Mail::parse(header).ok().and_then(|m| m.from_address());
        let sender = from.filter(|address| rules.sender_bank(address).is_some());
        Some(Seen {
            uid: fetched.uid?,
            size: usize::try_from(fetched.size?).unwrap_or(usize::MAX),
            arrived_at: fetched
                .internal_date()
                .and_then(|at| Timestamp::from_second(at.timestamp()).ok()),
            sender,
        })
    }

    fn read_message(
        &mut self,
        session: &mut Session<Wire>,
        message: &Seen,
        reading: Pass,
    ) -> Result<bool, Failure> {
        let uid = i64::from(message.uid);
        if reading == Pass::New && uid <= self.last_uid {
            return Ok(false);
        }
        let body = match message.size {
            size if size > MAX_BODY_BYTES => Body::TooLarge,
            _ => self.fetch(session, message.uid)?,
        };
        let arrival = Arrival {
            uid,
            arrived_at: message.arrived_at,
            sender: message.sender.clone().unwrap_or_default(),
            body,
        };
        let stored = self
            .context
            .wait(self.intake.take(arrival, reading == Pass::Again))?;
        if reading == Pass::New {
            self.last_uid = uid;
        }
        match stored {
            Stored::Undecided => {
                let (_, wait) = self
                    .retries
                    .get(&uid)
                    .copied()
                    .unwrap_or((Instant::now(), FIRST_RETRY / 2));
                let wait = (wait * 2).min(LAST_RETRY);
                self.retries.insert(uid, (Instant::now() + wait, wait));
            }
            Stored::Observed | Stored::Noted => {
                self.retries.remove(&uid);
            }
        }
        Ok(matches!(stored, Stored::Observed))
    }

    /// The whole message, without marking it as read.
    fn fetch(&self, session: &mut Session<Wire>, uid: u32) -> Result<Body, Failure> {
        // Servers count differently, so that the announced size is no limit.
        self.context.reins.allow(MAX_RAW_BYTES + 64 * OVERHEAD);
        let fetched = session
            .uid_fetch(uid.to_string(), "(UID BODY.PEEK[])")
            .map_err(|e| Failure::of(&e))?;
        let mut found = fetched.iter().filter(|f| f.uid == Some(uid));
        Ok(found
            .find_map(|f| f.body().map(<[u8]>::to_vec))
            .map_or(Body::Gone, Body::Raw))
    }

    fn retry_undecided(&mut self, session: &mut Session<Wire>) -> Result<bool, Failure> {
        let waiting = self.context.wait(self.undecided())?;
        let mut said_something = false;
        for mail in waiting {
            if self
                .retries
                .get(&mail.uid)
                .is_some_and(|(due, _)| Instant::now() < *due)
            {
                continue;
            }
            let Ok(uid) = u32::try_from(mail.uid) else {
                continue;
            };
            let found = self.look_at(session, &uid.to_string(), 1)?;
            let gone = Seen {
                uid,
                size: 0,
                arrived_at: None,
                sender: None,
            };
            let message = found.into_iter().find(|m| m.uid == uid).unwrap_or(gone);
            said_something |= self.read_message(session, &message, Pass::Again)?;
        }
        Ok(said_something)
    }

    async fn undecided(&self) -> Result<Vec<Undecided>, Failure> {
        let since = self
            .context
            .app
            .clock
            .now()
            .checked_sub(UNDECIDED_FOR)
            .unwrap_or(Timestamp::MIN);
        let mut conn = self.context.pool().get().await?;
        Ok(message::undecided(
            &mut conn,
            self.context.mailbox,
            self.uidvalidity,
            to_db(since),
        )
        .await?)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    New,
    /// A mail that has no verdict yet.
    Again,
}
