//! What must hold when the dust has settled: everything told once, nothing left behind.

use crate::hook::{Hook, Told};
use crate::stack::Stack;
use bus::topology::SERVICE_QUEUES;
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::RunQueryDsl;
use std::collections::BTreeMap;
use testkit::wait::{PATIENCE, until};

const SCHEMAS: [&str; 4] = ["gateway", "intents", "mail", "webhooks"];

const FAILED: &str = "failed deliveries";

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = Text)]
    what: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

impl Stack {
    /// Stops the processes in the direction of the flow, and checks that no queue, dead-letter queue or outbox holds
    /// anything, and no delivery is open.
    pub async fn stop_without_leftovers(&self) {
        self.stop_leaving(&[]).await;
    }

    /// The same where deliveries were meant to fail.
    pub async fn stop_leaving_failed_deliveries(&self) {
        self.stop_leaving(&[FAILED]).await;
    }

    async fn stop_leaving(&self, meant: &[&str]) {
        self.stop(&["api-gateway", "imap-verifier"]).await;
        // The others work off what is there: then nobody has anything in flight when they are stopped.
        until(PATIENCE, async || self.waiting(meant).await).await;
        self.stop(&["intent-service", "webhook-dispatcher"]).await;
        if let Err(left) = self.waiting(meant).await {
            panic!("left behind: {left:?}");
        }
    }

    /// How many events of a schema the broker has not confirmed.
    pub async fn outbox(&self, schema: &str) -> i64 {
        let sql = format!("SELECT 'outbox' AS what, count(*) AS rows FROM {schema}.outbox");
        let mut conn = self.db.admin().await;
        let waiting: Waiting = diesel::sql_query(sql)
            .get_result(&mut conn)
            .await
            .expect("the outbox");
        waiting.rows
    }

    /// SIGTERM for every process of these services.
    async fn stop(&self, programs: &[&str]) {
        for name in self.names() {
            if !programs.contains(&self.service(&name).program()) {
                continue;
            }
            self.service(&name).terminate();
            let ended = until(PATIENCE, async || {
                self.service(&name).try_wait().ok_or("still running")
            })
            .await;
            assert!(ended.success(), "{name} ended with {ended}");
        }
    }

    /// `Err` with what still waits somewhere, but for what was meant.
    async fn waiting(&self, meant: &[&str]) -> Result<(), BTreeMap<String, i64>> {
        let mut found = BTreeMap::new();
        for queue in SERVICE_QUEUES {
            found.insert(
                queue.name.to_owned(),
                self.broker.depth(queue.name).await.into(),
            );
        }
        for (queue, depth) in self.broker.leftovers().await {
            found.insert(queue.to_owned(), depth.into());
        }
        let mut sql: Vec<String> = SCHEMAS
            .iter()
            .map(|schema| {
                format!("SELECT '{schema}.outbox' AS what, count(*) AS rows FROM {schema}.outbox")
            })
            .collect();
        for (what, state) in [("open deliveries", "pending"), (FAILED, "failed")] {
            sql.push(format!(
                "SELECT '{what}' AS what, count(*) AS rows FROM webhooks.deliveries WHERE state = '{state}'"
            ));
        }
        let mut conn = self.db.admin().await;
        let rows: Vec<Waiting> = diesel::sql_query(sql.join(" UNION ALL "))
            .load(&mut conn)
            .await
            .expect("the tables");
        found.extend(rows.into_iter().map(|row| (row.what, row.rows)));
        found.retain(|what, count| *count > 0 && !meant.contains(&what.as_str()));
        if found.is_empty() { Ok(()) } else { Err(found) }
    }
}

impl Hook {
    /// What was told of each order by this event. The same event may come twice, but always under one id and with the same
    /// bytes.
    ///
    /// # Panics
    /// If an order was told of under two ids, or in other words.
    pub fn once_each(&self, event: &str) -> BTreeMap<String, Told> {
        let mut orders: BTreeMap<String, Told> = BTreeMap::new();
        for told in self.told().into_iter().filter(|t| t.event == event) {
            let order = told.body["data"]["order_id"].as_str().unwrap_or_default();
            let first = orders
                .entry(order.to_owned())
                .or_insert_with(|| told.clone());
            assert_eq!(
                (&first.id, &first.raw),
                (&told.id, &told.raw),
                "{order} was told twice, differently"
            );
        }
        orders
    }
}
