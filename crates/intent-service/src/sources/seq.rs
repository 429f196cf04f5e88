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

    /// Lets the watermark that waits count, if everything before it is stored now. True if the source looks further.
    fn count_waiting(&mut self) -> bool {
        match (self.heard_up_to, self.heard_last_seq) {
            (Some(up_to), Some(last)) if last <= self.stored_seq => {
                self.forget_waiting();
                self.look_until(up_to)
            }
            _ => false,
        }
    }

    /// Takes a watermark in. True if the source looks further.
    ///
    /// Of those that must wait, the one that has to wait least is kept: if each newer one took its place, a source that
    /// always has a word on its way would never count. The source soon repeats what is dropped here.
    fn hear(&mut self, up_to: Timestamp, last_seq: i64) -> bool {
        if self.up_to.is_some_and(|known| known >= up_to) {
            return false;
        }
        if last_seq <= self.stored_seq {
            if self.heard_up_to.is_some_and(|waiting| waiting <= up_to) {
                self.forget_waiting();
            }
            return self.look_until(up_to);
        }
        let sooner = match (self.heard_up_to, self.heard_last_seq) {
            (Some(waiting), Some(last)) => (last_seq, waiting) < (last, up_to),
            _ => true,
        };
        if sooner {
            self.heard_up_to = Some(up_to);
            self.heard_last_seq = Some(last_seq);
        }
        false
    }

    fn look_until(&mut self, up_to: Timestamp) -> bool {
        let further = self.up_to.is_none_or(|known| known < up_to);
        if further {
            self.up_to = Some(up_to);
        }
        further
    }

    fn forget_waiting(&mut self) {
        self.heard_up_to = None;
        self.heard_last_seq = None;
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
    let further = row.count_waiting();
    row.save(tx).await?;
    Ok(further)
}

/// Lets a watermark count if nothing before it is missing, else keeps it until then. True if the source looks further now.
pub(super) async fn hear(tx: &mut Tx, heard: &MailWatermark) -> Result<bool, Error> {
    let mut row = SourceRow::lock(tx, heard.source_id).await?;
    let further = row.hear(heard.up_to, heard.last_seq);
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
    let run: Last = db::statement(
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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    /// A source of which so many words are stored.
    fn source(stored_seq: i64) -> SourceRow {
        SourceRow {
            source_id: Uuid::nil(),
            stored_seq,
            up_to: None,
            heard_up_to: None,
            heard_last_seq: None,
        }
    }

    #[test]
    fn a_watermark_that_waits_is_not_put_off_by_newer_ones() {
        let mut row = source(4);
        assert!(!row.hear(at(1), 5));
        assert!(!row.hear(at(2), 6));
        row.stored_seq = 5;
        assert!(row.count_waiting());
        assert_eq!(row.up_to, Some(at(1)));
        // What was dropped is said again.
        assert!(!row.hear(at(3), 6));
        row.stored_seq = 6;
        assert!(row.count_waiting());
        assert_eq!(row.up_to, Some(at(3)));
    }

    #[test]
    fn of_two_watermarks_after_the_same_word_the_later_one_waits() {
        let mut row = source(4);
        row.hear(at(1), 5);
        row.hear(at(2), 5);
        row.hear(at(1), 5);
        row.stored_seq = 5;
        assert!(row.count_waiting());
        assert_eq!(row.up_to, Some(at(2)));
    }

    #[test]
    fn an_older_watermark_that_comes_late_still_counts_while_the_newer_one_waits() {
        let mut row = source(4);
        assert!(!row.hear(at(2), 6));
        assert!(row.hear(at(1), 4));
        assert_eq!(row.up_to, Some(at(1)));
        row.stored_seq = 6;
        assert!(row.count_waiting());
        assert_eq!(row.up_to, Some(at(2)));
        assert!(!row.hear(at(1), 3));
        assert_eq!(row.up_to, Some(at(2)));
    }
}
