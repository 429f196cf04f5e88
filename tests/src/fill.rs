//! A history that nobody can wait for: intents of the past, straight into intent-service's tables.
//!
//! Each has what such an intent leaves behind: the row, its option, its hold, its first transition; every tenth was paid and
//! has evidence and allocation. All of it is over: every hold and every late window ended.

use crate::answers::MERCHANT;
use crate::sql::Sql;
use rails::code::Code;

/// Whose intents they are, and at which prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past<'a> {
    /// All on one account of the demo merchant. Half at ₹499 (of which each amount between ₹498.01 and ₹499.99 had its share),
    /// half at prices from ₹600 to ₹1,100.
    OneAccount(&'a str),
    /// On an account per hundred intents, each of a merchant of its own.
    ManyAccounts,
}

impl Sql {
    /// Adds the intents number `from + 1` to `to`, and leaves the tables as autovacuum and checkpoints would have.
    pub async fn fill(&self, past: Past<'_>, from: u64, to: u64) {
        let (account, merchant) = match past {
            Past::OneAccount(id) => (format!("'{id}'::uuid"), format!("'{MERCHANT}'::uuid")),
            Past::ManyAccounts => {
                self.run(&accounts(from, to)).await;
                (
                    "md5('account' || (n / 100))::uuid".to_owned(),
                    "md5('merchant' || (n / 100))::uuid".to_owned(),
                )
            }
        };
        // Constraints hold by construction; checking each foreign key would double the time.
        self.run("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
            .await;
        self.codes(from, to).await;
        // The first is the youngest, so that those of a later call are older: no two holds of one amount overlap.
        self.run(&format!(
            "CREATE TEMP TABLE past AS
             SELECT n, code, md5('intent' || n)::uuid AS id, {account} AS account, {merchant} AS merchant,
                    CASE WHEN n % 2 = 0 THEN 49801 + (n / 2) % 199 ELSE 60000 + (n / 2) * 7919 % 50000 END AS payable,
                    noxpay.noxpay_now() - interval '6 hours' - n * interval '63 seconds' AS at, n % 10 = 0 AS paid
             FROM codes;
             {TABLES}
             DROP TABLE past, codes"
        ))
        .await;
        self.run(
            "VACUUM ANALYZE intents.intents, intents.options, intents.reservations, intents.transitions,
                 intents.observations, intents.sightings, intents.claims, intents.declarations, intents.findings,
                 intents.allocations, intents.accounts, intents.account_grants",
        )
        .await;
        // What was written at once leaves pages to be written out: neither is a cost of later intents.
        self.run("CHECKPOINT").await;
        self.run("SET session_replication_role = origin").await;
    }

    /// A reference code for each number: valid, and never the same.
    async fn codes(&self, from: u64, to: u64) {
        self.run("CREATE TEMP TABLE codes (n bigint, code text)")
            .await;
        for begin in (from..to).step_by(50_000) {
            let numbers = begin + 1..(begin + 50_001).min(to + 1);
            let codes: Vec<String> = numbers.map(code).collect();
            self.insert_codes(begin, &codes).await;
        }
    }
}

/// An odd factor only shuffles the 45 bits that a code keeps.
fn code(n: u64) -> String {
    let [_, _, bytes @ ..] = n.wrapping_mul(0x5DEE_CE66_D1B5).to_be_bytes();
    Code::from_random(bytes).to_string()
}

fn accounts(from: u64, to: u64) -> String {
    let range = format!("generate_series({from} / 100, {to} / 100) a");
    format!(
        "INSERT INTO intents.accounts (id, merchant_id, live, rail, vpa, payee_name, kind, dedicated, bank, account_tail,
             status, created_at)
         SELECT md5('account' || a)::uuid, md5('merchant' || a)::uuid, false, 'upi', 'shop-' || a || '@examplebank', 'A Shop',
             'personal', true, 'demo', '6604', 'live', noxpay.noxpay_now() - interval '3 years' FROM {range}
         ON CONFLICT DO NOTHING;
         INSERT INTO intents.account_grants (account_id, live, merchant_id, granted_at)
         SELECT md5('account' || a)::uuid, false, md5('merchant' || a)::uuid, noxpay.noxpay_now() FROM {range}
         ON CONFLICT DO NOTHING"
    )
}

