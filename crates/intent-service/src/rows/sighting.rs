//! The same evidence told again: the alert twice, another mailbox, another channel.

use super::observation::precision;
use crate::schema::sightings;
use db::Connection;
use db::types::{JsonText, MinorUnits, to_db};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::Observation;
use domain::ids::MerchantId;
use jiff::Timestamp;
use uuid::Uuid;

/// Stores what `told` says of an observation that is known. Telling it again changes nothing.
pub(super) async fn add(
    conn: &mut Connection,
    told: &Observation,
    known: Uuid,
    owner: MerchantId,
    contradicts: bool,
    proof: JsonText,
    now: Timestamp,
) -> QueryResult<()> {
    let text = |t: &Option<domain::text::ShortText>| t.as_ref().map(|t| t.as_str().to_owned());
    diesel::insert_into(sightings::table)
        .values((
            (
                sightings::id.eq(told.observation_id.uuid()),
                sightings::observation_id.eq(known),
                sightings::merchant_id.eq(owner.uuid()),
                sightings::live.eq(told.live),
                sightings::source_id.eq(told.source_id.uuid()),
                sightings::source_seq.eq(told.source_seq),
                sightings::amount.eq(MinorUnits(told.amount.minor())),
                sightings::contradicts.eq(contradicts),
                sightings::recorded_at.eq(to_db(now)),
            ),
            (
                sightings::paid_from.eq(to_db(told.interval.from())),
                sightings::paid_to.eq(to_db(told.interval.to())),
                sightings::time_precision.eq(precision(told.interval.precision())),
                sightings::mode.eq(told.mode.as_str()),
                sightings::payer_vpa.eq(text(&told.payer_vpa)),
                sightings::payer_name.eq(text(&told.payer_name)),
                sightings::note.eq(text(&told.note)),
                sightings::seen_at.eq(to_db(told.seen_at)),
                sightings::proof.eq(proof),
            ),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}
