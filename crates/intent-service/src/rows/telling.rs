//! What is stored of a payment, told by one channel or by several.

use super::observed::Observed;
use super::{Word, finding};
use crate::error::Error;
use crate::payment::{Payment, Telling, codes};
use crate::schema::{doubts, findings, observations, sightings};
use db::Connection;
use db::types::{MinorUnits, to_db};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::evidence::{Direction, PaymentMode, Strength};
use domain::ids::{ObservationId, SourceId};
use domain::matching::CLOCK_SKEW;
use domain::{Interval, Precision};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// More evidence of one amount at one time is no shop's day.
const MOST: i64 = 50;

#[derive(Queryable, Selectable)]
#[diesel(table_name = sightings, check_for_backend(diesel::pg::Pg))]
struct Again {
    id: Uuid,
    observation_id: Uuid,
    source_id: Uuid,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    paid_from: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    paid_to: Option<Timestamp>,
    time_precision: Option<Word<Precision>>,
    mode: Option<Word<PaymentMode>>,
    payer_vpa: Option<String>,
    note: Option<String>,
}

impl Again {
    /// `of` is what it told again. `None` where only the fact was stored.
    fn telling(&self, of: &Telling, doubted: bool) -> Result<Option<Telling>, Error> {
        let (Some(from), Some(to), Some(precision)) =
            (self.paid_from, self.paid_to, self.time_precision)
        else {
            return Ok(None);
        };
        let interval = Interval::new(from, to, precision.0)
            .map_err(|_| Error::Broken("a sighting ends before it begins"))?;
        Ok(Some(Telling {
            id: self.id,
            source: SourceId::from_uuid(self.source_id),
            mode: self.mode.map_or(of.mode, |mode| mode.0),
            interval,
            payer_vpa: self.payer_vpa.clone(),
            codes: codes(self.note.as_deref()),
            doubted,
            ..of.clone()
        }))
    }
}

/// The observation that stands for the payment of `observation`: itself, or what it is joined to.
pub(crate) async fn lead_of(
    conn: &Connection,
    observation: ObservationId,
) -> QueryResult<ObservationId> {
    let last = finding::last(conn, observation).await?;
    let lead = last.and_then(|finding| finding.joined_to);
    Ok(lead.map_or(observation, ObservationId::from_uuid))
}

/// Other observations that are joined to `lead`. A later finding may have joined them elsewhere, or put them to a person.
pub(crate) async fn joined_to(
    conn: &mut Connection,
    lead: ObservationId,
) -> QueryResult<BTreeSet<Uuid>> {
    let later = diesel::alias!(findings as later);
    let moved = later
        .filter(
            later
                .field(findings::observation_id)
                .eq(findings::observation_id),
        )
        .filter(later.field(findings::finding_no).gt(findings::finding_no));
    let joined: Vec<Uuid> = findings::table
        .filter(findings::joined_to.eq(lead.uuid()))
        .filter(not(exists(moved)))
        .select(findings::observation_id)
        .load(conn)
        .await?;
    Ok(joined.into_iter().collect())
}

