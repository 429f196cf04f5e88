//! A full mailbox is drained and settled while its reader is killed again and again: no mail is missed, none counts twice.
#![cfg(test)]

use domain::Money;
use e2e::answers::{code_of, money};
use e2e::{Bank, Hook, Sql, Stack};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::{Duration, Instant};
use testkit::wait::until;

/// Mails in the mailbox; `NOXPAY_TRIAL_MAILS` says another number, and all the shares below follow it.
const MAILS: usize = 800;
/// A whole trial of ten thousand takes minutes.
const PATIENCE: Duration = Duration::from_secs(220);
/// The reader dies after so many more mails…
const BETWEEN_DEATHS: Range<usize> = 100..350;
/// … or after so many seconds at most.
const LONGEST_LIFE: Range<u64> = 4..8;

/// A number that a person gives for a run of his own.
#[expect(
    clippy::disallowed_methods,
    reason = "a larger trial is asked for by hand; tests have no settings"
)]
fn given<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// What lies in the mailbox, and what must become of it.
struct Trial {
    mails: Vec<Vec<u8>>,
    /// Orders whose alert, with their code, is in the mailbox, once or twice.
    paid: BTreeSet<String>,
    /// Orders of which only forgeries speak.
    unpaid: Vec<String>,
    /// Genuine credits that belong to no order.
    walk_ins: usize,
    twice: usize,
    forged: usize,
    other: usize,
}

impl Trial {
    async fn fill(stack: &Stack, mails: usize, chance: &mut fastrand::Rng) -> Self {
        let to = stack.mailbox.address();
        let mut trial = Self {
            mails: Vec::new(),
            paid: BTreeSet::new(),
            unpaid: Vec::new(),
            walk_ins: 0,
            twice: mails / 50,
            forged: mails / 50,
            other: mails / 50,
        };
        for n in 0..mails / 20 {
            // A price of its own for every fifty: an account has some 200 amounts near one price.
            let rupees = format!("{}.00", 500 + n / 50 * 10);
            let order = format!("PAID-{n}");
            let created = stack.create(&order, &rupees).await;
            let (amount, code) = (money(&created["payable_amount"]), code_of(&created));
            let payment = stack.bank.payment(amount, Some(&code), stack.now());
            trial.mails.push(stack.bank.alert(&payment, to));
            if n < trial.twice {
                trial.mails.push(stack.bank.alert(&payment, to));
            }
            trial.paid.insert(order);
        }
        for n in 0..trial.forged {
            let order = format!("FORGED-{n}");
            let created = stack.create(&order, &format!("{}.00", 5_000 + n)).await;
            let (amount, code) = (money(&created["payable_amount"]), code_of(&created));
            let payment = stack.bank.payment(amount, Some("another"), stack.now());
            let genuine = String::from_utf8(stack.bank.alert(&payment, to)).expect("ASCII");
            let forged = genuine.replace("Note: another", &format!("Note: {code}"));
            assert_ne!(forged, genuine);
            trial.mails.push(forged.into_bytes());
            trial.unpaid.push(order);
        }
        for n in 0..trial.other {
            trial.mails.push(Bank::debit(to, stack.now(), n));
        }
        for n in 0..mails / 20 {
            trial.mails.push(stranger(to, n));
        }
        while trial.mails.len() < mails {
            let paise = i64::try_from(900_000 + trial.walk_ins).expect("a small number");
            let payment = stack.bank.payment(Money::inr(paise), None, stack.now());
            trial.mails.push(stack.bank.alert(&payment, to));
            trial.walk_ins += 1;
        }
        chance.shuffle(&mut trial.mails);
        trial
    }

    /// Mails that leave a row.
    fn of_banks(&self) -> usize {
        self.paid.len() + self.twice + self.walk_ins + self.forged + self.other
    }
}

fn stranger(to: &str, n: usize) -> Vec<u8> {
    format!("From: Friend <friend{n}@example.org>\r\nTo: <{to}>\r\nSubject: hello {n}\r\n\r\nHow are you?\r\n").into_bytes()
}

