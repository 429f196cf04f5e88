//! Signatures that must not count, beyond those in the corpus.

use super::bank::{
    KEY, RECORD, SELECTOR, SHORT_KEY, at, demo, dns, dns_with, mail, refusal, signed, signed_over,
    unsigned, verdict,
};
use crate::compose::demo_bank::{DOMAIN, Layout};
use crate::compose::{SIGNED_HEADERS, sign};
use crate::{Authenticity, Dns, DnsError, PinnedDns, RefusalReason, Rules, authenticate};

/// DNS that is down.
struct Down;

impl Dns for Down {
    async fn txt(&self, _: &str) -> Result<Vec<String>, DnsError> {
        Err(DnsError::TryLater)
    }
}

/// DNS that gives the same records for every name.
struct Always(Vec<String>);

impl Dns for Always {
    async fn txt(&self, _: &str) -> Result<Vec<String>, DnsError> {
        Ok(self.0.clone())
    }
}

fn raw() -> String {
    signed(&demo(Layout::Plain))
}

#[tokio::test]
async fn a_signed_alert_is_verified_with_the_name_of_its_key() {
    match verdict(&raw(), &dns(DOMAIN)).await {
        Authenticity::Verified {
            domain,
            selector,
            digest,
        } => {
            assert_eq!(
                (domain.as_str(), selector.as_str(), digest.len()),
                (DOMAIN, SELECTOR, 64)
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_required_field_must_be_signed() {
    for left_out in ["From", "To", "Date", "Subject", "Message-ID"] {
        let fields: Vec<&str> = SIGNED_HEADERS
            .into_iter()
            .filter(|h| *h != left_out)
            .collect();
        let raw = signed_over(&unsigned(&demo(Layout::Plain)), DOMAIN, &fields);
        assert_eq!(
            refusal(&raw, &dns(DOMAIN)).await,
            Some(RefusalReason::HeaderUnsigned),
            "{left_out}"
        );
        let without: String = raw
            .split_inclusive("\r\n")
            .filter(|line| !line.starts_with(&format!("{left_out}:")))
            .collect();
        assert_eq!(
            refusal(&without, &dns(DOMAIN)).await,
            Some(RefusalReason::HeaderMissing),
            "{left_out}"
        );
    }
}

#[tokio::test]
async fn dns_that_does_not_answer_decides_nothing() {
    let expected = Authenticity::Undecided {
        domain: DOMAIN.to_owned(),
        selector: SELECTOR.to_owned(),
    };
    assert_eq!(verdict(&raw(), &Down).await, expected);
    assert_eq!(
        refusal(&raw(), &PinnedDns::default()).await,
        Some(RefusalReason::KeyUnknown)
    );
}

#[tokio::test]
async fn a_mail_that_can_never_be_good_is_refused_even_while_dns_is_down() {
    let altered = raw().replace("rsa-sha256", "rsa-sha1");
    assert_eq!(
        refusal(&altered, &Down).await,
        Some(RefusalReason::WeakAlgorithm)
    );
}

#[tokio::test]
async fn weak_revoked_and_test_keys_prove_nothing() {
    for (record, reason) in [
        (SHORT_KEY.trim().to_owned(), RefusalReason::KeyTooShort),
        ("v=DKIM1; k=rsa; p=".to_owned(), RefusalReason::KeyRevoked),
        (
            RECORD.replace("k=rsa", "k=rsa; t=y"),
            RefusalReason::KeyInTest,
        ),
        (
            RECORD.replace("k=rsa", "k=rsa; h=sha1"),
            RefusalReason::KeyUnusable,
        ),
        ("v=spf1 -all".to_owned(), RefusalReason::KeyUnknown),
    ] {
        assert_eq!(
            refusal(&raw(), &dns_with(DOMAIN, &record)).await,
            Some(reason),
            "{record}"
        );
    }
}

#[tokio::test]
async fn two_keys_under_one_name_are_none() {
    let spf = "v=spf1 -all".to_owned();
    assert_eq!(
        refusal(&raw(), &Always(vec![RECORD.clone(), RECORD.clone()])).await,
        Some(RefusalReason::KeyUnusable)
    );
    assert_eq!(
        refusal(&raw(), &Always(vec![spf, RECORD.clone()])).await,
        None
    );
}

#[tokio::test]
async fn algorithms_and_lengths_that_can_be_forged_are_refused() {
    for (from, to, reason) in [
        ("rsa-sha256", "rsa-sha1", RefusalReason::WeakAlgorithm),
        ("a=rsa-sha256;", "a=rsa-md5;", RefusalReason::WeakAlgorithm),
        (
            "a=rsa-sha256;",
            "a=rsa-sha256; l=0;",
            RefusalReason::PartlySigned,
        ),
        (
            "a=rsa-sha256;",
            "a=rsa-sha256; l=70;",
            RefusalReason::PartlySigned,
        ),
        ("v=1;", "v=2;", RefusalReason::SignatureUnreadable),
        (
            "a=rsa-sha256;",
            "a=rsa-sha256; x=never;",
            RefusalReason::SignatureUnreadable,
        ),
    ] {
        let altered = raw().replacen(from, to, 1);
        assert_ne!(altered, raw());
        assert_eq!(refusal(&altered, &dns(DOMAIN)).await, Some(reason), "{to}");
    }
}

#[tokio::test]
async fn expiry_is_judged_at_the_time_of_hand_over() {
    // Not re-signed: the reason shows how far the check came.
    let altered = raw().replacen("a=rsa-sha256;", "a=rsa-sha256; x=4102444800;", 1);
    let of = async |handed_over: &str| {
        authenticate(
            &mail(&altered),
            &Rules::with_demo_bank(),
            &dns(DOMAIN),
            at(handed_over),
        )
        .await
    };
    let refused = |reason| Authenticity::Refused { reason };
    assert_eq!(
        of("2100-01-01T00:00:00Z").await,
        refused(RefusalReason::SignatureWrong)
    );
    assert_eq!(
        of("2100-01-01T00:00:01Z").await,
        refused(RefusalReason::SignatureExpired)
    );
}

#[tokio::test]
async fn any_of_several_signatures_may_be_the_good_one() {
    let carrier =
        |raw: &str| super::bank::text(sign(raw.as_bytes(), SELECTOR, "carrier.test", KEY).unwrap());
    let two = carrier(&raw());
    assert_eq!(refusal(&two, &dns(DOMAIN)).await, None);
    let broken = raw().replacen(
        "DKIM-Signature: ",
        "DKIM-Signature: v=1; garbage\r\nDKIM-Signature: ",
        1,
    );
    assert_eq!(refusal(&broken, &dns(DOMAIN)).await, None);
    let five = (0..4).fold(raw(), |raw, _| carrier(&raw));
    assert_eq!(refusal(&five, &dns(DOMAIN)).await, None);
    assert_eq!(
        refusal(&carrier(&five), &dns(DOMAIN)).await,
        Some(RefusalReason::TooManySignatures)
    );
}

#[tokio::test]
async fn a_listed_parent_may_sign_and_a_child_or_sibling_may_not() {
    let mut rules = Rules::with_demo_bank();
    rules
        .trust_json(r#"{"EXAMPLEBANK": ["examplebank.test"], "OTHER": ["other.test"]}"#)
        .unwrap();
    for (signer, good) in [
        ("examplebank.test", true),
        (DOMAIN, true),
        ("test", false),
        ("other.test", false),
        ("x.alerts.examplebank.test", false),
        ("ts.examplebank.test", false),
    ] {
        let raw = super::bank::text(
            sign(
                unsigned(&demo(Layout::Plain)).as_bytes(),
                SELECTOR,
                signer,
                KEY,
            )
            .unwrap(),
        );
        let verdict = authenticate(&mail(&raw), &rules, &dns(signer), demo(Layout::Plain).at).await;
        assert_eq!(
            matches!(verdict, Authenticity::Verified { .. }),
            good,
            "{signer}: {verdict:?}"
        );
    }
}

#[tokio::test]
async fn fields_that_are_dropped_are_neither_verified_nor_read() {
    let odd = raw().replacen(
        "From: ",
        "Credit Alert: UTF-8\r\nTo : other@shop.test\r\nFrom: ",
        1,
    );
    assert_eq!(refusal(&odd, &dns(DOMAIN)).await, None);
    assert_eq!(mail(&odd).to_addresses(), ["alerts@shop.test"]);
}

#[tokio::test]
async fn the_verifiers_future_can_be_sent_between_threads() {
    fn sendable<T: Send>(future: T) -> T {
        future
    }
    let (mail, rules, dns) = (mail(&raw()), Rules::with_demo_bank(), dns(DOMAIN));
    let verdict = sendable(authenticate(&mail, &rules, &dns, demo(Layout::Plain).at)).await;
    assert!(matches!(verdict, Authenticity::Verified { .. }));
}

/// DNS that has lost its key, or has another, and remembers one.
struct Remembering {
    now: Result<Vec<String>, DnsError>,
    kept: String,
}

impl Dns for Remembering {
    async fn txt(&self, _: &str) -> Result<Vec<String>, DnsError> {
        self.now.clone()
    }

    async fn kept(&self, name: &str, _: jiff::Timestamp) -> Result<Vec<String>, DnsError> {
        assert_eq!(name, format!("{SELECTOR}._domainkey.{DOMAIN}"));
        Ok(vec![self.kept.clone()])
    }
}

#[tokio::test]
async fn a_kept_key_stands_in_for_one_that_is_gone_and_for_none_that_was_revoked() {
    let other = "v=DKIM1; k=ed25519; p=TkNpzFOpbrV7tktEzZ5cWI3r1w+k8pkTJg7IM0vZxe4=".to_owned();
    for (now, kept, reason) in [
        (Err(DnsError::NotFound), RECORD.clone(), None),
        (Err(DnsError::TryLater), RECORD.clone(), None),
        (Ok(vec![other.clone()]), RECORD.clone(), None),
        (
            Ok(vec!["v=DKIM1; p=".to_owned()]),
            RECORD.clone(),
            Some(RefusalReason::KeyRevoked),
        ),
        (
            Err(DnsError::NotFound),
            other,
            Some(RefusalReason::KeyUnknown),
        ),
        (
            Err(DnsError::NotFound),
            "v=DKIM1; p=".to_owned(),
            Some(RefusalReason::KeyUnknown),
        ),
        (
            Err(DnsError::NotFound),
            format!("{}; t=y", *RECORD),
            Some(RefusalReason::KeyUnknown),
        ),
    ] {
        let dns = Remembering { now, kept };
        assert_eq!(refusal(&raw(), &dns).await, reason);
        let verified = matches!(verdict(&raw(), &dns).await, Authenticity::Verified { .. });
        assert_eq!(verified, reason.is_none());
    }
    // A changed body is not believed by any key.
    let changed = raw().replace("084701812319", "084701812318");
    let dns = Remembering {
        now: Err(DnsError::NotFound),
        kept: RECORD.clone(),
    };
    assert_eq!(
        refusal(&changed, &dns).await,
        Some(RefusalReason::KeyUnknown)
    );
}
