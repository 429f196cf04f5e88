//! Gapless sequence numbers and the watermarks that wait for them.

use crate::error::Error;
use crate::schema::{source_gaps, sources};
use db::types::to_db;
use db::{Connection, Tx};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use domain::event::MailWatermark;
use domain::ids::SourceId;
use jiff::Timestamp;
use uuid::Uuid;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = sources, check_for_backend(diesel::pg::Pg))]
struct SourceRow {
    source_id: Uuid,
    stored_seq: i64,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    up_to: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    heard_up_to: Option<Timestamp>,
    heard_last_seq: Option<i64>,
}

impl SourceRow {
    /// The source's row, made if it is new, locked until the transaction ends.
    async fn lock(conn: &mut Connection, source: SourceId) -> QueryResult<Self> {
        diesel::insert_into(sources::table)
            .values(sources::source_id.eq(source.uuid()))
            .on_conflict_do_nothing()
            .execute(conn)
            .await?;
        sources::table
            .find(source.uuid())
            .select(Self::as_select())
            .for_update()
            .first(conn)
            .await
    }

    /// Lets the watermark heard last count, if everything before it is stored now. True if the source looks further.
    fn count(&mut self) -> bool {
        let complete = self
            .heard_last_seq
            .is_some_and(|last| last <= self.stored_seq);
        let further = self.heard_up_to > self.up_to;
        if complete && further {
            self.up_to = self.heard_up_to;
        }
        complete && further
    }

    async fn save(&self, conn: &mut Connection) -> QueryResult<()> {
        diesel::update(sources::table.find(self.source_id))
            .set((
                sources::stored_seq.eq(self.stored_seq),
                sources::up_to.eq(self.up_to.map(to_db)),
                sources::heard_up_to.eq(self.heard_up_to.map(to_db)),
                sources::heard_last_seq.eq(self.heard_last_seq),
            ))
            .execute(conn)
            .await
            .map(drop)
    }
}

/// Counts the source's word number `seq` as stored, whatever order they come in. True if a watermark that waited for it
/// counts now.
pub async fn advance(tx: &mut Tx, source: SourceId, seq: i64) -> Result<bool, Error> {
    if seq < 1 {
        return Err(Error::Refused(format!(
            "sequence number {seq} is not positive"
        )));
    }
    let mut row = SourceRow::lock(tx, source).await?;
    if seq <= row.stored_seq {
        return Ok(false);
    }
    if seq > row.stored_seq + 1 {
        diesel::insert_into(source_gaps::table)
            .values((
                source_gaps::source_id.eq(source.uuid()),
                source_gaps::seq.eq(seq),
            ))
            .on_conflict_do_nothing()
            .execute(tx)
            .await?;
        return Ok(false);
    }
    row.stored_seq = run_after(tx, source, seq).await?.unwrap_or(seq);
    diesel::delete(
        source_gaps::table
            .filter(source_gaps::source_id.eq(source.uuid()))
            .filter(source_gaps::seq.le(row.stored_seq)),
    )
    .execute(tx)
    .await?;
    let further = row.count();
    row.save(tx).await?;
    Ok(further)
}

/// Keeps the newest watermark, and lets it count if nothing before it is missing. True if the source looks further now.
pub(super) async fn hear(tx: &mut Tx, heard: &MailWatermark) -> Result<bool, Error> {
    let mut row = SourceRow::lock(tx, heard.source_id).await?;
    // Queues do not keep order: an older one says nothing new.
    if row.heard_up_to.is_some_and(|known| known >= heard.up_to) {
        return Ok(false);
    }
    row.heard_up_to = Some(heard.up_to);
    row.heard_last_seq = Some(heard.last_seq);
    let further = row.count();
    row.save(tx).await?;
    Ok(further)
}

#[derive(QueryableByName)]
struct Last {
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

/// The end of the unbroken run of early numbers that begins right after `seq`.
async fn run_after(conn: &mut Connection, source: SourceId, seq: i64) -> QueryResult<Option<i64>> {
    let run: Last = diesel::sql_query(
        "SELECT max(seq) AS last FROM ( \
             SELECT seq, seq - row_number() OVER (ORDER BY seq) AS start \
             FROM source_gaps WHERE source_id = $1 AND seq > $2) AS early \
         WHERE start = $2",
    )
    .bind::<SqlUuid, _>(source.uuid())
    .bind::<BigInt, _>(seq)
    .get_result(conn)
    .await?;
    Ok(run.last)
}
