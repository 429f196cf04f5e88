//! Evidence that money moved, and how often it was told.

use super::rupees;
use crate::schema::{observations, sightings};
use db::Connection;
use db::types::{JsonText, MinorUnits, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::evidence::reference_key;
use domain::ids::MerchantId;
use domain::{Money, Precision};
use jiff::Timestamp;
use uuid::Uuid;

/// An observation as it was stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = observations, check_for_backend(diesel::pg::Pg))]
pub struct ObservationRow {
    pub id: Uuid,
    pub rail_class: String,
    pub reference_printed: String,
    pub strength: String,
    pub direction: String,
    pub mode: String,
    pub amount: MinorUnits,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub paid_from: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub paid_to: Timestamp,
    pub time_precision: String,
    pub payer_vpa: Option<String>,
    pub payer_name: Option<String>,
    pub note: Option<String>,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub seen_at: Timestamp,
    pub proof: JsonText,
}

/// What storing an observation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    New,
    /// Told before under the same reference.
    Known {
        /// With another amount: an alarm.
        contradicts: bool,
    },
}

impl ObservationRow {
    pub const fn amount(&self) -> Money {
        rupees(self.amount)
    }
}

/// Stores the observation, or a sighting where its account and reference are known. A concurrent teller of the same
/// evidence waits here for the first one's end.
pub async fn record(
    conn: &mut Connection,
    told: &Observation,
    owner: MerchantId,
    proof: JsonText,
    now: Timestamp,
) -> QueryResult<Recorded> {
    let class = String::from(told.rail_class.clone());
    let key = reference_key(&told.rail_class, &told.reference);
    let text = |t: &Option<domain::text::ShortText>| t.as_ref().map(|t| t.as_str().to_owned());
    let inserted = diesel::insert_into(observations::table)
        .values((
            (
                observations::id.eq(told.observation_id.uuid()),
                observations::merchant_id.eq(owner.uuid()),
                observations::live.eq(told.live),
                observations::account_id.eq(told.account_id.uuid()),
                observations::source_id.eq(told.source_id.uuid()),
                observations::source_seq.eq(told.source_seq),
                observations::rail_class.eq(&class),
                observations::reference.eq(&key),
                observations::reference_printed.eq(&told.reference),
                observations::strength.eq(told.strength.as_str()),
                observations::direction.eq(told.direction.as_str()),
                observations::mode.eq(told.mode.as_str()),
            ),
            (
                observations::amount.eq(MinorUnits(told.amount.minor())),
                observations::currency.eq(told.amount.currency().code()),
                observations::paid_from.eq(to_db(told.interval.from())),
                observations::paid_to.eq(to_db(told.interval.to())),
                observations::time_precision.eq(precision(told.interval.precision())),
                observations::payer_vpa.eq(text(&told.payer_vpa)),
                observations::payer_name.eq(text(&told.payer_name)),
                observations::note.eq(text(&told.note)),
                observations::seen_at.eq(to_db(told.seen_at)),
                observations::proof.eq(proof),
                observations::recorded_at.eq(to_db(now)),
            ),
        ))
        .on_conflict((
            observations::account_id,
            observations::rail_class,
            observations::reference,
            observations::direction,
        ))
        .do_nothing()
        .execute(conn)
        .await?;
    if inserted == 1 {
        return Ok(Recorded::New);
    }
    let (known, amount): (Uuid, MinorUnits) = observations::table
        .filter(observations::account_id.eq(told.account_id.uuid()))
        .filter(observations::rail_class.eq(&class))
        .filter(observations::reference.eq(&key))
        .filter(observations::direction.eq(told.direction.as_str()))
        .select((observations::id, observations::amount))
        .first(conn)
        .await?;
    let contradicts = amount.0 != told.amount.minor();
    diesel::insert_into(sightings::table)
        .values((
            sightings::id.eq(told.observation_id.uuid()),
            sightings::observation_id.eq(known),
            sightings::merchant_id.eq(owner.uuid()),
            sightings::live.eq(told.live),
            sightings::source_id.eq(told.source_id.uuid()),
            sightings::source_seq.eq(told.source_seq),
            sightings::amount.eq(MinorUnits(told.amount.minor())),
            sightings::contradicts.eq(contradicts),
            sightings::recorded_at.eq(to_db(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(Recorded::Known { contradicts })
}

/// A precision's name, as stored.
pub(crate) const fn precision(precision: Precision) -> &'static str {
    match precision {
        Precision::Second => "second",
        Precision::Minute => "minute",
        Precision::Date => "date",
        Precision::Block => "block",
    }
}
