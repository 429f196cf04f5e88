use super::*;
use crate::facts::{Facts, Kind, Occurred};
use domain::Money;
use domain::evidence::PaymentMode;
use domain::text::ShortText;

fn reading(tail: Option<&str>, payee_vpa: Option<&str>) -> Reading {
    Reading {
        kind: Kind::Credit,
        bank: Some("EXAMPLEBANK".to_owned()),
        rule: None,
        doubt: None,
        facts: Some(Facts {
            amount: Money::inr(100),
            utr: None,
            other_ref: None,
            payer_vpa: None,
            payer_name: None,
            account_tail: tail.map(str::to_owned),
            payee_vpa: payee_vpa.map(ShortText::clean),
            note: None,
            occurred: Occurred::Unknown,
            mode: PaymentMode::Upi,
            balance: None,
        }),
    }
}

fn binding(tail: Option<&str>, payee_vpa: Option<&str>) -> Binding {
    Binding {
        bank: "EXAMPLEBANK".to_owned(),
        account_tail: tail.map(str::to_owned),
        payee_vpa: payee_vpa.map(str::to_owned),
        registered_addresses: vec!["Alerts@shop.test".to_owned()],
        apps: Vec::new(),
    }
}

fn to() -> Vec<String> {
    vec!["alerts@shop.test".to_owned()]
}

#[test]
fn an_alert_without_account_digits_is_unbound_and_never_settles() {
    for visible in [None, Some("604"), Some("")] {
        let bound = bind(
            &reading(visible, None),
            &to(),
            &binding(Some("916604"), None),
        );
        assert_eq!(bound, Err(Unbound::NoAccountDigits), "{visible:?}");
    }
}

#[test]
fn every_visible_digit_must_fit() {
    let of = |visible, registered| {
        bind(
            &reading(Some(visible), None),
            &to(),
            &binding(registered, None),
        )
    };
    assert_eq!(of("6604", Some("6604")), Ok(()));
    assert_eq!(of("6604", Some("50100012346604")), Ok(()));
    assert_eq!(of("6604", Some("6605")), Err(Unbound::OtherAccount));
    assert_eq!(
        of("126604", Some("6604")),
        Err(Unbound::RegisteredTailTooShort)
    );
    assert_eq!(of("126604", Some("136604")), Err(Unbound::OtherAccount));
    assert_eq!(of("6604", None), Err(Unbound::OtherAccount));
}

#[test]
fn the_paid_vpa_stands_in_for_the_digits() {
    let of = |tail, vpa, registered: (Option<&str>, Option<&str>)| {
        bind(
            &reading(tail, vpa),
            &to(),
            &binding(registered.0, registered.1),
        )
    };
    assert_eq!(of(None, Some("Shop@ok"), (None, Some("shop@ok"))), Ok(()));
    assert_eq!(
        of(
            Some("821"),
            Some("shop@ok"),
            (Some("1821"), Some("shop@ok"))
        ),
        Ok(())
    );
    assert_eq!(
        of(None, Some("shop@ok"), (Some("6604"), None)),
        Err(Unbound::NoAccountDigits)
    );
    assert_eq!(
        of(
            Some("6604"),
            Some("other@ok"),
            (Some("6604"), Some("shop@ok"))
        ),
        Err(Unbound::OtherVpa)
    );
    assert_eq!(
        of(
            Some("6605"),
            Some("shop@ok"),
            (Some("6604"), Some("shop@ok"))
        ),
        Err(Unbound::OtherAccount)
    );
}

#[test]
fn only_the_registered_address_alone_counts() {
    let of = |to: &[&str]| {
        let to: Vec<String> = to.iter().map(|a| (*a).to_owned()).collect();
        bind(
            &reading(Some("6604"), None),
            &to,
            &binding(Some("6604"), None),
        )
    };
    assert_eq!(of(&["alerts@shop.test"]), Ok(()));
    for to in [
        &["other@shop.test"][..],
        &["alerts@shop.test", "other@shop.test"],
        &[],
        &["alerts@shop.test.evil.test"],
    ] {
        assert_eq!(of(to), Err(Unbound::OtherRecipient), "{to:?}");
    }
}

#[test]
fn another_bank_or_no_facts_bind_nothing() {
    let other = Reading {
        bank: Some("HDFC".to_owned()),
        ..reading(Some("6604"), None)
    };
    assert_eq!(
        bind(&other, &to(), &binding(Some("6604"), None)),
        Err(Unbound::OtherBank)
    );
    let empty = Reading {
        facts: None,
        ..reading(None, None)
    };
    assert_eq!(
        bind(&empty, &to(), &binding(Some("6604"), None)),
        Err(Unbound::NoFacts)
    );
}