/// Everything that was told of the payment that `lead` stands for.
pub(crate) async fn payment(conn: &mut Connection, lead: ObservationId) -> Result<Payment, Error> {
    let mut ids: Vec<Uuid> = joined_to(conn, lead).await?.into_iter().collect();
    ids.push(lead.uuid());
    let doubted = doubts::table
        .filter(doubts::observation_id.eq(observations::id))
        .filter(doubts::source_id.eq(observations::source_id));
    let rows: Vec<(Observed, bool)> = observations::table
        .filter(observations::id.eq_any(&ids))
        .order((observations::recorded_at, observations::id))
        .select((Observed::as_select(), exists(doubted)))
        .load(conn)
        .await?;
    let doubted = doubts::table
        .filter(doubts::observation_id.eq(sightings::id))
        .filter(doubts::source_id.eq(sightings::source_id));
    let again: Vec<(Again, bool)> = sightings::table
        .filter(sightings::observation_id.eq_any(&ids))
        .filter(sightings::contradicts.eq(false))
        .order((sightings::recorded_at, sightings::id))
        .select((Again::as_select(), exists(doubted)))
        .load(conn)
        .await?;
    let standing = rows.iter().find(|(row, _)| row.id == lead);
    let (standing, doubted) = standing.ok_or(Error::Broken("an observation vanished"))?;
    let mut others = Vec::new();
    for (row, doubted) in &rows {
        let telling = row.telling(*doubted)?;
        for (again, doubted) in again
            .iter()
            .filter(|(again, _)| again.observation_id == row.id.uuid())
        {
            others.extend(again.telling(&telling, *doubted)?);
        }
        if row.id != lead {
            others.push(telling);
        }
    }
    let mut payment = Payment {
        lead,
        account: standing.account_id,
        owner: standing.merchant_id,
        live: standing.live,
        direction: standing.direction.0,
        amount: standing.amount(),
        first: standing.telling(*doubted)?,
        others,
    };
    payment.doubt_whole_sources();
    Ok(payment)
}

/// Observations of the same account and amount that may be other evidence of the payment that `telling` tells of, nearest
/// first. A superset: `Payment::may_include` decides.
pub(crate) async fn alike(
    conn: &mut Connection,
    payment: &Payment,
) -> Result<Vec<ObservationId>, Error> {
    let telling = &payment.first;
    let earliest = telling.interval.from().checked_sub(CLOCK_SKEW);
    let latest = telling.interval.to().checked_add(CLOCK_SKEW);
    let mut query = observations::table
        .filter(observations::account_id.eq(payment.account.uuid()))
        .filter(observations::amount.eq(MinorUnits(payment.amount.minor())))
        .filter(observations::paid_to.ge(to_db(earliest.unwrap_or(Timestamp::MIN))))
        .filter(observations::paid_from.le(to_db(latest.unwrap_or(Timestamp::MAX))))
        .filter(observations::live.eq(payment.live))
        .filter(observations::direction.eq(Direction::Credit.as_str()))
        .filter(observations::id.ne(payment.lead.uuid()))
        .order((observations::recorded_at, observations::id))
        .limit(MOST)
        .select(observations::id)
        .into_boxed();
    if telling.strength == Strength::Strong {
        query = query.filter(observations::strength.eq(Strength::Provisional.as_str()));
    }
    let found: Vec<Uuid> = query.load(conn).await?;
    Ok(found.into_iter().map(ObservationId::from_uuid).collect())
}

/// The references that banks printed for the payments that these observations stand for. What only a digest names has none.
pub(crate) async fn printed_references(
    conn: &mut Connection,
    leads: &[Uuid],
) -> QueryResult<BTreeMap<Uuid, String>> {
    let own: Vec<(Uuid, String, String)> = observations::table
        .filter(observations::id.eq_any(leads))
        .select((
            observations::id,
            observations::strength,
            observations::reference_printed,
        ))
        .load(conn)
        .await?;
    let strong = Strength::Strong.as_str();
    let mut printed: BTreeMap<Uuid, String> = BTreeMap::new();
    let mut unnamed: Vec<Uuid> = Vec::new();
    for (id, strength, reference) in own {
        if strength == strong {
            printed.insert(id, reference);
        } else {
            unnamed.push(id);
        }
    }
    if unnamed.is_empty() {
        return Ok(printed);
    }
    let joined: Vec<(Option<Uuid>, String)> = findings::table
        .inner_join(observations::table.on(observations::id.eq(findings::observation_id)))
        .filter(findings::joined_to.eq_any(unnamed))
        .filter(observations::strength.eq(strong))
        .select((findings::joined_to, observations::reference_printed))
        .load(conn)
        .await?;
    for (lead, reference) in joined {
        if let Some(lead) = lead {
            printed.insert(lead, reference);
        }
    }
    Ok(printed)
}