const TABLES: &str = r#"
INSERT INTO intents.intents (merchant_id, live, id, order_id, amount_minor, currency, amount_trusted, status, received,
    sequence, created_at, expires_at, grace_s, settled_at, paid_at, policy, fingerprint, trace)
SELECT merchant, false, id, 'PAST-' || n, payable, 'INR', true, CASE WHEN paid THEN 'settled' ELSE 'expired' END,
    CASE WHEN paid THEN payable ELSE 0 END, 2, at, at + interval '15 minutes', 600,
    CASE WHEN paid THEN at + interval '1 minute' END, CASE WHEN paid THEN at + interval '50 seconds' END,
    '{"tolerance_minor":0,"late_window_s":14400,"late":"settle"}', sha256(n::text::bytea), '{}' FROM past;
INSERT INTO intents.options (merchant_id, live, intent_id, option_no, method, account_id, asset, payable, reserved, target, code)
SELECT merchant, false, id, 1, 'upi', account, 'INR', payable, true, 'shop@examplebank',
    code FROM past;
INSERT INTO intents.reservations (account_id, payable, hold, merchant_id, live, intent_id, option_no)
SELECT account, payable, tstzrange(at, at + interval '25 minutes'), merchant, false, id, 1 FROM past;
INSERT INTO intents.transitions (merchant_id, live, intent_id, sequence, event_id, event_type, status, at)
SELECT merchant, false, id, 1, md5('event' || n)::uuid, 'intent.created', 'pending', at FROM past;
INSERT INTO intents.observations (id, merchant_id, live, account_id, source_id, source_seq, rail_class, reference,
    reference_printed, strength, direction, mode, amount, currency, paid_from, paid_to, time_precision, seen_at, proof, recorded_at)
SELECT md5('evidence' || n)::uuid, merchant, false, account, account, n, 'inr', 'P' || n, 'P' || n, 'strong', 'credit', 'upi',
    payable, 'INR', at + interval '49 seconds', at + interval '50 seconds', 'second', at + interval '59 seconds', '{}',
    at + interval '1 minute' FROM past WHERE paid;
INSERT INTO intents.findings (observation_id, finding_no, merchant_id, live, outcome, rung, intent_id, decided_at)
SELECT md5('evidence' || n)::uuid, 1, merchant, false, 'allocated', 'code', id, at + interval '1 minute' FROM past WHERE paid;
INSERT INTO intents.sightings (id, observation_id, merchant_id, live, source_id, source_seq, amount, contradicts, recorded_at)
SELECT md5('again' || n)::uuid, md5('evidence' || n)::uuid, merchant, false, account, n, payable, false, at + interval '2 minutes'
FROM past WHERE paid;
INSERT INTO intents.claims (merchant_id, live, intent_id, claim_no, account_id, rail_class, reference, reference_typed, claimed_at)
SELECT merchant, false, id, 1, account, 'inr', 'P' || n, 'P' || n, at + interval '2 minutes' FROM past WHERE paid;
INSERT INTO intents.declarations (merchant_id, live, intent_id, declaration_no, account_id, payable, payer_vpa, declared_at)
SELECT merchant, false, id, 1, account, payable, 'payer' || n || '@okexample', at + interval '30 seconds' FROM past WHERE paid;
INSERT INTO intents.allocations (merchant_id, live, intent_id, option_no, observation_id, kind, amount, rung, allocated_at)
SELECT merchant, false, id, 1, md5('evidence' || n)::uuid, 'receipt', payable, 'code', at + interval '1 minute' FROM past WHERE paid;
"#;
