use super::*;
use crate::account_kind::AccountKind;
use crate::payee::{Mcc, PayeeName};
use crate::vpa::Vpa;
use proptest::prelude::*;

fn payee(kind: AccountKind) -> Payee {
    Payee::new(
        kind,
        Vpa::parse("My.Shop@okbank").unwrap(),
        PayeeName::parse("Tea & Co").unwrap(),
    )
}

fn code() -> Code {
    Code::parse("10TEA0C4FN").unwrap()
}

const ASKED: Money = Money::inr(49_900);

#[test]
fn a_personal_uri_has_five_keys_and_the_code_in_the_note_only() {
    for kind in [AccountKind::Personal, AccountKind::P2pm] {
        assert_eq!(
            payload(&payee(kind), ASKED, code()).unwrap().as_str(),
            "upi://pay?pa=My.Shop@okbank&pn=Tea%20%26%20Co&am=499.00&cu=INR&tn=10TEA0C4FN"
        );
    }
}

#[test]
fn a_merchant_uri_carries_the_code_twice_and_the_category_if_known() {
    let merchant = payee(AccountKind::Merchant);
    assert_eq!(
        payload(&merchant, ASKED, code()).unwrap().as_str(),
        "upi://pay?pa=My.Shop@okbank&pn=Tea%20%26%20Co&tr=10TEA0C4FN&am=499.00&cu=INR&tn=10TEA0C4FN"
    );
    let merchant = merchant.with_mcc(Mcc::parse("5499").unwrap()).unwrap();
    assert_eq!(
        payload(&merchant, ASKED, code()).unwrap().as_str(),
        "upi://pay?pa=My.Shop@okbank&pn=Tea%20%26%20Co&mc=5499&tr=10TEA0C4FN&am=499.00&cu=INR&tn=10TEA0C4FN"
    );
}

#[test]
fn the_amount_always_has_two_decimals_and_is_positive() {
    let am = |paise| {
        payload(&payee(AccountKind::Personal), Money::inr(paise), code())
            .map(|p| p.as_str().contains("&am=0.05&"))
    };
    assert_eq!(am(5), Ok(true));
    assert_eq!(am(0), Err(UriError::Amount));
    assert_eq!(am(-5), Err(UriError::Amount));
}

fn with_qr(text: &str) -> Result<Payload, UriError> {
    let qr = StaticQr::parse(text)?;
    let merchant = Payee::new(
        AccountKind::Merchant,
        qr.vpa().clone(),
        PayeeName::parse("Shop").unwrap(),
    );
    payload(&merchant.with_static_qr(qr).unwrap(), ASKED, code())
}

#[test]
fn a_signed_qr_is_kept_byte_for_byte() {
    for signed in [
        "upi://pay?pa=paytmqr2810@paytm&pn=Paytm Merchant&mc=5499&mode=02&orgid=000000&paytmqr=2810&sign=MEYCIQ+/aa==",
        "upi://pay?pa=shop@barodampay&pn=X&mc=5411&mode=02&orgid=159012&mid=&msid=&mtid=&sign=MEQ=",
    ] {
        let payload = with_qr(signed).unwrap();
        assert_eq!(payload.as_str(), signed);
        assert!(!payload.fixes_amount());
    }
}

#[test]
fn an_unsigned_qr_takes_amount_and_code_and_keeps_the_rest_in_order() {
    let payload =
        with_qr("UPI://pay?pa=shop@paytm&pn=Paytm Merchant&mid=&x=a=b&mc=5499&orgid=1").unwrap();
    assert!(payload.fixes_amount());
    assert_eq!(
        payload.as_str(),
        "upi://pay?pa=shop@paytm&pn=Paytm Merchant&mid=&x=a=b&mc=5499&orgid=1&tr=10TEA0C4FN&am=499.00&cu=INR&tn=10TEA0C4FN"
    );
    let with_own_keys =
        with_qr("upi://pay?pa=shop@paytm&tn=old&am=&mam=1&tr=STQ1&cu=INR&z=1&sign=").unwrap();
    assert_eq!(
        with_own_keys.as_str(),
        "upi://pay?pa=shop@paytm&tn=10TEA0C4FN&am=499.00&tr=10TEA0C4FN&cu=INR&z=1&sign="
    );
}

