//! Which of an object's bus events are stored: its numbers have no gap, but the queue keeps no order.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = BigInt)]
    stored_up_to: i64,
    #[diesel(sql_type = Array<BigInt>)]
    early: Vec<i64>,
}

/// One object's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Every number up to this one is stored.
    pub(crate) stored_up_to: i64,
    /// Beyond it, with a gap before.
    early: BTreeSet<i64>,
    moved: bool,
    /// A gap was filled, behind which something waited.
    pub(crate) released: bool,
}

impl Progress {
    /// Notes that `sequence` is stored.
    pub(crate) fn note(&mut self, sequence: i64) {
        if sequence <= self.stored_up_to {
            return;
        }
        self.moved = true;
        self.early.insert(sequence);
        let waiting = self.early.len() > 1;
        while self.early.remove(&(self.stored_up_to + 1)) {
            self.stored_up_to += 1;
            self.released = waiting;
        }
    }

    /// Whether something before `sequence` is still missing.
    pub(crate) fn is_early(&self, sequence: i64) -> bool {
        sequence > self.stored_up_to
    }
}

/// Locks the places of `objects` for the rest of the transaction.
pub(crate) async fn lock(
    conn: &mut db::Connection,
    objects: &BTreeSet<Uuid>,
) -> QueryResult<HashMap<Uuid, Progress>> {
    // The update changes nothing: it locks the row and gives it back, in one order everywhere.
    let rows: Vec<Row> = db::statement(
        "INSERT INTO objects AS o (object_id) SELECT id FROM unnest($1::uuid[]) AS t(id) ORDER BY id \
         ON CONFLICT (object_id) DO UPDATE SET object_id = o.object_id \
         RETURNING object_id, stored_up_to, early",
    )
    .bind::<Array<SqlUuid>, _>(objects.iter().copied().collect::<Vec<_>>())
    .load(conn)
    .await?;
    let progress = |row: Row| Progress {
        stored_up_to: row.stored_up_to,
        early: row.early.into_iter().collect(),
        ..Progress::default()
    };
    Ok(rows
        .into_iter()
        .map(|row| (row.object_id, progress(row)))
        .collect())
}

/// Stores what moved.
pub(crate) async fn store(
    conn: &mut db::Connection,
    places: &HashMap<Uuid, Progress>,
) -> QueryResult<()> {
    let moved: Vec<_> = places.iter().filter(|(_, p)| p.moved).collect();
    // Arrays of arrays must be rectangular: the few objects with gaps go one by one.
    let (plain, gaps): (Vec<_>, Vec<_>) = moved.into_iter().partition(|(_, p)| p.early.is_empty());
    if !plain.is_empty() {
        let (ids, numbers): (Vec<Uuid>, Vec<i64>) =
            plain.iter().map(|(id, p)| (**id, p.stored_up_to)).unzip();
        db::statement(
            "UPDATE objects o SET stored_up_to = t.number, early = '{}' \
             FROM unnest($1::uuid[], $2::bigint[]) AS t(id, number) WHERE o.object_id = t.id",
        )
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<BigInt>, _>(numbers)
        .execute(conn)
        .await?;
    }
    for (id, place) in gaps {
        db::statement("UPDATE objects SET stored_up_to = $2, early = $3 WHERE object_id = $1")
            .bind::<SqlUuid, _>(*id)
            .bind::<BigInt, _>(place.stored_up_to)
            .bind::<Array<BigInt>, _>(place.early.iter().copied().collect::<Vec<_>>())
            .execute(conn)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(numbers: &[i64]) -> Progress {
        let mut progress = Progress::default();
        numbers.iter().for_each(|n| progress.note(*n));
        progress
    }

    #[test]
    fn a_gap_holds_back_what_follows_and_its_filling_releases_it() {
        let mut progress = after(&[1, 3, 4]);
        assert_eq!(progress.stored_up_to, 1);
        assert!(progress.is_early(3) && !progress.released);
        progress.note(2);
        assert_eq!(progress.stored_up_to, 4);
        assert!(progress.released && !progress.is_early(4));
    }

    #[test]
    fn a_number_that_comes_twice_changes_nothing() {
        let mut progress = after(&[1, 2]);
        progress.moved = false;
        progress.note(2);
        assert!(!progress.moved);
    }

    #[test]
    fn what_comes_in_order_releases_nothing() {
        assert!(!after(&[1, 2, 3]).released);
    }
}
