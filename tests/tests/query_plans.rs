//! No statement that the services run gets slower with the number of intents, events or mails that there ever were.
#![cfg(test)]

use db::Schema;
use domain::Money;
use e2e::answers::{MERCHANT, code_of, money};
use e2e::fill::Past;
use e2e::plans::{Plan, Watch};
use e2e::{Hook, Sql, Stack};
use jiff::SignedDuration;
use serde_json::json;
use std::collections::BTreeSet;
use testkit::wait::{PATIENCE, until};

/// Enough that an index is worth its while.
const ROWS: u64 = 10_000;

/// Tables without an end. The others have a row per account, endpoint, mailbox or day.
const ENDLESS: [&str; 20] = [
    "intents",
    "options",
    "reservations",
    "observations",
    "sightings",
    "findings",
    "allocations",
    "transitions",
    "decisions",
    "rulings",
    "claims",
    "declarations",
    "doubts",
    "outbox",
    "events",
    "deliveries",
    "attempts",
    "messages",
    "bodies",
    "delivery_keys",
];

/// What may read a table as it stands, because it stops after so many rows.
const MEASURES: [&str; 1] = ["SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT $1)"];

/// What is asked most, by a part of its statement that nothing else has.
const HOT: [(&str, &str); 17] = [
    ("the amounts to offer", "WITH ORDINALITY AS p"),
    ("a hold", "INSERT INTO reservations"),
    ("an intent by id", "(intents.id = $3))) LIMIT"),
    ("an intent by order id", "(intents.order_id = $3)) LIMIT"),
    ("an intent's options", "options.intent_id = ANY"),
    ("the newest intents", "ORDER BY intents.created_at DESC"),
    (
        "an intent from the checkout",
        "WHERE (intents.id = $1) LIMIT",
    ),
    ("candidates by code", "options.code = ANY"),
    ("candidates by amount", "late_window_s"),
    ("an intent's receipts", "observations.paid_from"),
    ("what fitted no intent", "cardinality(first.candidates)"),
    ("intents that are due", "intents.check_at <= noxpay"),
    ("the relay's batch", "FROM outbox ORDER BY outbox.id"),
    ("a claim of deliveries", "FOR UPDATE SKIP LOCKED) x"),
    ("old events", "OVER (ORDER BY e.stored_at"),
    ("their deliveries", "state <> 'pending' AS over"),
    ("dropping them", "DELETE FROM attempts"),
];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_asked_often_reads_a_table_from_end_to_end() {
    let mut stack = Stack::prepare(&[]).await;
    let sql = Sql::admin(&stack.db).await;
    Watch::prepare(&sql, &stack.db).await;
    // Statistics are those that are gathered below, not what a passing autovacuum makes of a few rows.
    sql.run(STILL).await;
    sql.run(&format!(
        "SET session_replication_role = replica; {OTHERS} SET session_replication_role = origin"
    ))
    .await;
    sql.fill(Past::ManyAccounts, 0, ROWS).await;
    stack.begin().await;
    let account = stack.account_id.clone();
    sql.fill(Past::OneAccount(&account), ROWS, 2 * ROWS).await;

    let watch = Watch::begin();
    live(&mut stack).await;
    // Hourly, and at the start, which is over: once more, by a session that is still open when its plans are read.
    let webhooks = stack.db.databases(Schema::Webhooks);
    let kept = SignedDuration::from_hours(24 * 7);
    let dropped = webhook_dispatcher::retention::run_once(&webhooks.worker, kept).await;
    assert!(dropped.expect("old events") > 0);
    let plans = watch.plans(&sql).await;

    let guilty: Vec<&Plan> = plans
        .iter()
        .filter(|plan| !MEASURES.iter().any(|m| plan.statement.starts_with(m)))
        .filter(|plan| {
            plan.scanned
                .iter()
                .any(|table| ENDLESS.contains(&table.as_str()))
        })
        .collect();
    assert!(guilty.is_empty(), "{guilty:#?}");
    insta::assert_snapshot!(shapes(&plans));
}

