//! The bodies beside what is promised of them.

use super::fixtures::{refund, sign_in, snapshot, told, written, written_of};
use crate::message::{self, MerchantEvent, Subject};
use crate::profile::Profile;
use domain::StatusName;
use domain::event::RefundStatus;
use serde_json::Value;

#[test]
fn our_own_body_speaks_all_three_vocabularies_of_its_clients() {
    let mut snapshot = snapshot(Some(r#"{"b": 1.0}"#));
    let body = message::body(&told(MerchantEvent::Success, &snapshot)).unwrap();
    let read: Value = serde_json::from_str(&body).unwrap();
    let id = snapshot.intent_id.to_string();
    for (path, value) in [
        // README and published clients
        ("/event", "payment.success"),
        ("/data/id", &*id),
        ("/data/order_id", "ORDER-1"),
        ("/data/currency", "UPI"),
        ("/data/status", "settled"),
        ("/data/utr", "099678275620"),
        // documentation
        ("/event_type", "payment.success"),
        ("/intent_id", &id),
        ("/order_id", "ORDER-1"),
        ("/currency", "UPI"),
        ("/transaction_hash", "099678275620"),
        ("/verified_at", "2026-11-21T12:21:17.0904Z"),
        // what its worker sent
        ("/data/created_at", "2026-11-21T12:21:16Z"),
        // Standard Webhooks, and what every event says
        ("/type", "payment.success"),
        ("/id", "00000000-0000-0000-0000-000000000009"),
        ("/timestamp", "2026-11-21T12:21:17.0904Z"),
        ("/previous_status", "verifying"),
    ] {
        assert_eq!(read.pointer(path).unwrap(), value, "{path}");
    }
    assert_eq!(read["livemode"], true);
    assert_eq!(read["sequence"], 2);
    // Exact amounts and the merchant's own bytes.
    assert!(
        body.contains(r#""amount":499.00,"payable_amount":498.99,"#),
        "{body}"
    );
    assert!(body.contains(r#""metadata":{"b": 1.0},"#), "{body}");

    snapshot.status = StatusName::Cancelled;
    let body = message::body(&told(MerchantEvent::Cancelled, &snapshot)).unwrap();
    let read: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&read["status"], &read["data"]["sub_status"]),
        (&"failed".into(), &"cancelled".into())
    );
}

/// The names in a JSON value, with dots for depth.
fn names(value: &Value, above: &str, found: &mut Vec<String>) {
    for (name, inner) in value.as_object().into_iter().flatten() {
        found.push(format!("{above}.{name}"));
        names(inner, &format!("{above}.{name}"), found);
    }
}

#[test]
fn the_documentation_shows_every_field_and_no_other() {
    let page = include_str!("../../../../../../docs/webhooks.md");
    let shown: Vec<Value> = page
        .split("\n```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("\n```\n").next().unwrap()).unwrap())
        .collect();
    let snapshot = snapshot(Some(r#"{"cart": 7}"#));
    let refund = refund(RefundStatus::Processed);
    let refunded = |profile| {
        let subject = Subject::Refund(&refund);
        written_of(profile, MerchantEvent::RefundProcessed, subject)
    };
    let sign_in = sign_in(Some(r#"{"orderId": "A-1"}"#));
    let signed_in = |profile| {
        let subject = Subject::SignIn(&sign_in);
        written_of(profile, MerchantEvent::UserAuthenticated, subject)
    };
    let bodies = [
        message::body(&told(MerchantEvent::Success, &snapshot)).unwrap(),
        refunded(Profile::NoxPay),
        signed_in(Profile::NoxPay),
        written(Profile::NoddPay, MerchantEvent::Success, &snapshot),
        signed_in(Profile::NoddPay),
        written(Profile::PaymentGateway, MerchantEvent::Success, &snapshot),
        refunded(Profile::PaymentGateway),
    ];
    assert_eq!(shown.len(), bodies.len(), "each has its example");
    for (shown, body) in shown.iter().zip(bodies) {
        let (mut there, mut here) = (vec![], vec![]);
        names(shown, "", &mut there);
        names(&serde_json::from_str(&body).unwrap(), "", &mut here);
        assert_eq!(there, here);
    }
}
