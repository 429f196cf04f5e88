//! A payment as the ladder sees it: everything that its evidence says, whoever told it.

use db::{Connection, Scope};
use diesel::QueryResult;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::evidence::{Direction, PaymentMode, Strength, reference_key};
use domain::ids::{AccountId, MerchantId, ObservationId, SourceId};
use domain::matching::{Told, may_be_one};
use domain::{Interval, Mode, Money};
use jiff::SignedDuration;
use rails::code::{Code, find_codes};
use std::collections::BTreeSet;
use uuid::Uuid;

/// One payment into one account.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    /// The observation that stands for it: what is decided and allocated names this one.
    pub(crate) lead: ObservationId,
    pub(crate) account: AccountId,
    /// The account's.
    pub(crate) owner: MerchantId,
    pub(crate) live: bool,
    pub(crate) direction: Direction,
    pub(crate) amount: Money,
    pub(crate) first: Telling,
    pub(crate) others: Vec<Telling>,
}

/// What one alert said of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telling {
    /// Its own.
    pub(crate) id: Uuid,
    /// The observation that it is, or that it told again.
    pub(crate) observation: ObservationId,
    pub(crate) source: SourceId,
    pub(crate) strength: Strength,
    /// Rail class and reference in the form under which they are unique.
    pub(crate) reference: (String, String),
    pub(crate) mode: PaymentMode,
    pub(crate) interval: Interval,
    pub(crate) payer_vpa: Option<String>,
    pub(crate) codes: BTreeSet<String>,
    /// Its source was revoked.
    pub(crate) doubted: bool,
}

impl Telling {
    pub(crate) fn of(told: &Observation, doubted: bool) -> Self {
        let class = String::from(told.rail_class.clone());
        Self {
            id: told.observation_id.uuid(),
            observation: told.observation_id,
            source: told.source_id,
            strength: told.strength,
            reference: (class, reference_key(&told.rail_class, &told.reference)),
            mode: told.mode,
            interval: told.interval,
            payer_vpa: told.payer_vpa.as_ref().map(|vpa| vpa.as_str().to_owned()),
            codes: codes(told.note.as_ref().map(|note| note.as_str())),
            doubted,
        }
    }

    fn told(&self) -> Told<'_> {
        Told {
            source: self.source,
            strength: self.strength,
            interval: self.interval,
            payer_vpa: self.payer_vpa.as_deref(),
            codes: self.codes.iter().map(String::as_str).collect(),
        }
    }

    /// The more of these, the better it stands for a payment: a source that is believed, the note that names an intent, a
    /// printed reference, an exact time. What was joined by amount and time may be of another payment after all; what names
    /// the intent is not.
    fn worth(&self) -> (bool, bool, bool, std::cmp::Reverse<SignedDuration>) {
        let length = self.interval.from().duration_until(self.interval.to());
        (
            !self.doubted,
            !self.codes.is_empty(),
            self.strength == Strength::Strong,
            std::cmp::Reverse(length),
        )
    }
}

impl Payment {
    /// A payment that only `told` speaks of, whose source was revoked if it is `doubted`.
    pub(crate) fn of(told: &Observation, owner: MerchantId, doubted: bool) -> Self {
        Self {
            lead: told.observation_id,
            account: told.account_id,
            owner,
            live: told.live,
            direction: told.direction,
            amount: told.amount,
            first: Telling::of(told, doubted),
            others: Vec::new(),
        }
    }

    /// Whether `telling` may be about this payment.
    pub(crate) fn may_include(&self, telling: &Telling) -> bool {
        let new = telling.told();
        self.heard().all(|known| may_be_one(&known.told(), &new))
    }

    /// Whether the ladder learns nothing from `telling`.
    pub(crate) fn knows(&self, telling: &Telling) -> bool {
        let with = self.with(telling.clone());
        with.interval() == self.interval()
            && with.mode() == self.mode()
            && with.codes() == self.codes()
            && with.payer_vpas() == self.payer_vpas()
            && with.references() == self.references()
            && with.is_doubted() == self.is_doubted()
    }

    /// As it was before one of its alerts was read. `None` where it was told by no such one besides the first.
    pub(crate) fn without(&self, id: Uuid) -> Option<(Self, Telling)> {
        let mut before = self.clone();
        let at = before.others.iter().position(|t| t.id == id)?;
        let telling = before.others.remove(at);
        Some((before, telling))
    }

