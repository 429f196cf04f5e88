use super::*;
use crate::evidence::{Direction, PaymentMode, Proof, RailClass, Strength};
use crate::ids::*;
use crate::matching::Rung;
use crate::text::{Reason, ShortText};
use crate::{Interval, Money, OrderId, StatusName};
use jiff::Timestamp;
use uuid::Uuid;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn t(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn snapshot() -> IntentSnapshot {
    IntentSnapshot {
        intent_id: IntentId::from_uuid(id(1)),
        merchant_id: MerchantId::from_uuid(id(2)),
        live: false,
        order_id: OrderId::parse("ORDER_1").unwrap(),
        sequence: 2,
        status: StatusName::Settled,
        previous_status: Some(StatusName::Pending),
        review_reason: None,
        proof: None,
        amount: Money::inr(49_900),
        payable: Money::inr(49_899),
        adjustment: Money::inr(-1),
        received: Money::inr(49_899),
        excess: Money::inr(0),
        late: false,
        created_at: t("2026-11-21T10:00:00Z"),
        expires_at: t("2026-11-21T10:15:00Z"),
        settled_at: Some(t("2026-11-21T10:01:00.5Z")),
        paid_at: Some(t("2026-11-21T10:00:51Z")),
        amount_trusted: true,
        metadata: Some(serde_json::from_str(r#"{"z":1.0,"a":"é"}"#).unwrap()),
        redirect_url: None,
        evidence: vec![EvidenceSummary {
            observation_id: ObservationId::from_uuid(id(3)),
            rung: Rung::Code,
            reference: Some("084701812319".to_owned()),
            amount: Money::inr(49_899),
            payer_vpa: Some(ShortText::clean("ravi@okexample")),
            payer_name: None,
        }],
    }
}

fn samples() -> Vec<Event> {
    vec![
        Event::Intent(
            IntentEvent::Entered(StatusName::Settled),
            Box::new(snapshot()),
        ),
        Event::ObservationRecorded(Box::new(Observation {
            observation_id: ObservationId::from_uuid(id(3)),
            source_id: SourceId::from_uuid(id(4)),
            source_seq: 7,
            live: false,
            merchant_id: MerchantId::from_uuid(id(2)),
            account_id: AccountId::from_uuid(id(5)),
            rail_class: RailClass::Inr,
            reference: "084701812319".to_owned(),
            strength: Strength::Strong,
            direction: Direction::Credit,
            mode: PaymentMode::Upi,
            amount: Money::inr(49_899),
            interval: Interval::second(t("2026-11-21T10:00:50Z")),
            payer_vpa: Some(ShortText::clean("ravi@okexample")),
            payer_name: Some(ShortText::clean("RAVI KUMAR")),
            note: Some(ShortText::clean("K7M3Q9ABCD")),
            seen_at: t("2026-11-21T10:00:59Z"),
            proof: Proof {
                method: "dkim".to_owned(),
                domain: "alerts.examplebank.test".to_owned(),
                rule_id: "examplebank.upi-credit".to_owned(),
                rule_version: 1,
                message_digest: "00ff".to_owned(),
                selector: None,
                binding: None,
            },
        })),
        Event::ObservationDoubted(ObservationsDoubted {
            source_id: SourceId::from_uuid(id(4)),
            live: false,
            merchant_id: MerchantId::from_uuid(id(2)),
            observation_ids: vec![ObservationId::from_uuid(id(3))],
            reason: Some(Reason::parse("the phone was stolen").unwrap()),
        }),
        Event::MailWatermark(MailWatermark {
            source_id: SourceId::from_uuid(id(4)),
            up_to: t("2026-11-21T10:01:00Z"),
            last_seq: 7,
        }),
        Event::MailSourceChanged(MailSourceChanged {
            source_id: SourceId::from_uuid(id(4)),
            source_seq: 1,
            account_ids: vec![AccountId::from_uuid(id(5))],
            counting: true,
            since: t("2026-11-21T09:00:00Z"),
        }),
        Event::Merchant(
            MerchantChange::Created,
            MerchantSnapshot {
                merchant_id: MerchantId::from_uuid(id(2)),
                sequence: 1,
                active: true,
            },
        ),
        Event::Refund(RefundEvent::Processed, Box::new(refund())),
        Event::UserAuthenticated(Box::new(sign_in())),
    ]
}

fn refund() -> RefundSnapshot {
    RefundSnapshot {
        refund_id: RefundId::from_uuid(id(6)),
        intent_id: IntentId::from_uuid(id(1)),
        merchant_id: MerchantId::from_uuid(id(2)),
        live: false,
        order_id: OrderId::parse("ORDER_1").unwrap(),
        sequence: 2,
        status: RefundStatus::Processed,
        previous_status: Some(RefundStatus::Pending),
        amount: Money::inr(10_000),
        reason: Some(Reason::parse("one of two came back").unwrap()),
        failure: None,
        reference: Some("084801812320".to_owned()),
        created_at: t("2026-11-21T11:00:00Z"),
        processed_at: Some(t("2026-11-21T11:05:00Z")),
        failed_at: None,
    }
}

fn sign_in() -> SignIn {
    SignIn {
        session_id: SessionId::from_uuid(id(7)),
        user_id: UserId::from_uuid(id(8)),
        merchant_id: MerchantId::from_uuid(id(2)),
        live: false,
        sequence: 1,
        email: "juan@example.com".to_owned(),
        name: Some(ShortText::clean("Juan Pérez")),
        wallet: Some(Wallet {
            address: "0x52908400098527886E0F7030069857D2E4169EE7".to_owned(),
            chain: "eip155:1".to_owned(),
            blockchain: ShortText::clean("Ethereum"),
            network: ShortText::clean("Mainnet"),
            currency: ShortText::clean("USDC"),
        }),
        kyc_status: Some(ShortText::clean("verified")),
        kyc_level: None,
        created_at: t("2026-11-20T10:00:00Z"),
        authenticated_at: t("2026-11-21T10:00:59Z"),
        metadata: Some(serde_json::from_str(r#"{"orderId":"ORDER_1"}"#).unwrap()),
    }
}

fn producer_of(event: &Event) -> Producer {
    Producer::ALL
        .into_iter()
        .find(|p| p.may_publish(event.kind()))
        .unwrap()
}

fn envelope(event: Event) -> Envelope {
    Envelope {
        id: EventId::from_uuid(id(9)),
        producer: producer_of(&event),
        time: t("2026-11-21T10:01:00.5Z"),
        event,
    }
}

/// Other processes, and older versions of this one, rely on these bytes.
#[test]
fn the_bytes_on_the_bus_do_not_change() {
    let lines: Vec<String> = samples()
        .into_iter()
        .map(|event| envelope(event).to_json().unwrap())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_is_written_is_read_again() {
    for event in samples() {
        let json = envelope(event).to_json().unwrap();
        let read = Envelope::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.to_json().unwrap(), json);
    }
}

#[test]
fn metadata_crosses_the_bus_byte_for_byte() {
    let json = envelope(samples().remove(0)).to_json().unwrap();
    assert!(json.contains(r#""metadata":{"z":1.0,"a":"é"}"#));
}

#[test]
fn one_service_cannot_speak_for_another() {
    let json = envelope(samples().remove(1)).to_json().unwrap();
    let forged = json.replace("/noxpay/imap-verifier", "/noxpay/webhook-dispatcher");
    assert!(matches!(
        Envelope::from_json(forged.as_bytes()),
        Err(EventError::Producer(..))
    ));
}

#[test]
fn unknown_content_is_refused_with_its_reason() {
    let json = envelope(samples().remove(3)).to_json().unwrap();
    let read = |json: String| Envelope::from_json(json.as_bytes());
    assert!(matches!(
        read(json.replace("\"1.0\"", "\"2.0\"")),
        Err(EventError::SpecVersion(_))
    ));
    assert!(matches!(
        read(json.replace("mail.watermark:1", "mail.watermark:2")),
        Err(EventError::Type(..))
    ));
    assert!(matches!(
        read(json.replace("\"last_seq\":7", "\"last_seq\":\"x\"")),
        Err(EventError::Data(_))
    ));
    assert!(matches!(read("{".to_owned()), Err(EventError::Envelope(_))));
}

#[test]
fn every_word_of_a_refund_is_read_as_written() {
    for event in RefundEvent::ALL {
        assert_eq!(RefundEvent::parse(event.as_str()), Some(event));
        let json = envelope(Event::Refund(event, Box::new(refund())))
            .to_json()
            .unwrap();
        let read = Envelope::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.event.kind(), event.as_str());
    }
    for status in [
        RefundStatus::Pending,
        RefundStatus::Processed,
        RefundStatus::Failed,
    ] {
        let word = serde_json::to_value(status).unwrap();
        assert_eq!(word, status.as_str());
    }
}

#[test]
fn nobody_but_its_producer_speaks_of_a_refund_or_a_user() {
    for (event, producer) in [
        (
            Event::Refund(RefundEvent::Created, Box::new(refund())),
            Producer::IntentService,
        ),
        (
            Event::UserAuthenticated(Box::new(sign_in())),
            Producer::ApiGateway,
        ),
    ] {
        for other in Producer::ALL {
            let said = Envelope {
                producer: other,
                ..envelope(event.clone())
            };
            let read = Envelope::from_json(said.to_json().unwrap().as_bytes());
            assert_eq!(read.is_ok(), other == producer, "{other:?}");
        }
    }
}
