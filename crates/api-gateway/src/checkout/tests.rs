use super::look::{Live, Look};
use super::pages::{Pages, TooMany};
use super::template::{AwayPage, CheckoutPage};
use crate::intents::sample;
use crate::limiter::Neighbourhood;
use askama::Template as _;
use db::Scope;
use domain::ids::{IntentId, MerchantId};
use domain::{Mode, Money, StatusName};
use jiff::Timestamp;
use runtime::Environment;
use std::net::IpAddr;
use uuid::Uuid;

const NONCE: &str = "bm9uY2Utbm9uY2Utbm9uY2U=";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A minute and a half before its end.
fn now() -> Timestamp {
    at("2026-11-21T05:28:30.5Z")
}

fn live(status: StatusName, received: i64) -> Live {
    Live {
        status,
        amount: Money::inr(10_000_000),
        payable: Money::inr(9_999_999),
        received: Money::inr(received),
        late: false,
        expires_at: at("2026-11-21T05:30:00Z"),
        sequence: 3,
    }
}

fn look(live: Live) -> Look {
    let mut option = sample::view().option;
    option.payment_uri =
        "upi://pay?pa=shop@okbank&pn=My%20Store&am=99999.99&cu=INR&tn=10TEA0C4FN".to_owned();
    Look {
        id: IntentId::from_uuid(Uuid::nil()),
        scope: Scope {
            merchant: MerchantId::from_uuid(Uuid::max()),
            mode: Mode::Test,
        },
        order_id: "ORDER-1".to_owned(),
        live,
        excess: Money::inr(0),
        paid_at: None,
        option,
        redirect_url: Some("https://shop.example/done".to_owned()),
    }
}

fn drawn(look: &Look, environment: Environment) -> String {
    let name = "A & <b>Shop</b>".to_owned();
    CheckoutPage::of(look, name, NONCE.to_owned(), now(), environment)
        .unwrap()
        .render()
        .unwrap()
}

fn drawn_in(status: StatusName, received: i64) -> String {
    drawn(&look(live(status, received)), Environment::Production)
}

#[test]
fn every_state_has_its_page() {
    for status in StatusName::ALL {
        let page = drawn_in(status, 0);
        assert!(
            page.contains(&format!("data-state=\"{status}\"")),
            "{status}"
        );
        // Names are text, never markup.
        assert!(!page.contains("<b>Shop"), "{status}");
        assert!(
            page.contains("A &#38; &#60;b&#62;Shop") || page.contains("A &amp; &lt;b&gt;Shop"),
            "{status}"
        );
        // Whose it is inside stays inside.
        assert!(!page.contains(&Uuid::max().to_string()), "{status}");
        // Nothing but our own files is loaded, and only under the nonce.
        assert!(
            !page.contains("http://") && page.matches("<script").count() == 1,
            "{status}"
        );
        assert_eq!(
            page.matches(&format!("nonce=\"{NONCE}\"")).count() > 1,
            page.contains(NONCE),
            "{status}"
        );
    }
    let unknown = CheckoutPage::unknown(NONCE.to_owned()).render().unwrap();
    assert!(unknown.contains("data-state=\"unknown\""));
    let away = AwayPage::new(NONCE.to_owned(), 2).render().unwrap();
    assert!(away.contains("content=\"2\""));
}