/// Everything that is asked often, once.
async fn live(stack: &mut Stack) {
    let hook = Hook::listen().await;
    stack
        .add_hook(&hook.url(), &["payment.success", "payment.expired"])
        .await;
    for order in ["PLAN-CODE", "PLAN-AMOUNT", "PLAN-EXPIRED"] {
        stack.create(order, "499.00").await;
    }
    stack
        .merchant
        .post("/api/v1/intents/PLAN-EXPIRED/cancel", &json!({}))
        .await;
    let created = stack.create("PLAN-LATE", "700.00").await;
    let id = created["id"].as_str().expect("an id");
    stack.intent(id).await;
    stack.explain(id).await;
    stack
        .public
        .get(&format!("/checkout/status?intent={id}"))
        .await;
    let scope = format!("merchant_id={MERCHANT}&mode=test");
    stack
        .admin
        .get(&format!("/api/v1/admin/intents?{scope}"))
        .await
        .ok();
    stack
        .admin
        .get(&format!(
            "/api/v1/admin/webhook-endpoints/deliveries?{scope}"
        ))
        .await
        .ok();
    stack.unmatched().await;

    let by_code = stack.intent("PLAN-CODE").await;
    let amount = money(&by_code["payable_amount"]);
    stack.pay(amount, Some(&code_of(&by_code))).await;
    let by_amount = stack.intent("PLAN-AMOUNT").await;
    stack.pay(money(&by_amount["payable_amount"]), None).await;
    hook.wait_for("payment.success", "PLAN-CODE").await;
    hook.wait_for("payment.success", "PLAN-AMOUNT").await;
    // Nobody's: the account is judged.
    stack.pay(Money::inr(12_345), None).await;
    until(PATIENCE, async || {
        match stack.unmatched().await.is_empty() {
            false => Ok(()),
            true => Err("it does not wait yet"),
        }
    })
    .await;
    stack.intent("PLAN-CODE").await;
    stack.pass(SignedDuration::from_mins(40)).await;
    hook.wait_for("payment.expired", "PLAN-LATE").await;
}

/// The shapes of the hot statements, each as often as it differs.
fn shapes(plans: &BTreeSet<Plan>) -> String {
    let mut text = String::new();
    for (name, part) in HOT {
        let fits = plans.iter().filter(|plan| plan.statement.contains(part));
        let shapes: BTreeSet<&str> = fits.map(|plan| plan.shape.as_str()).collect();
        assert!(!shapes.is_empty(), "{name} was not asked");
        for shape in shapes {
            text.push_str(&format!("{name}\n"));
            shape
                .lines()
                .for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    text
}

/// No table is looked at by autovacuum.
const STILL: &str = "DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('intents', 'webhooks', 'mail', 'gateway')
    LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', t); END LOOP;
END $$";

/// A past of the other services. The outbox was full once, and is measured as it was then.
const OTHERS: &str = r#"
INSERT INTO intents.outbox (event_id, event_type, envelope, trace)
SELECT gen_random_uuid(), 'intent.created', repeat('x', 900), '{}' FROM generate_series(1, 10000);
ANALYZE intents.outbox;
DELETE FROM intents.outbox;
INSERT INTO intents.doubts (observation_id, merchant_id, live, source_id, doubted_at)
SELECT md5('doubt' || n)::uuid, md5('merchant' || n / 100)::uuid, false, md5('mailbox' || n / 100)::uuid, now() FROM generate_series(1, 10000) n;
ANALYZE intents.doubts;
INSERT INTO webhooks.events (id, merchant_id, live, bus_event_id, event_type, object_id, sequence, body, trace, occurred_at,
    stored_at)
SELECT md5('event' || n)::uuid, md5('merchant' || n / 100)::uuid, false, md5('bus' || n)::uuid, 'payment.success',
    md5('intent' || n)::uuid, 2, repeat('x', 900), '{}', now() - n * interval '63 seconds', now() - n * interval '63 seconds'
FROM generate_series(1, 10000) n;
INSERT INTO webhooks.objects (object_id, stored_up_to) SELECT md5('intent' || n)::uuid, 2 FROM generate_series(1, 10000) n;
INSERT INTO webhooks.deliveries (id, merchant_id, live, event_id, endpoint_id, state, attempts, finished_at, object_id, sequence,
    created_at, blocks_until)
SELECT md5('delivery' || n)::uuid, md5('merchant' || n / 100)::uuid, false, md5('event' || n)::uuid,
    md5('endpoint' || n / 100)::uuid, 'delivered', 1, now(), md5('intent' || n)::uuid, 2, now(), now()
FROM generate_series(1, 10000) n;
INSERT INTO webhooks.attempts (delivery_id, attempt_no, merchant_id, live, started_at, duration_ms, outcome)
SELECT id, 1, merchant_id, live, finished_at, 5, 'delivered' FROM webhooks.deliveries;
INSERT INTO mail.messages (id, merchant_id, live, mailbox_id, uidvalidity, uid, digest, read_at, verdict)
SELECT md5('mail' || n)::uuid, md5('merchant' || n / 100)::uuid, false, md5('mailbox' || n / 100)::uuid, 1, n, n::text,
    now() - n * interval '63 seconds', 'refused' FROM generate_series(1, 10000) n;
ANALYZE webhooks.objects, webhooks.events, webhooks.deliveries, webhooks.attempts, mail.messages;
"#;