    pub(crate) fn with(&self, telling: Telling) -> Self {
        let mut with = self.clone();
        with.others.push(telling);
        with
    }

    /// The observation that should stand for it, as long as nothing is allocated. The standing one unless `arrived` is better.
    pub(crate) fn better_lead(&self, arrived: ObservationId) -> ObservationId {
        let worth = |id| {
            let own = self.tellings().filter(|t| t.observation == id);
            own.map(Telling::worth).max()
        };
        if worth(arrived) > worth(self.lead) {
            arrived
        } else {
            self.lead
        }
    }

    /// The time that all of its evidence allows; where clocks differ, the most exact one's.
    pub(crate) fn interval(&self) -> Interval {
        let length = |i: &Interval| i.from().duration_until(i.to());
        let exact = self.heard().map(|t| t.interval).reduce(|exact, next| {
            if length(&next) < length(&exact) {
                next
            } else {
                exact
            }
        });
        let exact = exact.unwrap_or(self.first.interval);
        self.heard().fold(exact, |narrow, t| {
            let (from, to) = (t.interval.from(), t.interval.to());
            let both = Interval::new(
                narrow.from().max(from),
                narrow.to().min(to),
                narrow.precision(),
            );
            both.unwrap_or(narrow)
        })
    }

    /// How the money came. What the bank may take back by itself is not made final by a channel that does not say.
    pub(crate) fn mode(&self) -> PaymentMode {
        let modes = || self.heard().map(|t| t.mode);
        let revocable =
            |mode: &PaymentMode| matches!(mode, PaymentMode::Cheque | PaymentMode::Cash);
        modes()
            .find(revocable)
            .or_else(|| modes().find(|mode| mode.settles_alone()))
            .unwrap_or(PaymentMode::Other)
    }

    /// Reference codes in its notes.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        self.heard().flat_map(|t| t.codes.iter().cloned()).collect()
    }

    /// The payer's addresses in the form in which they are compared.
    pub(crate) fn payer_vpas(&self) -> BTreeSet<String> {
        let vpas = self.heard().filter_map(|t| t.payer_vpa.as_deref());
        vpas.map(str::to_lowercase).collect()
    }

    /// Printed references. A digest is none.
    pub(crate) fn references(&self) -> BTreeSet<(String, String)> {
        self.heard()
            .filter(|t| t.strength == Strength::Strong)
            .map(|t| t.reference.clone())
            .collect()
    }

    /// The scope of the account's owner, which its evidence belongs to.
    pub(crate) const fn owner(&self) -> Scope {
        Scope {
            merchant: self.owner,
            mode: Mode::from_live(self.live),
        }
    }

    /// Whether only sources that were revoked tell of it.
    pub(crate) fn is_doubted(&self) -> bool {
        self.tellings().all(|t| t.doubted)
    }

    /// Whether a source that was revoked tells of it.
    pub(crate) fn has_doubts(&self) -> bool {
        self.tellings().any(|t| t.doubted)
    }

    /// What a revoked source told says nothing, whichever of its alerts was named.
    pub(crate) fn doubt_whole_sources(&mut self) {
        let revoked: BTreeSet<SourceId> = self
            .tellings()
            .filter(|t| t.doubted)
            .map(|t| t.source)
            .collect();
        for telling in std::iter::once(&mut self.first).chain(&mut self.others) {
            telling.doubted = revoked.contains(&telling.source);
        }
    }

    /// What it is judged by: a doubted telling says nothing where another speaks.
    fn heard(&self) -> impl Iterator<Item = &Telling> {
        let all = self.is_doubted();
        self.tellings().filter(move |t| all || !t.doubted)
    }

    fn tellings(&self) -> impl Iterator<Item = &Telling> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// What may be a reference code in a note.
pub(crate) fn codes(note: Option<&str>) -> BTreeSet<String> {
    let found = find_codes(note.unwrap_or_default());
    found.iter().map(Code::to_string).collect()
}

/// Whoever decides about money of this amount in this account does so alone until the transaction ends: two channels that
/// tell one payment, a payer who types its UTR, a person who decides about it. Taken before any intent is locked.
pub(crate) async fn lock(
    mut conn: &Connection,
    account: AccountId,
    amount: Money,
) -> QueryResult<()> {
    let name = format!("{account}/{}", amount.minor());
    db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793604))")
        .bind::<Text, _>(name)
        .execute(&mut conn)
        .await
        .map(drop)
}