#[test]
fn a_pending_page_shows_what_to_pay_without_scripts() {
    let page = drawn_in(StatusName::Pending, 0);
    for shown in [
        "₹99,999.99",
        "₹1,00,000.00",
        "shop@okbank",
        "10TEA0C4FN",
        "data:image/png;base64,",
        "01:30",
        "ORDER-1",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    // A person's account: links are refused by the apps, and a picture of this QR as well.
    assert!(!page.contains("Open UPI app"));
    assert!(page.contains("₹2,000"));
}

#[test]
fn a_paid_page_says_when_in_indian_time_and_another_page_does_not() {
    let mut look = look(live(StatusName::Settled, 9_999_999));
    look.paid_at = Some(at("2026-11-20T20:15:00Z"));
    let page = drawn(&look, Environment::Production);
    assert!(page.contains("21 Nov 2026, 1:45 am IST"), "{page}");
    look.live.status = StatusName::Reversed;
    assert!(!drawn(&look, Environment::Production).contains("IST"));
}

#[test]
fn an_underpaid_page_asks_for_the_rest() {
    let page = drawn_in(StatusName::Underpaid, 9_000_000);
    assert!(page.contains("₹9,999.99"), "the rest");
    assert!(page.contains("₹90,000.00 of ₹99,999.99"), "what came");
    let picture = rails::qr::png_data_uri(
        "upi://pay?pa=shop@okbank&pn=My%20Store&am=9999.99&cu=INR&tn=10TEA0C4FN",
    );
    assert!(page.contains(&picture.unwrap()), "a QR for the rest");
}

#[test]
fn a_page_returns_to_https_only() {
    let linked = |url: &str, environment| {
        let mut look = look(live(StatusName::Settled, 9_999_999));
        look.redirect_url = Some(url.to_owned());
        drawn(&look, environment).contains("Back to")
    };
    assert!(linked("https://shop.example/done", Environment::Production));
    assert!(!linked(
        "http://shop.example/done",
        Environment::Development
    ));
    assert!(linked(
        "http://localhost:3000/done",
        Environment::Development
    ));
    assert!(!linked(
        "http://localhost:3000/done",
        Environment::Production
    ));
    assert!(!linked("javascript:alert(1)", Environment::Development));
}

#[test]
fn checkout_json_has_exactly_these_keys() {
    let mut live = live(StatusName::Review, 100);
    live.late = true;
    let body = serde_json::to_string(&live.body(now())).unwrap();
    assert_eq!(
        body,
        r#"{"status":"pending","sub_status":"review","amount":100000.00,"payable_amount":99999.99,"received":1.00,"currency":"INR","late":true,"expires_at":"2026-11-21T05:30:00.000Z","seconds_left":90}"#
    );
}

#[test]
fn time_left_is_rounded_up_and_never_negative() {
    let live = live(StatusName::Pending, 0);
    for (now, left) in [
        ("2026-11-21T05:29:59.001Z", 1),
        ("2026-11-21T05:29:59Z", 1),
        ("2026-11-21T05:30:00Z", 0),
        ("2026-11-21T05:30:00.001Z", 0),
        ("2026-11-22T05:30:00Z", 0),
    ] {
        assert_eq!(live.seconds_left(at(now)), left, "{now}");
    }
}

fn intent(n: u128) -> IntentId {
    IntentId::from_uuid(Uuid::from_u128(n))
}

fn address(text: &str) -> Neighbourhood {
    text.parse::<IpAddr>().unwrap().into()
}

#[test]
fn one_address_cannot_hold_all_streams() {
    let pages = Pages::default();
    let mut held: Vec<_> = (0..20)
        .map(|n| pages.open(intent(n), address("192.0.2.1")).unwrap())
        .collect();
    assert_eq!(
        pages.open(intent(99), address("192.0.2.1")).err(),
        Some(TooMany)
    );
    // Somebody else is not kept out, and a closed stream makes room.
    assert!(pages.open(intent(0), address("192.0.2.2")).is_ok());
    held.pop();
    assert!(pages.open(intent(99), address("192.0.2.1")).is_ok());
}

#[test]
fn one_intent_has_ten_streams_at_most() {
    let pages = Pages::default();
    let open = |n: u8| pages.open(intent(1), address(&format!("192.0.2.{n}")));
    let held: Vec<_> = (0..10).map(|n| open(n).unwrap()).collect();
    assert_eq!(open(10).err(), Some(TooMany));
    drop(held);
    assert!(open(10).is_ok());
}

#[test]
fn an_older_state_never_replaces_a_newer_one() {
    let pages = Pages::default();
    let mut page = pages.open(intent(1), address("192.0.2.1")).unwrap();
    let state = |sequence| Live {
        sequence,
        ..live(StatusName::Pending, 0)
    };
    assert!(pages.push(intent(1), state(2)));
    assert!(!pages.push(intent(1), state(1)));
    assert!(!pages.push(intent(1), state(2)));
    assert!(!pages.push(intent(7), state(9)), "nobody looks at it");
    assert_eq!(
        page.changes.borrow_and_update().as_ref().unwrap().sequence,
        2
    );
    drop(page);
    assert!(!pages.push(intent(1), state(3)), "closed");
}

mod streams {
    use super::*;
    use crate::checkout::events::Stream;
    use crate::checkout::pages::follow;
    use crate::tests::Gateway;
    use bus::Tapped;
    use domain::event::{Envelope, Event, IntentEvent, IntentSnapshot, Producer};
    use runtime::TraceContext;
    use std::sync::Arc;
    use tokio::sync::broadcast;

    fn settled(id: IntentId, sequence: i64) -> Tapped {
        let paid = Money::inr(9_999_999);
        let snapshot = IntentSnapshot {
            intent_id: id,
            merchant_id: MerchantId::from_uuid(Uuid::max()),
            live: false,
            order_id: domain::OrderId::parse("ORDER-1").unwrap(),
            sequence,
            status: StatusName::Settled,
            previous_status: Some(StatusName::Pending),
            review_reason: None,
            proof: None,
            amount: Money::inr(10_000_000),
            payable: paid,
            adjustment: Money::inr(-1),
            received: paid,
            excess: Money::inr(0),
            late: false,
            created_at: now(),
            expires_at: at("2026-11-21T05:30:00Z"),
            settled_at: Some(now()),
            paid_at: Some(now()),
            amount_trusted: true,
            metadata: None,
            redirect_url: None,
            evidence: Vec::new(),
        };
        let event = Event::Intent(
            IntentEvent::Entered(StatusName::Settled),
            Box::new(snapshot),
        );
        let envelope = Envelope::new(Producer::IntentService, now(), event);
        Tapped::Event(Arc::new(envelope), TraceContext::default())
    }

    async fn said(stream: Stream) -> Option<(String, Stream)> {
        let (event, stream) = stream.next().await?;
        Some((String::from_utf8(event.unwrap().to_vec()).unwrap(), stream))
    }

    #[actix_web::test]
    async fn what_the_broker_tells_reaches_the_page_at_once() {
        let gateway = Gateway::new().await;
        let (app, id) = (gateway.app.clone(), intent(1));
        let page = app.pages.open(id, address("192.0.2.1")).unwrap();
        let (tap, tapped) = broadcast::channel(8);
        let stop = gateway.shutdown.soft.clone();
        let broker = app.flags.rabbitmq.clone();
        let following = follow(
            app.pages.clone(),
            app.peers.clone(),
            broker,
            tapped,
            stop.clone(),
        );
        gateway.shutdown.spawn("pushes", following);
        let pending = live(StatusName::Pending, 0);
        let stream = Stream::new(app, page, pending, id, stop);
        let (first, stream) = said(stream).await.unwrap();
        assert!(
            first.starts_with("event: status\ndata: {\"status\":\"pending\""),
            "{first}"
        );
        // Another intent's, then an older state, then the news.
        tap.send(settled(intent(2), 9)).unwrap();
        tap.send(settled(id, 3)).unwrap();
        tap.send(settled(id, 4)).unwrap();
        let (second, stream) = said(stream).await.unwrap();
        assert!(second.contains("\"sub_status\":\"settled\""), "{second}");
        assert!(second.ends_with("}\n\n"), "{second}");
        // A stopping process does not wait for payers.
        gateway.shutdown.begin();
        assert!(said(stream).await.is_none());
    }
}
