use crate::bank::{alert, signed};
use crate::stack::Stack;
use alerts::compose::demo_bank::{self, DOMAIN};
use proto::mail;
use testkit::TestMailbox;
use testkit::mailbox::HOST;
use tonic::Code;

/// What the listed server would write about the demo bank's mail.
pub(crate) fn good() -> String {
    format!("mx.shop.test; dkim=pass header.d={DOMAIN}; dmarc=pass header.from={DOMAIN}")
}

pub(crate) async fn listed() -> Stack {
    let providers = format!("{HOST}=mx.shop.test");
    Stack::with(|v| drop(v.insert("NOXPAY_RESULTS_PROVIDERS", providers))).await
}

pub(crate) async fn trust(stack: &Stack, mailbox: &str, trust: bool) -> Result<(), tonic::Status> {
    let request = mail::TrustResultsRequest {
        mailbox_id: mailbox.to_owned(),
        trust,
    };
    let answer = stack.client().trust_results(stack.call(request)).await;
    answer.map(drop)
}

/// An unsigned alert under these fields.
pub(crate) fn unsigned(fields: &[(&str, &str)], to: &str, utr: &str) -> Vec<u8> {
    let fields: String = fields
        .iter()
        .map(|(n, v)| format!("{n}: {v}\r\n"))
        .collect();
    [fields.as_bytes(), &demo_bank::alert(&alert(to, utr))].concat()
}

fn pair(verdict: &str, reason: &str) -> (String, String) {
    (verdict.to_owned(), reason.to_owned())
}

#[tokio::test]
async fn a_topmost_results_header_on_a_host_that_writes_none_is_ignored() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let forged = unsigned(
        &[("Authentication-Results", &good())],
        mailbox.address(),
        "931345678901",
    );
    mailbox.deliver(&forged).await;
    assert_eq!(stack.verdicts(1).await, [pair("refused", "unsigned")]);
    // And the owner alone cannot change it.
    let refused = trust(&stack, &watched.id, true).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("NOXPAY_RESULTS_PROVIDERS"));
    assert!(!stack.mailbox(&watched.id).await.trusts_results);
}

#[tokio::test]
async fn a_listed_servers_word_counts_where_the_owner_wants_it() {
    let stack = listed().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let to = mailbox.address();
    let good = good();
    let mail = |utr: &str| unsigned(&[("Authentication-Results", &good)], to, utr);
    mailbox.deliver(&mail("932345678901")).await;
    assert_eq!(stack.verdicts(1).await, [pair("refused", "unsigned")]);

    trust(&stack, &watched.id, true).await.unwrap();
    assert!(stack.mailbox(&watched.id).await.trusts_results);
    mailbox.deliver(&mail("932345678902")).await;
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "932345678902");
    assert_eq!(
        (seen.proof.method.as_str(), seen.proof.domain.as_str()),
        ("authentication_results", DOMAIN)
    );

    trust(&stack, &watched.id, false).await.unwrap();
    mailbox.deliver(&mail("932345678903")).await;
    let verdicts = stack.verdicts(3).await;
    assert_eq!(
        verdicts[1..],
        [pair("refused", "unsigned"), pair("refused", "unsigned")]
    );
    assert_eq!(stack.observations().await.len(), 1);
}

#[tokio::test]
async fn what_stands_below_or_beside_the_servers_word_counts_for_nothing() {
    let stack = listed().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    trust(&stack, &watched.id, true).await.unwrap();
    let to = mailbox.address();
    let good = good();
    let results = "Authentication-Results";
    // A forger's field under the server's own.
    let below = [
        (results, "mx.shop.test; dkim=none"),
        (results, good.as_str()),
    ];
    mailbox.deliver(&unsigned(&below, to, "933345678901")).await;
    // One that names another server, and none but ARC's.
    let another = good.replace("mx.shop.test", "mx.other.test");
    mailbox
        .deliver(&unsigned(&[(results, &another)], to, "933345678902"))
        .await;
    let arc = format!("i=1; {good}");
    mailbox
        .deliver(&unsigned(
            &[("ARC-Authentication-Results", &arc)],
            to,
            "933345678903",
        ))
        .await;
    // A signature that is there and fails.
    let mut changed = signed(&alert(to, "933345678900"));
    let at = changed
        .windows(12)
        .position(|w| w == b"933345678900")
        .unwrap();
    changed[at + 11] = b'4';
    let field = format!("{results}: {good}\r\n");
    mailbox
        .deliver(&[field.as_bytes(), &changed].concat())
        .await;
    let expected = [
        pair("refused", "body_changed"),
        pair("refused", "results_by_another"),
        pair("refused", "results_missing"),
        pair("refused", "results_negative"),
    ];
    assert_eq!(stack.verdicts(4).await, expected);
    stack.caught_up(&watched.id).await;
    assert!(stack.observations().await.is_empty());
}
