//! What the service said on the bus.

use super::Stack;
use diesel_async::RunQueryDsl as _;
use domain::event::{
    Envelope, Event, MailSourceChanged, MailWatermark, Observation, ObservationsDoubted, Producer,
};
use testkit::wait;

const QUEUE: &str = "noxpay.intent-service";

impl Stack {
    /// Everything that was said so far: what waits in the outbox is on its way.
    pub(crate) async fn events(&self) -> Vec<Event> {
        self.published().await;
        let fresh = self.broker.drain(QUEUE).await;
        let mut events = self.events.lock().unwrap();
        events.extend(fresh.iter().map(|d| Envelope::from_json(&d.data).unwrap()));
        assert!(events.iter().all(|e| e.producer == Producer::ImapVerifier));
        events.iter().map(|e| e.event.clone()).collect()
    }

    /// Waits until the relay has sent what is in the outbox now.
    async fn published(&self) {
        let mut conn = self.db.admin().await;
        let last: Waiting =
            diesel::sql_query("SELECT coalesce(max(id), 0) AS number FROM mail.outbox")
                .get_result(&mut conn)
                .await
                .unwrap();
        let left = format!(
            "SELECT count(*) AS number FROM mail.outbox WHERE id <= {}",
            last.number
        );
        wait::until(wait::PATIENCE, async || {
            let left: Waiting = diesel::sql_query(&left)
                .get_result(&mut conn)
                .await
                .unwrap();
            if left.number == 0 {
                Ok(())
            } else {
                Err(left.number)
            }
        })
        .await;
    }

    /// Each source's in the order of its sequence, which the queue need not keep.
    pub(crate) async fn observations(&self) -> Vec<Observation> {
        let events = self.events().await.into_iter();
        let observation = |e| match e {
            Event::ObservationRecorded(o) => Some(*o),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(observation).collect();
        found.sort_by_key(|o| (o.source_id, o.source_seq));
        found
    }

    /// Waits for so many observations; more than that are a failure.
    pub(crate) async fn observed(&self, count: usize) -> Vec<Observation> {
        let found = wait::until(wait::PATIENCE, async || {
            let found = self.observations().await;
            if found.len() >= count {
                Ok(found)
            } else {
                Err(found.len())
            }
        })
        .await;
        assert_eq!(found.len(), count);
        found
    }

    pub(crate) async fn watermarks(&self) -> Vec<MailWatermark> {
        let events = self.events().await.into_iter();
        let watermark = |e| match e {
            Event::MailWatermark(w) => Some(w),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(watermark).collect();
        found.sort_by_key(|w| w.up_to);
        found
    }

    /// In the order of the queue.
    pub(crate) async fn doubts(&self) -> Vec<ObservationsDoubted> {
        let events = self.events().await.into_iter();
        let doubt = |e| match e {
            Event::ObservationDoubted(d) => Some(d),
            _ => None,
        };
        events.filter_map(doubt).collect()
    }

    pub(crate) async fn source_changes(&self) -> Vec<MailSourceChanged> {
        let events = self.events().await.into_iter();
        let change = |e| match e {
            Event::MailSourceChanged(c) => Some(c),
            _ => None,
        };
        let mut found: Vec<_> = events.filter_map(change).collect();
        found.sort_by_key(|c| (c.source_id, c.source_seq));
        found
    }
}

#[derive(diesel::QueryableByName)]
struct Waiting {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}