/// What the database says, seen from outside.
struct Counts(Sql);

impl Counts {
    async fn read(&self) -> usize {
        let read = self.0.number("SELECT count(*) FROM mail.messages").await;
        usize::try_from(read).expect("a count")
    }

    async fn by(&self, query: &str) -> BTreeMap<String, usize> {
        let rows = self.0.rows(query).await;
        rows.into_iter()
            .map(|row| (row[0].clone(), row[1].parse().expect("a count")))
            .collect()
    }
}

/// Kills the reader until everything is read. How often it died.
async fn kill_until_read(
    stack: &Stack,
    counts: &Counts,
    goal: usize,
    chance: &mut fastrand::Rng,
) -> usize {
    let mut deaths = 0;
    loop {
        let (begun, before) = (Instant::now(), counts.read().await);
        let more = before + chance.usize(BETWEEN_DEATHS);
        let longest = Duration::from_secs(chance.u64(LONGEST_LIFE));
        let read = until(PATIENCE, async || match counts.read().await {
            read if read >= goal.min(more) => Ok(read),
            read if read > before && begun.elapsed() >= longest => Ok(read),
            read => Err(format!("{read} of {goal}")),
        })
        .await;
        if read >= goal {
            return deaths;
        }
        stack.service("imap-verifier").kill();
        deaths += 1;
        stack.start("imap-verifier");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_mailbox_is_drained_while_its_reader_is_killed_every_few_seconds() {
    let seed = given("NOXPAY_CHAOS_SEED").unwrap_or_else(|| fastrand::u64(..));
    println!("NOXPAY_CHAOS_SEED={seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    // The next reader begins when the lease of the dead one is over.
    let stack = Stack::boot_with(&[("NOXPAY_LEASE_TTL_MS", "1000")]).await;
    let hook = Hook::listen().await;
    stack.add_hook(&hook.url(), &["payment.success"]).await;
    // The proving payment is the first mail.
    let counts = Counts(Sql::admin(&stack.db).await);
    let proof = counts.read().await;
    assert_eq!(proof, 1);

    stack.service("imap-verifier").kill();
    let mails = given("NOXPAY_TRIAL_MAILS").unwrap_or(MAILS);
    let trial = Trial::fill(&stack, mails, &mut chance).await;
    let begun = Instant::now();
    stack.mailbox.store(&trial.mails);
    println!("{mails} mails delivered in {:.1?}", begun.elapsed());

    let begun = Instant::now();
    stack.start("imap-verifier");
    let goal = trial.of_banks() + proof;
    let deaths = kill_until_read(&stack, &counts, goal, &mut chance).await;
    println!("read in {:.1?}, {deaths} deaths", begun.elapsed());
    assert!(deaths > 0, "the reader was never killed");
    until(PATIENCE, async || {
        let told = hook.once_each("payment.success").len();
        let open = counts.0.number("SELECT count(*) FROM mail.outbox").await;
        if told >= trial.paid.len() && open == 0 {
            Ok(())
        } else {
            Err((told, open))
        }
    })
    .await;
    println!("settled and told in {:.1?}", begun.elapsed());
    stack.ready("imap-verifier").await;
    stack.stop_without_leftovers().await;
    check(&trial, &counts, &hook).await;
}

/// Every mail is read anew under another number: nobody is paid twice, and nothing is told twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_is_numbered_anew_pays_nobody_twice() {
    const MAILS: usize = 100;
    let (stack, hook) = (Stack::boot().await, Hook::listen().await);
    stack.add_hook(&hook.url(), &["payment.success"]).await;
    let counts = Counts(Sql::admin(&stack.db).await);
    let mut chance = fastrand::Rng::new();
    let trial = Trial::fill(&stack, MAILS, &mut chance).await;
    stack.mailbox.deliver_all(&trial.mails).await;
    for order in &trial.paid {
        hook.wait_for("payment.success", order).await;
    }
    let once = 1 + trial.of_banks();
    let read = async |least: usize| {
        until(PATIENCE, async || match counts.read().await {
            read if read >= least => Ok(()),
            read => Err(format!("{read} of {least}")),
        })
        .await;
    };
    read(once).await;

    // While it is watched. Also the proving payment is read again.
    stack.mailbox.renumber();
    read(2 * once).await;
    // What comes then is read as ever.
    let created = stack.create("AFTERWARDS", "4999.00").await;
    let amount = money(&created["payable_amount"]);
    stack.pay(amount, Some(&code_of(&created))).await;
    hook.wait_for("payment.success", "AFTERWARDS").await;
    stack.stop_without_leftovers().await;

    assert_eq!(counts.read().await, 2 * once + 1);
    let allocated =
        "SELECT intent_id FROM intents.allocations GROUP BY intent_id HAVING count(*) > 1";
    assert_eq!(counts.0.rows(allocated).await, Vec::<Vec<String>>::new());
    let observed = counts
        .0
        .number("SELECT count(*) FROM intents.observations")
        .await;
    let distinct = 2 + trial.paid.len() + trial.walk_ins;
    assert_eq!(usize::try_from(observed), Ok(distinct));
    let told = hook.once_each("payment.success").len();
    assert_eq!(told, trial.paid.len() + 1);
}

async fn check(trial: &Trial, counts: &Counts, hook: &Hook) {
    // Each mail of a bank was read once, and is what it is.
    let verdicts = counts
        .by("SELECT verdict, count(*) FROM mail.messages GROUP BY 1")
        .await;
    let recorded = 1 + trial.paid.len() + trial.twice + trial.walk_ins;
    assert_eq!(verdicts.get("recorded"), Some(&recorded), "{verdicts:?}");
    assert_eq!(verdicts.get("refused"), Some(&trial.forged), "{verdicts:?}");
    assert_eq!(counts.read().await, 1 + trial.of_banks(), "{verdicts:?}");
    // Each was said under a number of its own, without a gap.
    let numbers = "SELECT m.source_seq, s.stored_seq, (SELECT count(*) FROM intents.source_gaps) \
                   FROM mail.mailboxes m JOIN intents.sources s ON s.source_id = m.id";
    let numbers = counts.0.rows(numbers).await;
    // Binding the account was the first.
    let last = (1 + recorded).to_string();
    assert_eq!(numbers, [[last.clone(), last, "0".to_owned()]]);
    // Each payment is one observation, whichever way and however often it was told.
    let observed = counts
        .by("SELECT 'all', count(*) FROM intents.observations")
        .await;
    assert_eq!(observed["all"], 1 + trial.paid.len() + trial.walk_ins);
    let findings = counts
        .by(
            "SELECT outcome || coalesce(' ' || rung, ''), count(*) FROM (SELECT DISTINCT ON (observation_id) outcome, rung \
             FROM intents.findings ORDER BY observation_id, finding_no DESC) f GROUP BY 1",
        )
        .await;
    let expected = [
        ("allocated code".to_owned(), trial.paid.len()),
        ("proved".to_owned(), 1),
        ("suspense".to_owned(), trial.walk_ins),
    ];
    assert_eq!(findings, BTreeMap::from(expected));
    // Every paid order received exactly what it asked, once; no other order received anything.
    let odd = "SELECT i.order_id FROM intents.intents i LEFT JOIN intents.allocations a ON a.intent_id = i.id \
               GROUP BY i.id, i.order_id, i.status HAVING (i.order_id LIKE 'PAID-%') <> (i.status = 'settled' AND count(a.*) = 1 \
               AND sum(a.amount) = (SELECT o.payable FROM intents.options o WHERE o.intent_id = i.id)) \
               OR (i.order_id LIKE 'FORGED-%' AND (i.status <> 'pending' OR count(a.*) > 0))";
    assert_eq!(counts.0.rows(odd).await, Vec::<Vec<String>>::new());
    let told: BTreeSet<String> = hook.once_each("payment.success").into_keys().collect();
    assert_eq!(told, trial.paid);
    assert_eq!(trial.unpaid.len(), trial.forged);
}
