use super::*;
use crate::{PinnedDns, Rules};
use std::time::Duration;

const C01: &[u8] = include_bytes!("../../corpus/c01-hdfc-upi-credit-sentence.eml");

async fn check_c01(expected: Option<&str>) -> Checked {
    let expected = expected.map(|e| Expectation::parse(e).unwrap());
    check(
        &Rules::builtin(),
        &PinnedDns::default(),
        "c01.eml",
        C01,
        expected.as_ref(),
    )
    .await
}

#[tokio::test]
async fn a_line_has_every_key_and_null_for_what_is_absent() {
    let line = serde_json::to_string(&check_c01(None).await.line).unwrap();
    assert_eq!(
        line,
        r#"{"file":"c01.eml","kind":"credit","bank":"HDFC","amount_paise":16000,"currency":"INR","utr":"692448302585","payer_vpa":"karan.specimen28@ybl","payer_name":"KARAN SPECIMEN","account_tail":"7722","note":null,"occurred_at":null,"occurred_on":"2026-04-18","other_ref":null,"authentic":false,"why":"unsigned","sure":true}"#
    );
}

#[tokio::test]
async fn only_the_keys_of_the_expectation_are_compared() {
    let same = check_c01(Some(
        r#"{"kind": "credit", "utr": "692448302585", "note": null}"#,
    ))
    .await;
    assert_eq!(same.differences, []);
    let other = check_c01(Some(
        r#"{"kind": "credit", "utr": "1", "authentic": true, "bank": "X"}"#,
    ))
    .await;
    let shown: Vec<String> = other.differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            r#"c01.eml: bank: "X" → "HDFC""#,
            "c01.eml: authentic: true → false",
            r#"c01.eml: utr: "1" → "692448302585""#,
        ]
    );
    let debit = check_c01(Some(r#"{"kind": "debit", "utr": "1"}"#)).await;
    assert_eq!(debit.differences.len(), 1);
}

#[tokio::test]
async fn the_summary_counts_what_matters() {
    let mut summary = Summary::default();
    summary.add(None);
    let text = |s: &Summary| serde_json::to_string(s).unwrap();
    assert_eq!(
        text(&summary),
        r#"{"files":null,"exact":null,"credits":null,"credits_exact":null,"wrong_credit":null,"missed_credit":null,"forged_accepted":null,"genuine_refused":null,"mails_per_second":null}"#
    );
    for expected in [
        r#"{"kind": "credit", "bank": "X"}"#,
        r#"{"kind": "credit", "amount_paise": 1}"#,
        r#"{"kind": "debit"}"#,
        r#"{"kind": "credit", "authentic": true}"#,
    ] {
        summary.add(check_c01(Some(expected)).await.counts);
    }
    summary.timed(4, Duration::from_millis(500));
    assert_eq!(
        text(&summary),
        r#"{"files":4,"exact":1,"credits":3,"credits_exact":1,"wrong_credit":2,"missed_credit":0,"forged_accepted":0,"genuine_refused":1,"mails_per_second":8}"#
    );
}

#[tokio::test]
async fn what_cannot_be_read_is_other_and_says_why() {
    let huge = vec![b'x'; 3 * 1024 * 1024];
    let line = check(&Rules::builtin(), &PinnedDns::default(), "x", &huge, None)
        .await
        .line;
    assert_eq!((line.kind, line.why.as_str()), (Kind::Other, "too_large"));
}
