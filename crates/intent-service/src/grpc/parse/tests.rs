use super::*;
use domain::ErrorCode;

fn good() -> pb::CreateIntentRequest {
    pb::CreateIntentRequest {
        order_id: "ORDER_1".to_owned(),
        amount: Some(proto::convert::money(domain::Money::inr(49_900))),
        credential_class: pb::CredentialClass::Secret.into(),
        fingerprint: vec![7; 32],
        ..pb::CreateIntentRequest::default()
    }
}

fn ttl() -> IntentTtl {
    IntentTtl::from_seconds(900).unwrap()
}

fn field_of(change: impl FnOnce(&mut pb::CreateIntentRequest)) -> String {
    let mut asked = good();
    change(&mut asked);
    let fault = create_intent(&asked, ttl()).unwrap_err();
    assert_eq!(fault.code, ErrorCode::Invalid);
    fault.field.unwrap()
}

#[test]
fn a_complete_request_is_read() {
    let mut asked = good();
    asked.metadata_json = r#"{"z":1.0,"a":1e400,"s":"[[[{\"" }"#.to_owned();
    let read = create_intent(&asked, ttl()).unwrap();
    assert_eq!(read.ttl, ttl());
    let metadata = read.metadata.unwrap();
    assert_eq!(metadata.as_str(), asked.metadata_json);
}

#[test]
fn every_wrong_field_is_named() {
    let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(40), "]".repeat(40));
    assert_eq!(field_of(|r| r.order_id = "a b".to_owned()), "order_id");
    assert_eq!(field_of(|r| r.amount = None), "amount");
    for minor in ["0", "-1", "1.5", "", "9223372036854775808"] {
        let amount = |r: &mut pb::CreateIntentRequest| {
            r.amount.as_mut().unwrap().minor = minor.to_owned();
        };
        assert_eq!(field_of(amount), "amount", "{minor}");
    }
    assert_eq!(field_of(|r| r.upi_vpa = "shop".to_owned()), "upi_vpa");
    for url in ["javascript:alert(1)", "https://é.example", "/done"] {
        assert_eq!(
            field_of(|r| r.redirect_url = url.to_owned()),
            "redirect_url"
        );
    }
    for json in ["[]", "{", "null", deep.as_str()] {
        assert_eq!(field_of(|r| r.metadata_json = json.to_owned()), "metadata");
    }
    for seconds in [59, 86_401] {
        assert_eq!(field_of(|r| r.expires_in_s = seconds), "expires_in_s");
    }
    assert_eq!(field_of(|r| r.credential_class = 0), "credential_class");
    assert_eq!(field_of(|r| r.fingerprint = vec![1; 31]), "fingerprint");
    let key = "k".repeat(256);
    assert_eq!(field_of(|r| r.idempotency_key = key), "idempotency_key");
    assert_eq!(field_of(|r| r.idempotency_key = "k".to_owned()), "route");
}

#[test]
fn a_bracket_in_a_string_is_no_depth() {
    assert_eq!(depth(r#"{"a":"[[[[\"{{{","b":[{}]}"#), 3);
}

#[test]
fn limits_are_bounded() {
    assert_eq!(limit(0), Ok(50));
    assert_eq!(limit(200), Ok(200));
    assert_eq!(limit(201).unwrap_err().field.as_deref(), Some("limit"));
}
