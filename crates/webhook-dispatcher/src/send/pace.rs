//! How much each endpoint is given at once, so that a dead or slow one takes nothing from the others.
//!
//! Every replica learns this for itself: nothing here is needed for correctness.

use crate::rows::claim::Rooms;
use std::collections::HashMap;
use uuid::Uuid;

/// Failures in a row by which an endpoint that does not answer is known. Answers, also bad ones, cost little and count as
/// none: what their deliveries wait for is their own schedule.
const OPENS_AFTER: u32 = 8;
/// What an endpoint that does not answer is tried with: enough that each of its deliveries still ends as its schedule says.
const TRICKLE: usize = 4;

/// How an attempt went, as far as the pace cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pulse {
    Answered,
    /// No connection, or no answer in time.
    Silent,
}

#[derive(Default)]
struct Lane {
    in_flight: usize,
    silent: u32,
    /// The last claim gave it all that was asked for: there may be more.
    more: bool,
}

impl Lane {
    fn is_open(&self) -> bool {
        self.silent >= OPENS_AFTER
    }

    fn limit(&self, full: usize) -> usize {
        if self.is_open() {
            full.min(TRICKLE)
        } else {
            full
        }
    }

    /// Whether it is time to claim for it, since half of its room is free. Says so once.
    fn is_wanting(&mut self, full: usize) -> bool {
        let wanting = self.more && self.in_flight * 2 <= self.limit(full);
        self.more &= !wanting;
        wanting
    }
}

/// Attempts under way: of an endpoint until it answers, of all until they are stored.
pub(super) struct Pace {
    lanes: HashMap<Uuid, Lane>,
    in_flight: usize,
    /// The last claim gave all that was asked for.
    more: bool,
    most: usize,
    per_endpoint: usize,
}

impl Pace {
    pub(super) fn new(most: usize, per_endpoint: usize) -> Self {
        Self {
            lanes: HashMap::new(),
            in_flight: 0,
            more: false,
            most: most.max(1),
            per_endpoint: per_endpoint.clamp(1, most.max(1)),
        }
    }

    /// What may be claimed now; `None` where nothing may.
    pub(super) fn rooms(&self) -> Option<Rooms> {
        let most = self.most.saturating_sub(self.in_flight);
        let room = |lane: &Lane| {
            let left = lane.limit(self.per_endpoint).saturating_sub(lane.in_flight);
            i32::try_from(left).unwrap_or(i32::MAX)
        };
        (most > 0).then(|| Rooms {
            endpoints: self
                .lanes
                .iter()
                .map(|(id, lane)| (*id, room(lane)))
                .collect(),
            otherwise: i32::try_from(self.per_endpoint).unwrap_or(i32::MAX),
            most: i64::try_from(most).unwrap_or(i64::MAX),
        })
    }

    /// Notes what a claim for `rooms` gave. Whether it is time for another: attempts may have ended while it ran.
    pub(super) fn begin(&mut self, rooms: &Rooms, claimed: impl Iterator<Item = Uuid>) -> bool {
        let mut given: HashMap<Uuid, usize> = HashMap::new();
        for endpoint in claimed {
            *given.entry(endpoint).or_default() += 1;
        }
        let all: usize = given.values().sum();
        self.in_flight += all;
        self.more |= i64::try_from(all).is_ok_and(|all| all >= rooms.most);
        let mut wanting = false;
        for (endpoint, count) in given {
            let lane = self.lanes.entry(endpoint).or_default();
            lane.in_flight += count;
            lane.more |= i32::try_from(count).is_ok_and(|count| count >= rooms.of(endpoint));
            wanting |= lane.is_wanting(self.per_endpoint);
        }
        wanting | self.is_wanting()
    }

    fn is_wanting(&mut self) -> bool {
        let wanting = self.more && self.in_flight * 2 <= self.most;
        self.more &= !wanting;
        wanting
    }

    /// Notes an answer, or that none came. Whether it is time to claim for room that was missing: half of it, not each
    /// single one.
    pub(super) fn answered(&mut self, endpoint: Uuid, pulse: Pulse) -> bool {
        let Some(lane) = self.lanes.get_mut(&endpoint) else {
            return false;
        };
        lane.in_flight = lane.in_flight.saturating_sub(1);
        match pulse {
            Pulse::Answered => lane.silent = 0,
            Pulse::Silent => {
                lane.silent = lane.silent.saturating_add(1);
                if lane.silent == OPENS_AFTER {
                    tracing::warn!(%endpoint, "an endpoint does not answer: it is tried with few at a time");
                }
            }
        }
        let wanting = lane.is_wanting(self.per_endpoint);
        if lane.in_flight == 0 && lane.silent == 0 {
            self.lanes.remove(&endpoint);
        }
        wanting
    }

