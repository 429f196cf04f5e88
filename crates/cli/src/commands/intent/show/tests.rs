use super::*;
use domain::StatusName;
use serde_json::{Value, json};

/// A settled intent with every part that an explanation may have; `text` stands in each member that others write.
fn explanation(text: &str) -> Value {
    let id = "7f6c1c7e-5b0f-4d0c-9a55-0d7f6a1f2b3c";
    let observation = "01920000-0000-7000-8000-000000000003";
    json!({
        "intent": {
            "id": id, "order_id": text, "status": "settled", "review_reason": text,
            "amount": 499.01, "payable_amount": 498.99, "adjustment": -0.02, "received_amount": 500.25,
            "excess": 1.26, "late": true, "created_at": "2026-11-21T05:15:00.000Z",
            "expires_at": "2026-11-21T05:30:00.000Z", "settled_at": "2026-11-21T05:31:02.000Z",
            "paid_at": "2026-11-21T05:30:50.000Z", "cancelled_at": null,
            "vpa": text, "code": text, "reserved": true
        },
        "deadline": "2026-11-21T05:40:00.000Z", "late_until": "2026-11-21T09:30:00.000Z", "policy": {},
        "transitions": [
            {"sequence": 1, "event_type": text, "previous_status": null, "status": "pending",
             "review_reason": null, "observation_id": null, "at": "2026-11-21T05:15:00.000Z"},
            {"sequence": 2, "event_type": "intent.settled", "previous_status": text, "status": text,
             "review_reason": null, "observation_id": observation, "at": "2026-11-21T05:31:02.000Z"}
        ],
        "evidence": [{
            "observation_id": observation, "amount": 500.25, "rail_class": text, "reference": text,
            "strength": text, "direction": text, "mode": text, "paid_from": "2026-11-21T05:30:50.000Z",
            "paid_to": "2026-11-21T05:30:51.000Z", "time_precision": text, "payer_vpa": text, "payer_name": text,
            "note": text, "seen_at": "2026-11-21T05:31:00.000Z",
            "proof": {"method": text, "domain": text, "rule_id": text, "rule_version": 1, "message_digest": text},
            "findings": [
                {"outcome": "suspense", "rung": null, "reason": text, "intent_id": null, "candidates": [],
                 "decided_at": "2026-11-21T05:31:01.000Z"},
                {"outcome": "review", "rung": null, "reason": text, "intent_id": null,
                 "candidates": [id, "7f6c1c7e-5b0f-4d0c-9a55-000000000000"], "decided_at": "2026-11-21T05:31:01.000Z"},
                {"outcome": "allocated", "rung": "code", "reason": null, "intent_id": id, "candidates": [],
                 "decided_at": "2026-11-21T05:31:02.000Z"},
                {"outcome": text, "rung": null, "reason": text, "intent_id": null, "candidates": [],
                 "decided_at": "2026-11-21T05:31:02.000Z"}
            ],
            "allocations": [{"intent_id": id, "kind": "receipt", "amount": 498.99, "rung": "code",
                "allocated_at": "2026-11-21T05:31:02.000Z"}],
            "sightings": 2, "contradicted": true,
            "doubt": {"at": "2026-11-22T08:00:00.000Z", "reason": text}, "doubted_sightings": 1
        }],
        "witnesses": [{"source_id": "01920000-0000-7000-8000-000000000004", "counting": true,
            "since": "2026-11-20T00:00:00.000Z", "up_to": "2026-11-21T05:31:30.000Z"}]
    })
}

fn shown(explanation: &Value) -> String {
    let (mut terminal, shown) = Terminal::capturing(false);
    tell(
        &serde_json::from_str(&explanation.to_string()).unwrap(),
        &mut terminal,
    );
    shown.text()
}

fn in_state(change: impl FnOnce(&mut Value)) -> String {
    let mut it = explanation("x");
    change(&mut it);
    shown(&it)
}

#[test]
fn intent_show_prints_no_escape_sequence() {
    let hostile = "A\u{1b}[2J\u{1b}]0;owned\u{7}B\r\nstate     settled\u{9b}31m\u{202e}\u{2066}\u{200b}\u{7f}\u{8}C";
    let text = shown(&explanation(hostile));
    let drives = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!text.chars().any(drives), "{text:?}");
    // Nothing that others wrote begins a line of its own.
    let lines = |text: &str| text.lines().count();
    assert_eq!(lines(&text), lines(&shown(&explanation("x"))), "{text}");

    let (mut script, shown) = Terminal::capturing(true);
    script.result(&explanation(hostile)).unwrap();
    let json = shown.text();
    assert!(!json.chars().any(drives), "{json:?}");
    assert_eq!(
        serde_json::from_str::<Value>(&json).unwrap(),
        explanation(hostile)
    );
}

#[test]
fn every_state_has_a_sentence() {
    for status in StatusName::ALL {
        let text = in_state(|e| e["intent"]["status"] = status.as_str().into());
        assert!(
            !text.contains("not known to this version of the command"),
            "{status}"
        );
    }
    let text = in_state(|e| e["intent"]["status"] = "new".into());
    assert!(text.contains("The state new is not known"));
}

#[test]
fn a_settled_intent_shows_its_proof() {
    let text = in_state(|e| {
        let evidence = &mut e["evidence"][0];
        evidence["proof"]["method"] = "dkim".into();
        evidence["proof"]["domain"] = "alerts.examplebank.test".into();
        evidence["reference"] = "084701812319".into();
        evidence["mode"] = "upi".into();
        evidence["direction"] = "credit".into();
        evidence["strength"] = "strong".into();
        evidence["time_precision"] = "second".into();
        evidence["findings"][1]["reason"] = "several_candidates".into();
    });
    for part in [
        "It is paid: INR 500.25 at 2026-11-21 05:30:50Z",
        "The payment was late: made after 2026-11-21 05:30:00Z.",
        "INR 1.26 more was paid than asked.",
        "Settled by evidence 1, rung a: the payer's note carries its reference code.",
        "evidence 1: credit of INR 500.25 by UPI, reference 084701812319\n",
        "between 2026-11-21 05:30:50Z and 2026-11-21 05:30:51Z, to the second",
        "a mail signed (DKIM) by alerts.examplebank.test",
        "told 2 more times; counted once",
        "ALARM      the same reference was also told with another amount",
        "several intents fit the amount and the time (several_candidates, ",
        "candidates: this intent, intent 7f6c1c7e-5b0f-4d0c-9a55-000000000000",
        "allocated  receipt INR 498.99 to this intent",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_blind_intent_says_which_mailbox_is_behind() {
    let verifying = |up_to: &str, counting: bool| {
        in_state(|e| {
            e["intent"]["status"] = "verifying".into();
            e["witnesses"][0]["up_to"] = up_to.into();
            e["witnesses"][0]["counting"] = counting.into();
        })
    };
    let behind = verifying("2026-11-21T05:39:00.000Z", true);
    assert!(behind.contains("Mailbox 01920000-0000-7000-8000-000000000004 is behind."));
    let paused = verifying("2026-11-21T05:39:00.000Z", false);
    assert!(paused.contains("No mailbox counts as a witness"));
    let done = verifying("2026-11-21T05:41:00.000Z", true);
    assert!(done.contains("it ends within moments"));
}

#[test]
fn a_review_says_why_a_person_is_asked() {
    let text = in_state(|e| {
        e["intent"]["status"] = "review".into();
        e["intent"]["review_reason"] = "late_after_cancel".into();
    });
    assert!(text.contains(
        "A person must decide: money arrived after it was cancelled (late_after_cancel)."
    ));
}
