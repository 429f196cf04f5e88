use super::*;
use db::types::to_db;
use jiff::SignedDuration;
use uuid::Uuid;

fn now() -> Timestamp {
    "2026-06-14T13:00:00Z".parse().unwrap()
}

fn binding() -> BindingRow {
    BindingRow {
        mailbox_id: Uuid::nil(),
        account_id: Uuid::nil(),
        merchant_id: Uuid::nil(),
        live: true,
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: Some("6604".to_owned()),
        payee_vpa: None,
        registered_addresses: Vec::new(),
        updated_at: to_db(now()),
        alert_delay_s: None,
        alert_delay_at: None,
        apps: vec!["test.examplebank.business".to_owned()],
    }
}

const CREDIT: &str = "Rs.499.00 credited to A/c XX6604 on 14-06-26 18:22 by UPI from a@okexample. Ref 084701812319 -Example Bank";
const APP: &str = "test.examplebank.business";

fn message(sender: &str, text: &str) -> Message {
    Message {
        sender: sender.to_owned(),
        text: text.to_owned(),
        stamp: Some(now()),
        ..Message::default()
    }
}

/// Verdict and reason, or "ignored" and why.
fn weighed(message: &Message, trusted: &[(&str, &str)]) -> (String, String) {
    let rules = Rules::with_demo_bank();
    let trusted = trusted
        .iter()
        .map(|(h, b)| ((*h).to_owned(), (*b).to_owned()))
        .collect();
    let terms = Terms {
        rules: &rules,
        bindings: &[binding()],
        trusted: &trusted,
        now: now(),
        skew: SignedDuration::from_mins(5),
        age: SignedDuration::from_hours(48),
    };
    match weigh(message, "d".to_owned(), &terms) {
        Weighed::Ignored(why) => ("ignored".to_owned(), why.to_owned()),
        Weighed::Judged(judged, _) => (
            judged.verdict.as_str().to_owned(),
            judged.reason.unwrap_or_default(),
        ),
    }
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[test]
fn a_phone_number_sender_pays_nothing() {
    for (sender, reason) in [
        ("+919876543210", "phone_number_sender"),
        ("98765 43210", "phone_number_sender"),
        ("", "no_sender"),
    ] {
        assert_eq!(
            weighed(&message(sender, CREDIT), &[]),
            pair("refused", reason)
        );
        // Also when it shows an app.
        let shown = Message {
            app: (!sender.is_empty()).then(|| APP.to_owned()),
            ..message(sender, "Received ₹500 from ASHA RAO")
        };
        assert_eq!(weighed(&shown, &[]), pair("refused", reason));
    }
}

#[test]
fn a_credit_beside_a_refusing_word_is_shown_and_settles_nothing() {
    let noted = CREDIT.replace(" Ref", " Note: first try failed. Ref");
    assert_eq!(
        weighed(&message("VM-EXBANK-S", &noted), &[]),
        pair("unsure", "refused_word: failed")
    );
    let undone = CREDIT.replace("credited", "not credited");
    assert_eq!(
        weighed(&message("VM-EXBANK-S", &undone), &[]),
        pair("not_a_credit", "refused_word: not done")
    );
}

#[test]
fn an_unknown_header_waits_for_the_merchants_word() {
    let sms = message("VM-NEWBNK-S", CREDIT);
    assert_eq!(weighed(&sms, &[]), pair("unsure", "unknown_sender"));
    assert_eq!(
        weighed(&sms, &[("NEWBNK", "EXAMPLEBANK")]),
        pair("recorded", "")
    );
    // The word is about one header, and a bank's form must fit all the same.
    assert_eq!(weighed(&sms, &[("NEWBNK", "HDFC")]), pair("unparsed", ""));
    assert_eq!(
        weighed(&message("NEWBNK", CREDIT), &[]),
        pair("unsure", "unknown_sender")
    );
}

#[test]
fn codes_debits_and_chatter_leave_no_trace() {
    let debit = CREDIT
        .replace("credited to", "debited from")
        .replace("from a@", "to a@");
    for (text, why) in [
        (debit.as_str(), "debit"),
        ("482910 is the OTP for Rs.499.00 at Example Bank", "otp"),
        ("Rs 499: your one-time password is 482910", "otp"),
        ("Happy Diwali from Example Bank", "not_a_credit"),
    ] {
        assert_eq!(
            weighed(&message("VM-EXBANK-S", text), &[]),
            pair("ignored", why),
            "{text}"
        );
    }
    assert_eq!(
        weighed(&message("+919876543210", "see you at 5"), &[]),
        pair("ignored", "not_a_credit")
    );
    // What may be money in a new form is an alarm.
    let new = message(
        "VM-EXBANK-S",
        "Example Bank: 499 rupees, Rs.499.00, A/c 6604",
    );
    assert_eq!(weighed(&new, &[]), pair("unparsed", ""));
}

#[test]
fn only_a_business_app_that_is_signed_in_for_the_account_proves_it() {
    let shown = |app: &str| Message {
        app: Some(app.to_owned()),
        ..message("Example", "Received ₹500 from ASHA RAO")
    };
    assert_eq!(weighed(&shown(APP), &[]), pair("recorded", ""));
    for consumer in ["com.phonepe.app", "com.whatsapp", "net.one97.paytm"] {
        assert_eq!(
            weighed(&shown(consumer), &[]),
            pair("refused", "not_a_business_app")
        );
    }
    assert_eq!(
        weighed(&shown("com.phonepe.app.business"), &[]),
        pair("unbound", "other_app")
    );
    let timeless = Message {
        stamp: None,
        ..shown(APP)
    };
    assert_eq!(weighed(&timeless, &[]), pair("unsure", "no_stamp"));
}

#[test]
fn a_stamp_out_of_range_is_refused() {
    let stamped = |ago: SignedDuration| Message {
        stamp: Some(now() - ago),
        ..message("VM-EXBANK-S", CREDIT)
    };
    let minutes = SignedDuration::from_mins;
    assert_eq!(weighed(&stamped(minutes(-4)), &[]), pair("recorded", ""));
    assert_eq!(
        weighed(&stamped(minutes(-6)), &[]),
        pair("refused", "stamp_in_future")
    );
    assert_eq!(
        weighed(&stamped(minutes(47 * 60)), &[]),
        pair("recorded", "")
    );
    assert_eq!(
        weighed(&stamped(minutes(49 * 60)), &[]),
        pair("refused", "stamp_too_old")
    );
    // A reference tells it from every other payment.
    let timeless = Message {
        stamp: None,
        ..message("VM-EXBANK-S", CREDIT)
    };
    assert_eq!(weighed(&timeless, &[]), pair("recorded", ""));
}

#[test]
fn another_account_is_not_proven() {
    let other = CREDIT.replace("XX6604", "XX9999");
    assert_eq!(
        weighed(&message("VM-EXBANK-S", &other), &[]),
        pair("unbound", "other_account")
    );
    let short = CREDIT.replace("XX6604", "XX604");
    assert_eq!(
        weighed(&message("VM-EXBANK-S", &short), &[]),
        pair("unbound", "no_account_digits")
    );
}

#[test]
fn a_message_is_known_by_its_stamp_or_by_its_id() {
    let a = Message {
        id: Some("7".to_owned()),
        ..message("VM-EXBANK-S", CREDIT)
    };
    let same = |b: &Message| keys(&a).iter().any(|k| keys(b).contains(k));
    assert!(same(&a));
    assert!(
        same(&Message {
            id: None,
            ..a.clone()
        }),
        "another way, without id"
    );
    assert!(
        same(&Message {
            stamp: None,
            ..a.clone()
        }),
        "the counter again"
    );
    let later = now() + SignedDuration::from_secs(1);
    assert!(
        same(&Message {
            stamp: Some(later),
            ..a.clone()
        }),
        "the counter again with another stamp"
    );
    assert!(!same(&Message {
        stamp: Some(later),
        id: Some("8".to_owned()),
        ..a.clone()
    }));
    assert!(!same(&Message {
        text: "x".to_owned(),
        ..a.clone()
    }));
    assert!(!same(&Message {
        sender: "VM-HDFCBK-S".to_owned(),
        ..a.clone()
    }));
}
