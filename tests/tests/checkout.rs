//! What a payer's browser shows, while the money comes by mail.
#![cfg(test)]

use domain::Money;
use e2e::answers::{SCOPE, code_of, money};
use e2e::browser::Screen;
use e2e::{Bank, Browser, Stack};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use testkit::wait::{PATIENCE, until};

const VPA: &str = "demo-shop@examplebank";

/// The page of an intent.
fn page_of(stack: &Stack, intent: &Value) -> String {
    let id = intent["id"].as_str().expect("an id");
    format!("{}/checkout?intent={id}", stack.public.base())
}

/// An amount of six digits before the point as people in India write it.
fn in_lakhs(amount: Money) -> String {
    let decimal = amount.to_decimal();
    let (lakhs, rest) = decimal.split_at(1);
    let (thousands, rest) = rest.split_at(2);
    format!("₹{lakhs},{thousands},{rest}")
}

fn in_state(state: &str) -> String {
    format!("return document.getElementById('checkout')?.dataset.state === '{state}'")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_checkout_turns_to_paid_by_itself() {
    let (stack, browser) = tokio::join!(Stack::boot(), Browser::open());
    let created = stack.create("OPEN-1", "123456.00").await;
    let payable = money(&created["payable_amount"]);
    browser.go(&page_of(&stack, &created)).await;
    let text = browser.text().await;
    for shown in [
        &in_lakhs(payable),
        VPA,
        &code_of(&created),
        "OPEN-1",
        "Waiting for your payment",
    ] {
        assert!(text.contains(shown), "{shown} is not in {text}");
    }
    browser
        .shows("return document.getElementById('qr').naturalWidth > 200")
        .await;
    // The clock runs, from the server's time.
    let left = "document.getElementById('left').textContent";
    let before = browser.run(&format!("return {left}")).await;
    browser
        .shows(&format!(
            "return /^\\d\\d:\\d\\d$/.test({left}) && {left} < {before}"
        ))
        .await;
    // A mark that no reload would leave.
    browser.run("window.stayed = true").await;

    stack.pay(payable, Some(&code_of(&created))).await;
    browser.shows(&in_state("settled")).await;
    browser
        .shows(
            "return window.stayed === true && document.querySelector('h1').textContent === 'Paid'",
        )
        .await;
    let text = browser.text().await;
    assert!(text.contains(&in_lakhs(payable)), "{text}");
    assert!(!text.contains(VPA), "a paid page asks for nothing: {text}");
    // Who cannot see the page is told as well.
    browser
        .shows("return document.getElementById('live').textContent.startsWith('Paid')")
        .await;

    let complaints = browser.complaints().await;
    assert!(complaints.is_empty(), "{complaints:?}");
    let gateway = stack.public.base().trim_start_matches("http://").to_owned();
    assert_eq!(browser.asked_hosts().await, BTreeSet::from([gateway]));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_scripts_off_the_page_shows_amount_qr_and_address() {
    let (stack, browser) = tokio::join!(Stack::boot(), Browser::open());
    browser.without_scripts().await;
    let created = stack.create("PLAIN-1", "499.00").await;
    let payable = money(&created["payable_amount"]);
    browser.go(&page_of(&stack, &created)).await;
    let text = browser.text().await;
    for shown in [
        &format!("₹{}", payable.to_decimal()),
        VPA,
        &code_of(&created),
    ] {
        assert!(text.contains(shown), "{shown} is not in {text}");
    }
    browser
        .shows("return document.getElementById('qr').naturalWidth > 200")
        .await;
    // A button that cannot work is not there.
    assert!(!text.contains("Copy"), "{text}");

    // It loads itself again now and then.
    stack.pay(payable, Some(&code_of(&created))).await;
    browser.shows(&in_state("settled")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_underpaid_page_asks_for_the_rest_and_survives_a_dead_gateway() {
    let (stack, browser) = tokio::join!(Stack::boot(), Browser::open());
    let created = stack.create("PART-1", "499.00").await;
    let payable = money(&created["payable_amount"]);
    browser.go(&page_of(&stack, &created)).await;
    let picture = browser
        .run("return document.getElementById('qr').src")
        .await;
    browser.run("window.stayed = true").await;
    stack
        .pay(Money::inr(10_000), Some(&code_of(&created)))
        .await;
    browser.shows(&in_state("underpaid")).await;
    let rest = payable.checked_sub(Money::inr(10_000)).expect("a rest");
    let text = browser.text().await;
    for shown in ["₹100.00 of", &format!("₹{}", rest.to_decimal())] {
        assert!(text.contains(shown), "{shown} is not in {text}");
    }
    let new_picture = browser
        .run("return document.getElementById('qr').src")
        .await;
    assert_ne!(picture, new_picture, "the QR asks for the rest");

    // The stream is cut, and nobody answers. The page says so, and what it showed stays.
    stack.service("api-gateway").kill();
    browser
        .shows("return !document.getElementById('offline').hidden")
        .await;
    assert!(browser.text().await.contains(VPA));
    stack.pay(rest, Some(&code_of(&created))).await;
    stack.start("api-gateway");
    browser.shows(&in_state("settled")).await;
    browser
        .shows("return window.stayed === true && document.getElementById('offline').hidden")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_can_be_read_on_small_and_large_screens_in_light_and_dark() {
    let (mut stack, browser) = tokio::join!(Stack::boot(), Browser::open());
    let look = async |stack: &Stack, intent: &Value, state: &str, says: &str| {
        can_be_read(&browser, &page_of(stack, intent), state, says).await;
    };
    let unknown = json!({ "id": uuid::Uuid::new_v4().to_string() });
    look(&stack, &unknown, "unknown", "No such payment").await;
    // The measure is no blind one.
    let spoil =
        "document.querySelector('h1').style = 'color: #999; background: #aaa; width: 2000px'";
    browser.run(spoil).await;
    assert!(browser.faults().await.len() >= 3);

    let open = stack.create("A-1", "123456.00").await;
    look(&stack, &open, "pending", "Waiting for your payment").await;

    let part = stack.create("A-2", "1499.00").await;
    stack.pay(Money::inr(50_000), Some(&code_of(&part))).await;
    stack.becomes("A-2", "underpaid").await;
    look(&stack, &part, "underpaid", "₹500.00 of").await;

    let over = stack.create("A-3", "499.00").await;
    stack.pay(Money::inr(60_000), Some(&code_of(&over))).await;
    stack.becomes("A-3", "settled").await;
    look(&stack, &over, "settled", "more than asked").await;

    let cancelled = stack.create("A-4", "250.00").await;
    let id = cancelled["id"].as_str().expect("an id");
    let path = format!("/api/v1/intents/{id}/cancel");
    stack.merchant.post(&path, &json!({})).await.ok();
    look(&stack, &cancelled, "cancelled", "Cancelled").await;
    let payable = money(&cancelled["payable_amount"]);
    stack.pay(payable, Some(&code_of(&cancelled))).await;
    stack.becomes("A-4", "review").await;
    look(&stack, &cancelled, "review", "A person is checking this").await;

    // Time passes on an open page: nobody reads the mailbox, then somebody does, then the money comes late.
    browser.go(&page_of(&stack, &open)).await;
    stack.service("imap-verifier").kill();
    stack.pass(SignedDuration::from_mins(40)).await;
    browser.shows(&in_state("verifying")).await;
    look(&stack, &open, "verifying", "Waiting for the bank").await;
    browser.go(&page_of(&stack, &open)).await;
    stack.start("imap-verifier");
    browser.shows(&in_state("expired")).await;
    look(&stack, &open, "expired", "The time is over").await;
    let payable = money(&open["payable_amount"]);
    stack.pay(payable, Some(&code_of(&open))).await;
    stack.becomes("A-1", "settled").await;
    look(&stack, &open, "settled", "after the time was over").await;
}

/// On an account that also receives other money an amount proves nothing: the payer's word does.
#[tokio::test(flavor = "multi_thread")]
async fn a_payer_who_types_the_utr_is_found() {
    let (mut stack, browser) = tokio::join!(Stack::boot(), Browser::open());
    let vpa = "walk-in@examplebank";
    let account = stack.add_account(vpa, "550912", false).await;
    stack.bank = Bank::new("550912");
    stack.prove(&account).await;
    let body = json!({ "amount": 499, "order_id": "TYPED-1", "upi_vpa": vpa });
    let path = "/api/v1/intents/create-payment";
    let created = stack.merchant.post(path, &body).await.ok();
    let paid = stack.pay(money(&created["payable_amount"]), None).await;
    until(PATIENCE, async || {
        let path = format!("/api/v1/admin/intents/unmatched?{SCOPE}");
        let waiting = stack.admin.get(&path).await.text;
        waiting.contains(&paid.utr).then_some(()).ok_or(waiting)
    })
    .await;
    assert_eq!(stack.intent("TYPED-1").await["status"], "pending");

    browser.go(&page_of(&stack, &created)).await;
    let claim = |utr: &str| {
        format!(
            "const form = document.querySelector('[data-tell=claim]'); form.closest('details').open = true; \
             form.querySelector('input').value = '{utr}'; form.requestSubmit()"
        )
    };
    let said = |text: &str| {
        format!("return document.getElementById('utr-said').textContent.includes('{text}')")
    };
    browser.run(&claim("T2611211234567890123456")).await;
    browser.shows(&said("PhonePe")).await;
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkout");
    std::fs::create_dir_all(&pictures).expect("a directory");
    for (width, dark) in [(360, false), (1280, true)] {
        let height = 1000;
        browser
            .use_screen(Screen {
                width,
                height,
                dark,
            })
            .await;
        browser
            .picture(&pictures.join(format!("claim-{width}.png")))
            .await;
        // What was opened by hand moves what is below; nothing may stick out.
        browser
            .shows("return document.documentElement.scrollWidth <= innerWidth")
            .await;
    }
    // A stranger's reference is answered like one's own.
    browser.run(&claim("999999999999")).await;
    browser.shows(&said("Thank you")).await;
    assert_eq!(stack.intent("TYPED-1").await["status"], "pending");
    browser.run(&claim(&paid.utr)).await;
    browser.shows(&in_state("settled")).await;
    let explained = stack.explain("TYPED-1").await;
    let findings = &explained["evidence"][0]["findings"];
    assert_eq!(
        findings[0]["reason"], "account_not_dedicated",
        "{explained}"
    );
    assert_eq!(findings[1]["rung"], "claimed_utr", "{explained}");
    let complaints = browser.complaints().await;
    assert!(
        complaints.iter().all(|c| c.contains("422")),
        "only the mistyped one: {complaints:?}"
    );
}

/// Looks at a page on each screen. The pictures are left in `target/tmp/checkout` for people.
async fn can_be_read(browser: &Browser, url: &str, state: &str, says: &str) {
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).join("checkout");
    std::fs::create_dir_all(&pictures).expect("a directory");
    let title = says.to_lowercase().replace([' ', '₹', '.'], "-");
    for (width, height) in [(360, 740), (1280, 800)] {
        for dark in [false, true] {
            let screen = Screen {
                width,
                height,
                dark,
            };
            browser.use_screen(screen).await;
            browser.go(url).await;
            browser.shows(&in_state(state)).await;
            let text = browser.text().await;
            assert!(text.contains(says), "{says} is not in {text}");
            let scheme = if dark { "dark" } else { "light" };
            let file = format!("{state}-{title}-{width}-{scheme}.png");
            browser.picture(&pictures.join(file)).await;
            let faults = browser.faults().await;
            assert!(faults.is_empty(), "{state} on {screen:?}: {faults:#?}");
        }
    }
}
