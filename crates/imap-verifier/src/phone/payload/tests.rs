use super::*;

const JSON: &str = "application/json";

fn one(content_type: &str, body: &str) -> Message {
    match parse(content_type, body.as_bytes()).unwrap() {
        Payload::Messages(found) => match found.as_slice() {
            [one] => one.clone(),
            _ => panic!("{found:?}"),
        },
        Payload::Ping => panic!("a ping"),
    }
}

fn told(message: &Message) -> (&str, &str, Option<i64>) {
    let stamp = message.stamp.map(|s| s.as_second());
    (&message.sender, &message.text, stamp)
}

#[test]
fn every_forwarders_form_is_the_same_message() {
    let stamp = 1_795_255_200;
    for (kind, body) in [
        // Incoming SMS Gateway: unquoted and quoted stamps.
        (
            JSON,
            r#"{"from":"VM-HDFCBK-S","text":"hello","sentStamp":1795255200000,"receivedStamp":1795255209000,"sim":"sim1"}"#,
        ),
        (
            JSON,
            r#"{"from":"VM-HDFCBK-S","text":"hello","sentStamp":"1795255200000","sim":"sim1"}"#,
        ),
        // SMSGate.
        (
            JSON,
            r#"{"deviceId":"d","event":"sms:received","id":"ev1","webhookId":"w","payload":{"messageId":"abc",
            "message":"hello","phoneNumber":"VM-HDFCBK-S","simNumber":1,"receivedAt":"2026-11-21T15:30:00.000+05:30"}}"#,
        ),
        // httpSMS.
        (
            JSON,
            r#"{"specversion":"1.0","type":"message.phone.received","id":"ce1","source":"/v1","time":"2026-11-21T10:00:01Z",
            "data":{"contact":"VM-HDFCBK-S","content":"hello","owner":"+91","sim":"SIM1","timestamp":"2026-11-21T10:00:00Z",
            "message_id":"m1","user_id":"u"}}"#,
        ),
        // android-sms-hooks, sms2webhook.
        (
            JSON,
            r#"{"body":"hello","from":"VM-HDFCBK-S","timestamp":1795255200000}"#,
        ),
        (
            "",
            r#"{"address":"VM-HDFCBK-S","body":"hello","date":"1795255209000","date_sent":"1795255200000","sub_id":1}"#,
        ),
        (
            "application/x-www-form-urlencoded",
            "from=VM-HDFCBK-S&text=hello&timestamp=1795255200",
        ),
        (
            "text/plain",
            "{\"from\":\"VM-HDFCBK-S\",\"text\":\"hello\",\"timestamp\":1795255200}",
        ),
        (
            JSON,
            "{\"from\":\"VM-HDFCBK-S\",\"text\":\"hello\n\",\"timestamp\":1795255200}",
        ),
    ] {
        assert_eq!(
            told(&one(kind, body)),
            ("VM-HDFCBK-S", "hello", Some(stamp)),
            "{body}"
        );
    }
}

#[test]
fn ids_are_the_events_own() {
    let gate = r#"{"event":"sms:received","id":"ev1","payload":{"messageId":"abc","message":"hello","phoneNumber":"+91"}}"#;
    assert_eq!(one(JSON, gate).id.as_deref(), Some("ev1"));
    let http = r#"{"specversion":"1.0","type":"message.phone.received","id":"ce1","data":{"contact":"+91","content":"x","message_id":"m1"}}"#;
    assert_eq!(one(JSON, http).id.as_deref(), Some("m1"));
}

#[test]
fn a_plain_text_may_name_its_sender() {
    let message = one("text/plain", "From: VM-HDFCBK-S\nRs.5 credited\nthanks");
    assert_eq!(
        told(&message),
        ("VM-HDFCBK-S", "Rs.5 credited\nthanks", None)
    );
    assert_eq!(
        told(&one("text/plain", "Rs.5 credited")),
        ("", "Rs.5 credited", None)
    );
    // JSON that is none at all.
    assert_eq!(one(JSON, "{hello").text, "{hello");
    assert_eq!(one(JSON, "[1,").text, "[1,");
}

#[test]
fn pings_and_other_events_are_no_messages() {
    let parsed = |body: &str| parse(JSON, body.as_bytes()).unwrap();
    for ping in [
        r#"{"deviceId":"d","event":"system:ping","id":"p","payload":{"health":{}}}"#,
        r#"{"specversion":"1.0","type":"phone.heartbeat.online","data":{}}"#,
        r#"{"event":"heartbeat"}"#,
    ] {
        assert_eq!(parsed(ping), Payload::Ping, "{ping}");
    }
    for nothing in [
        "{}",
        "[]",
        "[1,\"x\",null,[]]",
        r#"{"event":"sms:sent","payload":{"message":"x","phoneNumber":"VM-HDFCBK"}}"#,
        r#"{"specversion":"1.0","type":"message.phone.sent","data":{"contact":"VM-HDFCBK","content":"x"}}"#,
        r#"{"from":"VM-HDFCBK","text":""}"#,
        r#"{"from":{"a":1},"text":null}"#,
    ] {
        assert_eq!(parsed(nothing), Payload::Messages(Vec::new()), "{nothing}");
    }
}

#[test]
fn a_batch_is_its_messages_and_too_many_are_none() {
    let one = r#"{"from":"VM-HDFCBK-S","text":"hello"}"#;
    let batch = |n: usize| format!("[{}]", vec![one; n].join(","));
    match parse(JSON, batch(100).as_bytes()).unwrap() {
        Payload::Messages(found) => assert_eq!(found.len(), 100),
        Payload::Ping => panic!("a ping"),
    }
    let fault = parse(JSON, batch(10_000).as_bytes()).unwrap_err();
    assert_eq!(fault.field.as_deref(), Some("body"));
}

#[test]
fn what_is_no_text_is_refused() {
    for body in [b"".as_slice(), b"  \n", b"\xff\xfe\x00", b"a\0b"] {
        assert!(parse("", body).is_err(), "{body:?}");
    }
    let deep = "[".repeat(100_000);
    assert!(parse(JSON, deep.as_bytes()).is_ok());
}

/// A template that escapes nothing lets a text add members: it must not name its own sender.
#[test]
fn a_text_cannot_name_its_own_sender() {
    let text = r#"x","from":"VM-HDFCBK-S","text":"Rs.500 credited"#;
    for body in [
        format!(r#"{{"from":"+919876543210","text":"{text}"}}"#),
        format!(r#"{{"text":"{text}","from":"+919876543210"}}"#),
        format!("{{\"from\":\"+919876543210\",\"text\":\"\n{text}\"}}"),
        format!("{{\"text\":\"\n{text}\",\"from\":\"+919876543210\"}}"),
    ] {
        assert_eq!(one(JSON, &body).sender, "", "{body}");
    }
}
