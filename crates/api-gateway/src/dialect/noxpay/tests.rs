use super::*;
use crate::config::PublicUrl;
use crate::intents::{IntentView, sample};
use crate::refusal::{FieldError, Refusal};
use actix_web::body::MessageBody as _;
use actix_web::http::header;
use domain::{Money, StatusName};
use insta::{assert_json_snapshot, assert_snapshot};
use serde_json::json;
use std::time::Duration;

fn base() -> PublicUrl {
    PublicUrl::for_testing("https://pay.example.com")
}

/// `status retry-after body`.
fn text(response: actix_web::HttpResponse) -> String {
    let status = response.status().as_u16();
    let wait = response.headers().get(header::RETRY_AFTER).cloned();
    let wait = wait.map_or(String::new(), |w| format!(" after {}", w.to_str().unwrap()));
    let body = response.into_body().try_into_bytes().unwrap();
    format!("{status}{wait} {}", std::str::from_utf8(&body).unwrap())
}

fn errors(body: &str) -> Vec<FieldError> {
    match parse(body.as_bytes()) {
        Err(Refusal::Invalid(errors)) => errors,
        other => panic!("{body}: {other:?}"),
    }
}

/// `kind field` of each error.
fn kinds(body: &str) -> Vec<String> {
    let kind = |e: &FieldError| format!("{} {}", e.kind, e.field().unwrap_or("body"));
    errors(body).iter().map(kind).collect()
}

