//! Which of an object's bus events are stored: its numbers have no gap, but the queue keeps no order.

use diesel::QueryResult;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    object_id: Uuid,
    #[diesel(sql_type = BigInt)]
    stored_up_to: i64,
    #[diesel(sql_type = Array<BigInt>)]
    early: Vec<i64>,
    /// Nobody knew of the object before.
    #[diesel(sql_type = Bool)]
    new: bool,
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
    /// Of an object that nobody knew of. Moved only as far as [`lock`] did not store.
    fn first(numbers: &[i64]) -> Self {
        let mut first = Self::default();
        numbers.iter().for_each(|number| first.note(*number));
        first.moved = !first.early.is_empty();
        first.released = false;
        first
    }

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

/// Locks the places of objects for the rest of the transaction. Of each the numbers of its events at hand, so that the place of
/// an object that nobody knew of is stored at once, as if all of them were: they are, since nobody told of it.
pub(crate) async fn lock(
    mut conn: &db::Connection,
    objects: &BTreeMap<Uuid, Vec<i64>>,
) -> QueryResult<HashMap<Uuid, Progress>> {
    let mut firsts: HashMap<Uuid, Progress> = objects
        .iter()
        .map(|(id, numbers)| (*id, Progress::first(numbers)))
        .collect();
    let (ids, numbers): (Vec<Uuid>, Vec<i64>) =
        firsts.iter().map(|(id, p)| (*id, p.stored_up_to)).unzip();
    // The update changes nothing: it locks the row and gives it back, in one order everywhere. A row without `xmax` was
    // inserted: nobody updated or locked it.
    let rows: Vec<Row> = db::statement(
        "INSERT INTO objects AS o (object_id, stored_up_to) \
         SELECT id, number FROM unnest($1::uuid[], $2::bigint[]) AS t(id, number) ORDER BY id \
         ON CONFLICT (object_id) DO UPDATE SET object_id = o.object_id \
         RETURNING object_id, stored_up_to, early, o.xmax = 0 AS new",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .bind::<Array<BigInt>, _>(numbers)
    .load(&mut conn)
    .await?;
    let mut progress = |row: &Row| match firsts.remove(&row.object_id) {
        Some(first) if row.new => first,
        _ => Progress {
            stored_up_to: row.stored_up_to,
            early: row.early.iter().copied().collect(),
            ..Progress::default()
        },
    };
    Ok(rows
        .iter()
        .map(|row| (row.object_id, progress(row)))
        .collect())
}

/// Stores what moved.
pub(crate) async fn store(
    mut conn: &db::Connection,
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
        .execute(&mut conn)
        .await?;
    }
    for (id, place) in gaps {
        db::statement("UPDATE objects SET stored_up_to = $2, early = $3 WHERE object_id = $1")
            .bind::<SqlUuid, _>(*id)
            .bind::<BigInt, _>(place.stored_up_to)
            .bind::<Array<BigInt>, _>(place.early.iter().copied().collect::<Vec<_>>())
            .execute(&mut conn)
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