#[test]
fn an_ambiguous_or_foreign_qr_is_refused() {
    for (text, why) in [
        ("", UriError::Scheme),
        ("https://pay?pa=shop@paytm", UriError::Scheme),
        ("upi://mandate?pa=shop@paytm", UriError::Scheme),
        ("upi://pay?pn=x", UriError::Missing("pa")),
        ("upi://pay?pa=not-a-vpa", UriError::Missing("pa")),
        (
            "upi://pay?pa=shop@paytm&PA=thief@paytm",
            UriError::Twice("pa"),
        ),
        ("upi://pay?pa=shop@paytm&am=1&am=2", UriError::Twice("am")),
        ("upi://pay?pa=shop@paytm&cu=USD", UriError::Currency),
        ("upi://pay?pa=shop@paytm#x", UriError::Character),
        ("upi://pay?pa=shop@paytm\n&x=1", UriError::Character),
        ("upi://pay?pa=shop@paytm&pn=%ff", UriError::Character),
    ] {
        assert_eq!(StaticQr::parse(text).err(), Some(why), "{text}");
    }
    let long = format!("upi://pay?pa=shop@paytm&x={}", "y".repeat(600));
    assert_eq!(StaticQr::parse(&long), Err(UriError::TooLong));
    let nearly = format!("upi://pay?pa=shop@paytm&x={}", "y".repeat(560));
    assert_eq!(with_qr(&nearly), Err(UriError::TooLong));
}

/// Names and notes as an attacker, or a poet, writes them.
fn hostile() -> impl Strategy<Value = String> {
    let spice = prop_oneof![
        Just("&pa=thief@bank"),
        Just("&am=1.00"),
        Just("#"),
        Just("%26pa%3Dthief@bank"),
        Just("%"),
        Just("%0"),
        Just("+"),
        Just("="),
        Just("\r\n&tr=1"),
        Just(" "),
        Just("\u{202e}"),
        Just("राम & सीता"),
        Just("🙂"),
        Just("?"),
        Just(";"),
        Just("\u{0}"),
    ]
    .prop_map(ToOwned::to_owned);
    let part = prop_oneof![spice, "\\PC{0,8}".boxed(), any::<String>().boxed()];
    proptest::collection::vec(part, 1..4).prop_map(|parts| {
        let text: String = parts.concat().chars().take(45).collect();
        format!("x{text}")
    })
}

#[test]
fn a_long_address_and_a_name_in_another_script_make_a_uri_that_can_be_read() {
    let name = PayeeName::parse(&"ऊ".repeat(40)).unwrap();
    let vpa = Vpa::parse(&format!("{}@{}", "v".repeat(64), "h".repeat(64))).unwrap();
    let code = Code::from_random([255; 6]);
    let uri = PayUri::new(vpa, name, Money::inr(i64::MAX), Note::from(code)).unwrap();
    let uri = uri.with_merchant_keys(Some(Mcc::parse("5499").unwrap()), code);
    assert_eq!(PayUri::parse(&uri.to_string()), Ok(uri));
}

proptest! {
    #[test]
    fn no_name_or_note_adds_a_uri_parameter(
        name in hostile(),
        note in hostile(),
        paise in 1_i64..=i64::MAX,
        random in any::<[u8; 6]>(),
        merchant in any::<bool>(),
        category in proptest::option::of("[1-9][0-9]{3}"),
    ) {
        let Ok(name) = PayeeName::parse(&name) else {
            prop_assert!(name.len() > 120);
            return Ok(());
        };
        let built = PayUri::new(
            Vpa::parse("shop@okbank").unwrap(),
            name,
            Money::inr(paise),
            Note::parse(&note).unwrap(),
        );
        // Only a note in another script can be too long.
        let Ok(built) = built else {
            prop_assert_eq!(built, Err(UriError::TooLong));
            return Ok(());
        };
        let built = if merchant {
            let mcc = category.as_deref().map(|text| Mcc::parse(text).unwrap());
            built.with_merchant_keys(mcc, Code::from_random(random))
        } else {
            built
        };
        let text = built.to_string();
        let keys: Vec<&str> = pairs::split(&text).unwrap().iter().map(|p| p.key).collect();
        let expected: &[&str] = match (merchant, &category) {
            (false, _) => &["pa", "pn", "am", "cu", "tn"],
            (true, None) => &["pa", "pn", "tr", "am", "cu", "tn"],
            (true, Some(_)) => &["pa", "pn", "mc", "tr", "am", "cu", "tn"],
        };
        prop_assert_eq!(&keys, expected);
        prop_assert!(!text.contains('+') && text.is_ascii());
        // The comparison of a VPA ignores case; its bytes are what an app sees.
        prop_assert!(text.starts_with("upi://pay?pa=shop@okbank&pn="));
        prop_assert_eq!(PayUri::parse(&text), Ok(built));
    }

    #[test]
    fn any_string_is_refused_or_read_without_harm(tail in any::<String>()) {
        for text in [tail.clone(), format!("upi://pay?{tail}"), format!("upi://pay?pa=shop@paytm&{tail}")] {
            let _ = PayUri::parse(&text);
            if let Ok(payload) = with_qr(&text) {
                prop_assert!(StaticQr::parse(payload.as_str()).is_ok());
            }
        }
    }
}
