//! What holds whatever happened. Story after story ends with `hold`.

use crate::support::World;
use db::Connection;
use diesel::QueryableByName;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = Text)]
    what: String,
}

/// Each query finds rows that break a rule.
const RULES: [(&str, &str); 10] = [
    (
        "each transition has exactly one event, and each event one transition",
        "SELECT coalesce(t.event_id, o.event_id)::text AS what \
         FROM intents.transitions t FULL JOIN (SELECT * FROM intents.outbox WHERE event_type LIKE 'intent.%') o USING (event_id) \
         WHERE t.event_id IS NULL OR o.event_id IS NULL OR t.event_type <> o.event_type",
    ),
    (
        "an intent's events are numbered without gaps, up to its own sequence",
        "SELECT i.order_id AS what FROM intents.intents i \
         JOIN intents.transitions t ON (t.merchant_id, t.live, t.intent_id) = (i.merchant_id, i.live, i.id) \
         GROUP BY i.merchant_id, i.live, i.id, i.order_id, i.sequence \
         HAVING array_agg(t.sequence ORDER BY t.sequence) \
             <> (SELECT array_agg(n) FROM generate_series(1, i.sequence) n)",
    ),
    (
        "an intent stands where its last event says",
        "SELECT i.order_id AS what FROM intents.intents i \
         JOIN intents.transitions t ON (t.merchant_id, t.live, t.intent_id, t.sequence) \
             = (i.merchant_id, i.live, i.id, i.sequence) \
         WHERE (t.status, t.review_reason) IS DISTINCT FROM (i.status, i.review_reason)",
    ),
    (
        "what an intent received is the sum of its allocations",
        "SELECT i.order_id AS what FROM intents.intents i LEFT JOIN intents.allocations a \
             ON (a.merchant_id, a.live, a.intent_id) = (i.merchant_id, i.live, i.id) \
         GROUP BY i.merchant_id, i.live, i.id, i.order_id, i.received \
         HAVING coalesce(sum(a.amount) FILTER (WHERE a.kind IN ('receipt', 'excess')), 0) <> i.received",
    ),
    (
        "allocated money is all of its observation, and of one intent",
        "SELECT o.id::text AS what FROM intents.observations o \
         JOIN intents.allocations a ON a.observation_id = o.id \
         GROUP BY o.id, o.amount HAVING sum(a.amount) FILTER (WHERE a.kind IN ('receipt', 'excess')) <> o.amount \
             OR count(DISTINCT a.intent_id) > 1",
    ),
    (
        "every observation has a finding, and only allocated ones an allocation",
        "SELECT o.id::text AS what FROM intents.observations o \
         LEFT JOIN intents.findings f ON f.observation_id = o.id \
         GROUP BY o.id HAVING count(f.outcome) = 0 OR bool_or(f.outcome = 'allocated') \
             <> EXISTS (SELECT FROM intents.allocations a WHERE a.observation_id = o.id)",
    ),
    (
        "every decision about evidence has its finding, and a person's finding its decision",
        "SELECT f.observation_id::text AS what FROM intents.findings f \
         LEFT JOIN intents.rulings r USING (observation_id, finding_no) \
         WHERE (f.outcome IN ('refund_due', 'dismissed', 'reversed') OR f.rung = 'merchant_word' \
             OR f.reason = 'restored') <> (r.kind IS NOT NULL)",
    ),
    (
        "a reversed intent lost money, and nobody else",
        "SELECT i.order_id AS what FROM intents.intents i LEFT JOIN intents.allocations a \
             ON (a.merchant_id, a.live, a.intent_id, a.kind) = (i.merchant_id, i.live, i.id, 'reversal') \
         GROUP BY i.merchant_id, i.live, i.id, i.order_id, i.status \
         HAVING (i.status = 'reversed') <> (coalesce(sum(a.amount), 0) < 0)",
    ),
    (
        "what was found once is decided: nothing leaves an allocation or a proof, but to be given back",
        "SELECT f.observation_id::text AS what FROM intents.findings f \
         JOIN intents.findings next ON next.observation_id = f.observation_id AND next.finding_no > f.finding_no \
         WHERE f.outcome IN ('allocated', 'proved') AND next.outcome <> 'refund_due'",
    ),
    (
        "evidence is joined to evidence of the same money that stands for itself",
        "SELECT f.observation_id::text AS what FROM intents.findings f \
         JOIN intents.observations o ON o.id = f.observation_id \
         JOIN intents.observations lead ON lead.id = f.joined_to \
         LEFT JOIN LATERAL ( \
             SELECT finding_no, joined_to FROM intents.findings l \
             WHERE l.observation_id = f.observation_id ORDER BY finding_no DESC LIMIT 1 \
         ) last ON true \
         LEFT JOIN LATERAL ( \
             SELECT outcome FROM intents.findings l \
             WHERE l.observation_id = lead.id ORDER BY finding_no DESC LIMIT 1 \
         ) standing ON true \
         WHERE last.finding_no = f.finding_no AND (standing.outcome = 'joined' \
             OR (o.account_id, o.amount, o.live, o.direction) <> (lead.account_id, lead.amount, lead.live, lead.direction))",
    ),
];

impl World {
    /// Checks every rule. Nothing may have been published yet.
    pub(crate) async fn hold(&self) {
        hold(&mut self.db.admin().await).await;
    }
}

/// The same on a superuser's connection that is there already.
pub(crate) async fn hold(conn: &mut Connection) {
    for (rule, sql) in RULES {
        let broken: Vec<Broken> = diesel::sql_query(sql).load(conn).await.unwrap();
        let broken: Vec<String> = broken.into_iter().map(|row| row.what).collect();
        assert_eq!(broken, [""; 0], "{rule}");
    }
}
