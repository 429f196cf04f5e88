//! Evidence that money moved, and how often it was told.

use super::{rupees, sighting};
use crate::schema::observations;
use db::Connection;
use db::types::{JsonText, MinorUnits, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::evidence::{Proof, Strength, reference_key};
use domain::ids::{MerchantId, ObservationId};
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
    /// It prints no reference, and the same source said word for word the same before in another message: one payment told
    /// twice, or two equal ones.
    LikeAnother(ObservationId),
    /// Told before under the same reference.
    Known {
        observation: ObservationId,
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
    let key = reference_key(&told.rail_class, &told.reference);
    if insert(conn, told, owner, &proof, &key, now).await? {
        return Ok(Recorded::New);
    }
    let mut known = Known::find(conn, told, &key).await?;
    if told.strength == Strength::Provisional && known.is_another_message(told) {
        let like = ObservationId::from_uuid(known.id);
        let own_key = format!("{key}#{}", told.proof.message_digest);
        if insert(conn, told, owner, &proof, &own_key, now).await? {
            return Ok(Recorded::LikeAnother(like));
        }
        known = Known::find(conn, told, &own_key).await?;
    }
    let contradicts = known.amount.0 != told.amount.minor();
    sighting::add(conn, told, known.id, owner, contradicts, proof, now).await?;
    Ok(Recorded::Known {
        observation: ObservationId::from_uuid(known.id),
        contradicts,
    })
}

/// Evidence that is stored under a key.
#[derive(Queryable)]
struct Known {
    id: Uuid,
    amount: MinorUnits,
    source: Uuid,
    proof: JsonText,
}

impl Known {
    async fn find(conn: &mut Connection, told: &Observation, key: &str) -> QueryResult<Self> {
        observations::table
            .filter(observations::account_id.eq(told.account_id.uuid()))
            .filter(observations::rail_class.eq(String::from(told.rail_class.clone())))
            .filter(observations::reference.eq(key))
            .filter(observations::direction.eq(told.direction.as_str()))
            .select((
                observations::id,
                observations::amount,
                observations::source_id,
                observations::proof,
            ))
            .first(conn)
            .await
    }

    fn is_another_message(&self, told: &Observation) -> bool {
        let proof: Option<Proof> = serde_json::from_str(self.proof.as_str()).ok();
        self.source == told.source_id.uuid()
            && proof.is_some_and(|p| p.message_digest != told.proof.message_digest)
    }
}

/// False where that key is taken.
async fn insert(
    conn: &mut Connection,
    told: &Observation,
    owner: MerchantId,
    proof: &JsonText,
    key: &str,
    now: Timestamp,
) -> QueryResult<bool> {
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
                observations::rail_class.eq(String::from(told.rail_class.clone())),
                observations::reference.eq(key),
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
    Ok(inserted == 1)
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