    /// Notes that what an attempt came to is stored. Whether it is time to claim for room that was missing.
    pub(super) fn stored(&mut self) -> bool {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.is_wanting()
    }

    /// Endpoints that do not answer, for the metric.
    pub(super) fn open(&self) -> usize {
        self.lanes.values().filter(|lane| lane.is_open()).count()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Uuid = Uuid::from_u128(1);

    fn room(pace: &Pace) -> i32 {
        let rooms = pace.rooms().unwrap();
        let of_a = rooms.endpoints.iter().find(|(id, _)| *id == A);
        of_a.map_or(rooms.otherwise, |(_, room)| *room)
    }

    /// Begins `count` attempts, of a claim that asked for so many at most.
    fn begin(pace: &mut Pace, endpoint: Uuid, count: usize) -> bool {
        let rooms = pace.rooms().unwrap();
        pace.begin(&rooms, std::iter::repeat_n(endpoint, count))
    }

    /// Ends one, stored at once.
    fn end(pace: &mut Pace, endpoint: Uuid, pulse: Pulse) -> bool {
        let wanting = pace.answered(endpoint, pulse);
        pace.stored() | wanting
    }

    #[test]
    fn an_endpoint_that_does_not_answer_keeps_a_trickle_and_is_trusted_again_after_one_answer() {
        let mut pace = Pace::new(100, 32);
        for _ in 0..OPENS_AFTER {
            begin(&mut pace, A, 1);
            end(&mut pace, A, Pulse::Silent);
        }
        assert_eq!((room(&pace), pace.open()), (4, 1));
        begin(&mut pace, A, 1);
        end(&mut pace, A, Pulse::Answered);
        assert_eq!((room(&pace), pace.open()), (32, 0));
    }

    #[test]
    fn room_is_told_of_once_when_half_of_what_was_missing_is_there() {
        let mut pace = Pace::new(100, 4);
        begin(&mut pace, A, 4);
        let told: Vec<bool> = (0..4).map(|_| end(&mut pace, A, Pulse::Answered)).collect();
        assert_eq!(told, [false, true, false, false]);
        begin(&mut pace, A, 1);
        assert!(!end(&mut pace, A, Pulse::Answered), "it never wanted more");
    }

    #[test]
    fn what_ends_while_a_claim_runs_makes_room_for_the_next_one() {
        let mut pace = Pace::new(100, 4);
        begin(&mut pace, A, 4);
        let ended: Vec<bool> = (0..2).map(|_| end(&mut pace, A, Pulse::Answered)).collect();
        assert_eq!(ended, [false, true]);
        let rooms = pace.rooms().unwrap();
        // The claim asks for two. Before it answers the other two are over.
        assert!(!end(&mut pace, A, Pulse::Answered) && !end(&mut pace, A, Pulse::Answered));
        assert!(
            pace.begin(&rooms, [A, A].into_iter()),
            "half of its room is free, and there may be more"
        );
    }

    #[test]
    fn bad_answers_narrow_nothing() {
        let mut pace = Pace::new(100, 32);
        for _ in 0..100 {
            begin(&mut pace, A, 1);
            end(&mut pace, A, Pulse::Answered);
        }
        assert_eq!(room(&pace), 32);
    }

    #[test]
    fn an_endpoint_that_answered_has_room_before_its_answers_are_stored_and_all_together_have_not()
    {
        let mut pace = Pace::new(8, 4);
        begin(&mut pace, A, 4);
        let told: Vec<bool> = (0..4).map(|_| pace.answered(A, Pulse::Answered)).collect();
        assert_eq!(told, [false, true, false, false]);
        assert_eq!(pace.rooms().map(|rooms| rooms.most), Some(4));
        begin(&mut pace, A, 4);
        assert!(pace.rooms().is_none(), "eight are not stored yet");
        let told: Vec<bool> = (0..4).map(|_| pace.stored()).collect();
        assert_eq!(told, [false, false, false, true]);
    }

    #[test]
    fn what_is_under_way_takes_room_of_its_endpoint_and_of_all() {
        let mut pace = Pace::new(40, 32);
        begin(&mut pace, A, 32);
        let rooms = pace.rooms().unwrap();
        assert_eq!((room(&pace), rooms.otherwise, rooms.most), (0, 32, 8));
        for n in 0..8 {
            begin(&mut pace, Uuid::from_u128(n + 2), 1);
        }
        assert!(pace.rooms().is_none());
    }
}