#[test]
fn the_published_request_is_understood() {
    let body = r#"{"amount": 499.00, "currency": "UPI", "order_id": " ORDER-98421 ", "upi_vpa": "",
        "redirect_url": "https://shop.example/done?x=1", "metadata": {"cart" : [1, 2.50]}, "later": {}}"#;
    let asked = parse(body.as_bytes()).unwrap();
    assert_eq!(asked.amount, Money::inr(49_900));
    assert_eq!(asked.order_id.as_str(), "ORDER-98421");
    assert_eq!(asked.upi_vpa, None);
    assert_eq!(
        asked.redirect_url.as_deref(),
        Some("https://shop.example/done?x=1")
    );
    assert_eq!(asked.metadata, Some(r#"{"cart" : [1, 2.50]}"#));
    assert_eq!(asked.method, Asked::Upi);
}

#[test]
fn an_amount_is_read_exactly_or_refused_by_name() {
    for (amount, paise) in [
        ("0.01", 1),
        ("1000000", 100_000_000),
        ("4.99e2", 49_900),
        // What floats make of 0.1 + 0.2 and of 4.35 × 100.
        ("0.30000000000000004", 30),
        ("434.99999999999994", 43_500),
    ] {
        let body = format!(r#"{{"amount":{amount},"order_id":"a"}}"#);
        assert_eq!(
            parse(body.as_bytes()).unwrap().amount,
            Money::inr(paise),
            "{amount}"
        );
    }
    for (amount, kind) in [
        ("0", "greater_than"),
        ("-1", "greater_than"),
        ("-0.001", "greater_than"),
        ("1000000.01", "less_than_equal"),
        ("1e400", "less_than_equal"),
        ("1e30", "less_than_equal"),
        ("1.005", "decimal_max_places"),
        ("1e-400", "decimal_max_places"),
        ("0.001", "decimal_max_places"),
        ("NaN", "finite_number"),
        ("Infinity", "finite_number"),
        ("-Infinity", "finite_number"),
        ("\"499.00\"", "float_type"),
        ("true", "float_type"),
        ("[499]", "float_type"),
        ("{}", "float_type"),
        ("null", "missing"),
    ] {
        let body = format!(r#"{{"order_id":"a","amount":{amount}}}"#);
        assert_eq!(kinds(&body), [format!("{kind} amount")], "{amount}");
    }
}

#[test]
fn every_wrong_field_is_named_at_once() {
    let long = "x".repeat(65);
    for (body, wrong) in [
        ("{}", vec!["missing amount", "missing order_id"]),
        (
            r#"{"amount":"1","order_id":7,"currency":[],"upi_vpa":false,"redirect_url":1,"metadata":"x"}"#,
            vec![
                "float_type amount",
                "string_type order_id",
                "string_type currency",
                "string_type upi_vpa",
                "string_type redirect_url",
                "dict_type metadata",
            ],
        ),
        (
            r#"{"amount":1,"order_id":"  "}"#,
            vec!["string_too_short order_id"],
        ),
        (
            &format!(r#"{{"amount":1,"order_id":"{long}"}}"#),
            vec!["string_too_long order_id"],
        ),
        (
            r#"{"amount":1,"order_id":"a b"}"#,
            vec!["string_pattern_mismatch order_id"],
        ),
        (
            r#"{"amount":1,"order_id":"a/../b"}"#,
            vec!["string_pattern_mismatch order_id"],
        ),
        (
            r#"{"amount":1,"order_id":"\ud800"}"#,
            vec!["string_type order_id"],
        ),
        (
            r#"{"amount":1,"order_id":"550e8400-e29b-41d4-a716-446655440000"}"#,
            vec!["value_error order_id"],
        ),
        (
            r#"{"amount":1,"order_id":"a","upi_vpa":"a@b&am=1"}"#,
            vec!["value_error upi_vpa"],
        ),
        (
            r#"{"amount":1,"order_id":"a","metadata":[]}"#,
            vec!["dict_type metadata"],
        ),
        (
            r#"{"amount":1,"order_id":"a","metadata":{"a":1,"a":2}}"#,
            vec!["value_error metadata"],
        ),
        (
            r#"{"amount":1,"order_id":"a","metadata":{"a":[[[[[[[[1]]]]]]]]}}"#,
            vec!["value_error metadata"],
        ),
        (
            r#"{"amount":1,"order_id":"a","amount":2}"#,
            vec!["value_error amount"],
        ),
        ("", vec!["missing body"]),
        ("[]", vec!["model_attributes_type body"]),
        ("\"{}\"", vec!["model_attributes_type body"]),
        ("{\"amount\":", vec!["json_invalid body"]),
        ("amount=1", vec!["json_invalid body"]),
    ] {
        assert_eq!(kinds(body), wrong, "{body}");
    }
    let large = format!(
        r#"{{"amount":1,"order_id":"a","metadata":{{"a":"{}"}}}}"#,
        "x".repeat(4096)
    );
    assert_eq!(kinds(&large), ["value_error metadata"]);
    // What was given is shown, but not all of it.
    let input = errors(&large)[0].input.as_str().unwrap().len();
    assert_eq!(input, 200);
}

#[test]
fn a_redirect_goes_to_the_web_only() {
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/done",
        "ftp://shop.example",
        "https://",
        "https://bank.example@evil.example/",
        "https://shop.example/\u{202e}",
        "not a url",
    ] {
        let body = json!({ "amount": 1, "order_id": "a", "redirect_url": url }).to_string();
        assert_eq!(kinds(&body), ["url_parsing redirect_url"], "{url}");
    }
    let long = format!("https://shop.example/{}", "x".repeat(2048));
    let body = json!({ "amount": 1, "order_id": "a", "redirect_url": long }).to_string();
    assert_eq!(kinds(&body), ["url_too_long redirect_url"]);
}

#[test]
fn currencies_are_those_of_the_documents() {
    let parsed = |currency: &str| {
        let body = json!({ "amount": 1, "order_id": "a", "currency": currency }).to_string();
        parse(body.as_bytes()).map(|p| p.method)
    };
    for usdt in ["USDT", "USDT_TRC20", "USDT_SOL"] {
        assert_eq!(parsed(usdt).unwrap(), Asked::Crypto);
    }
    for unknown in ["INR", "upi", "SOL", "BTC"] {
        assert!(
            matches!(parsed(unknown), Err(Refusal::UnknownCurrency)),
            "{unknown}"
        );
    }
}

#[test]
fn the_same_wish_written_otherwise_is_the_same_wish() {
    let canonical = |body: &str| parse(body.as_bytes()).unwrap().canonical();
    let one = canonical(r#"{"amount":499,"order_id":"a","metadata":{"x":1,"y":[2]}}"#);
    assert_eq!(
        one,
        canonical(
            r#"{"metadata": {"y": [2], "x": 1}, "order_id": " a", "amount": 4.990e2, "currency": "UPI", "new": 1}"#
        )
    );
    for other in [
        r#"{"amount":499.01,"order_id":"a","metadata":{"x":1,"y":[2]}}"#,
        r#"{"amount":499,"order_id":"b","metadata":{"x":1,"y":[2]}}"#,
        r#"{"amount":499,"order_id":"a","metadata":{"x":1,"y":[3]}}"#,
        r#"{"amount":499,"order_id":"a"}"#,
        r#"{"amount":499,"order_id":"a","metadata":{"x":1,"y":[2]},"upi_vpa":"shop@okbank"}"#,
    ] {
        assert_ne!(one, canonical(other), "{other}");
    }
}

#[test]
fn a_validation_error_has_the_known_shape() {
    let refusal = parse(br#"{"amount":-5,"order_id":"a b"}"#).unwrap_err();
    assert_snapshot!(text(refuse(&refusal, "r-1")));
    let refusal = parse(b"{\"amount\": 1,}").unwrap_err();
    assert_snapshot!(text(refuse(&refusal, "r-1")));
    let refusal = parse(br#"{"amount": NaN, "order_id": "a"}"#).unwrap_err();
    assert_snapshot!(text(refuse(&refusal, "r-1")));
}

#[test]
fn every_refusal_has_its_published_words() {
    let retry_after = Duration::from_millis(1_001);
    let refusals = [
        Refusal::TwoFamilies,
        Refusal::NoCredentials,
        Refusal::UnknownKey,
        Refusal::WrongSecret,
        Refusal::Disabled,
        Refusal::QuotaExceeded {
            rpm: 100,
            retry_after,
        },
        Refusal::TooManyTries { retry_after },
        Refusal::Busy { retry_after },
        Refusal::BodyTooLarge { limit: 65_536 },
        Refusal::BodyTooSlow,
        Refusal::BodyBroken,
        Refusal::UnknownCurrency,
        Refusal::NoCryptoWallet,
        Refusal::NoAccount,
        Refusal::NotFound,
        Refusal::Reused {
            field: "order_id",
            value: "ORDER-1".to_owned(),
        },
        Refusal::InFlight { retry_after },
        Refusal::AmountSpaceExhausted { retry_after },
        Refusal::WrongState("the intent is settled".to_owned()),
        Refusal::Unavailable { retry_after },
        Refusal::Internal,
    ];
    let words: Vec<String> = refusals.iter().map(|r| text(refuse(r, "r-1"))).collect();
    assert_snapshot!(words.join("\n"));
}

#[test]
fn a_created_intent_has_every_published_field() {
    let body = created(&sample::view(), &base()).unwrap();
    let text = serde_json::to_string(&body).unwrap();
    // Money keeps its two decimals, metadata its bytes.
    assert!(text.contains(r#""amount":499.00,"#), "{text}");
    assert!(
        text.contains(r#""metadata":{"z": 1.50, "a": "é"},"#),
        "{text}"
    );
    assert!(
        text.contains(r#""expires_at":"2026-11-21T05:30:00.250Z""#),
        "{text}"
    );
    assert!(
        text.contains(r#""qr_code_base64":"data:image/png;base64,"#),
        "{text}"
    );
    let mut shown = serde_json::to_value(&body).unwrap();
    shown["qr_code_base64"] = "…".into();
    assert_json_snapshot!(shown);
    assert_eq!(
        text,
        serde_json::to_string(&created(&sample::view(), &base()).unwrap()).unwrap()
    );
}

#[test]
fn every_state_is_told_in_the_dialects_words() {
    let line = |status: StatusName| {
        let view = IntentView {
            status,
            ..sample::view()
        };
        let body = serde_json::to_value(shown(&view, &base())).unwrap();
        format!(
            "{} {} {}",
            body["status"], body["sub_status"], body["is_flagged"]
        )
    };
    let lines: Vec<String> = StatusName::ALL.into_iter().map(line).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    "pending" "pending" false
    "pending" "confirming" false
    "pending" "underpaid" false
    "pending" "verifying" false
    "pending" "review" true
    "settled" "settled" false
    "expired" "expired" false
    "failed" "cancelled" false
    "failed" "failed" false
    "failed" "reversed" false
    "#);
}
