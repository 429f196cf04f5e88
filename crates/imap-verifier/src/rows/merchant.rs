use crate::schema::merchants;
use db::Tx;
use diesel::prelude::*;
use diesel::query_dsl::methods::FilterDsl;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use domain::event::MerchantSnapshot;

/// Keeps the newest that was said about a merchant; what comes late is dropped. Every snapshot is whole, so that no order
/// is needed. False where something newer is known.
pub(crate) async fn remember(tx: &mut Tx, merchant: &MerchantSnapshot) -> QueryResult<bool> {
    let rows = FilterDsl::filter(
        diesel::insert_into(merchants::table)
            .values((
                merchants::merchant_id.eq(merchant.merchant_id.uuid()),
                merchants::sequence.eq(merchant.sequence),
                merchants::active.eq(merchant.active),
            ))
            .on_conflict(merchants::merchant_id)
            .do_update()
            .set((
                merchants::sequence.eq(excluded(merchants::sequence)),
                merchants::active.eq(excluded(merchants::active)),
            )),
        merchants::sequence.lt(excluded(merchants::sequence)),
    )
    .execute(tx)
    .await?;
    Ok(rows == 1)
}
