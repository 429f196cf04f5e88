use crate::bank::{alert, letter, signed};
use crate::stack::Stack;
use alerts::compose::demo_bank::DOMAIN;
use proto::mail;
use testkit::TestMailbox;
use tonic::Code;

pub(crate) fn fields() -> mail::ParserRuleFields {
    mail::ParserRuleFields {
        bank_name: "My Bank".to_owned(),
        detect_keyword: "credited".to_owned(),
        amount_regex: r"Rs\.? ?([\d,]+\.\d{2})".to_owned(),
        utr_regex: r"Ref No[:\s\.]*(\d{12})".to_owned(),
        sender_regex: r"from ([\w\.\-]+@\w+)".to_owned(),
        remark_regex: r"Remarks?[:\s]*([\w\-]+)".to_owned(),
    }
}

pub(crate) fn credit(utr: &str) -> String {
    format!(
        "Dear Customer, your account XX4821 is credited with Rs. 499.00 from asha@okbank. UPI Ref No {utr}. Remarks: K7QW2M9XPA."
    )
}

impl Stack {
    pub(crate) async fn save(
        &self,
        fields: mail::ParserRuleFields,
        rule_id: &str,
    ) -> mail::ParserRule {
        self.try_save(fields, rule_id).await.unwrap()
    }

    async fn try_save(
        &self,
        fields: mail::ParserRuleFields,
        rule_id: &str,
    ) -> Result<mail::ParserRule, tonic::Status> {
        let request = mail::SaveParserRuleRequest {
            fields: Some(fields),
            rule_id: rule_id.to_owned(),
        };
        let saved = self.client().save_parser_rule(self.call(request)).await?;
        Ok(saved.into_inner())
    }

    async fn rules(&self) -> Vec<mail::ParserRule> {
        let request = self.call(mail::ListParserRulesRequest {});
        let listed = self.client().list_parser_rules(request).await.unwrap();
        listed.into_inner().rules
    }

    pub(crate) async fn dry_run(
        &self,
        fields: mail::ParserRuleFields,
    ) -> mail::CheckParserRuleResponse {
        let request = self.call(mail::CheckParserRuleRequest {
            fields: Some(fields),
            days: 0,
        });
        let run = self.client().check_parser_rule(request).await.unwrap();
        run.into_inner()
    }
}

pub(crate) async fn dry_run(stack: &Stack) -> mail::CheckParserRuleResponse {
    stack.dry_run(fields()).await
}

#[tokio::test]
async fn a_merchants_rule_reads_what_no_template_fits_from_the_next_mail_on() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    let to = mailbox.address();
    mailbox.deliver(&letter(to, &credit("712345678901"))).await;
    assert_eq!(stack.verdicts(1).await[0].0, "unparsed");

    let run = stack.dry_run(fields()).await;
    let [checked] = run.mails.as_slice() else {
        panic!("{run:?}")
    };
    let read = checked.read.as_ref().unwrap();
    assert_eq!(
        (read.amount_minor.as_str(), read.utr.as_str()),
        ("49900", "712345678901")
    );
    assert_eq!(
        (read.payer_vpa.as_str(), read.remark.as_str()),
        ("asha@okbank", "K7QW2M9XPA")
    );
    assert!(checked.sure && checked.kind == "credit");
    assert_eq!(checked.message.as_ref().unwrap().verdict, "unparsed");
    assert!(stack.rules().await.is_empty());

    let rule = stack.save(fields(), "").await;
    mailbox.deliver(&letter(to, &credit("712345678902"))).await;
    let seen = stack.observed(1).await.remove(0);
    assert_eq!(seen.reference, "712345678902");
    assert_eq!(seen.account_id.uuid(), watched.account);
    assert_eq!(seen.note.as_ref().unwrap().as_str(), "K7QW2M9XPA");
    assert_eq!(
        (seen.proof.method.as_str(), seen.proof.domain.as_str()),
        ("dkim", DOMAIN)
    );
    assert_eq!(seen.proof.rule_id, format!("merchant/{}", rule.rule_id));
    assert_eq!(seen.proof.rule_version, 1);

    let change = mail::ParserRuleFields {
        remark_regex: String::new(),
        ..fields()
    };
    assert_eq!(stack.save(change, &rule.rule_id).await.version, 2);
    mailbox.deliver(&letter(to, &credit("712345678903"))).await;
    assert_eq!(stack.observed(2).await[1].proof.rule_version, 2);

    let id = mail::RemoveParserRuleRequest {
        rule_id: rule.rule_id.clone(),
    };
    let removed = stack.client().remove_parser_rule(stack.call(id)).await;
    assert!(removed.unwrap().into_inner().removed);
    assert!(stack.rules().await.is_empty());
    mailbox.deliver(&letter(to, &credit("712345678904"))).await;
    stack.verdicts(4).await;
    stack.caught_up(&watched.id).await;
    assert_eq!(stack.observations().await.len(), 2);
}

#[tokio::test]
async fn a_merchant_rule_only_extracts() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    let watched = stack.watch(&mailbox).await;
    stack.save(fields(), "").await;
    let to = mailbox.address();
    let text = credit("722345678901");
    // A debit, a reversal, a promise; another account's; an unsigned one; one for somebody else.
    mailbox
        .deliver(&letter(to, &text.replace("credited with", "debited by")))
        .await;
    mailbox
        .deliver(&letter(
            to,
            &format!("{text} This transaction has been reversed."),
        ))
        .await;
    mailbox
        .deliver(&letter(
            to,
            &text.replace("is credited", "will be credited"),
        ))
        .await;
    mailbox
        .deliver(&letter(to, &text.replace("XX4821", "XX9999")))
        .await;
    mailbox
        .deliver(&letter("somebody.else@shop.test", &text))
        .await;
    let unsigned = letter(to, &text);
    let at = unsigned.windows(6).position(|w| w == b"From: ").unwrap();
    mailbox.deliver(&unsigned[at..]).await;
    // The rule takes the balance for the amount.
    mailbox
        .deliver(&letter(to, &format!("Avl Bal Rs. 9,000.00. {text}")))
        .await;
    let pair = |verdict: &str, reason: &str| (verdict.to_owned(), reason.to_owned());
    let verdicts = stack.verdicts(7).await;
    for expected in [
        pair("refused", "unsigned"),
        pair("unbound", "other_account"),
        pair("unbound", "other_recipient"),
        pair("unsure", "merchant_rule_disagrees"),
    ] {
        assert!(verdicts.contains(&expected), "{expected:?}: {verdicts:?}");
    }
    assert!(
        !verdicts.iter().any(|(verdict, _)| verdict == "recorded"),
        "{verdicts:?}"
    );
    stack.caught_up(&watched.id).await;
    assert!(stack.observations().await.is_empty());
}

#[tokio::test]
async fn a_rule_that_disagrees_with_a_template_makes_the_mail_unsure() {
    let stack = Stack::start().await;
    let mailbox = TestMailbox::new().await;
    stack.watch(&mailbox).await;
    let agreeing = mail::ParserRuleFields {
        bank_name: "examplebank".to_owned(),
        detect_keyword: "inr".to_owned(),
        amount_regex: r"(\d+\.\d{2})".to_owned(),
        utr_regex: r"\b(\d{12})\b".to_owned(),
        ..fields()
    };
    let first_digit = mail::ParserRuleFields {
        amount_regex: r"(\d)\d\d\.\d{2}".to_owned(),
        ..agreeing.clone()
    };
    let rule = stack.save(first_digit, "").await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "732345678901")))
        .await;
    assert_eq!(
        stack.verdicts(1).await,
        [("unsure".to_owned(), "merchant_rule_disagrees".to_owned())]
    );
    stack.save(agreeing, &rule.rule_id).await;
    mailbox
        .deliver(&signed(&alert(mailbox.address(), "732345678902")))
        .await;
    // The template's word stands.
    let seen = stack.observed(1).await.remove(0);
    assert!(seen.proof.rule_id.starts_with("EXAMPLEBANK/"));
}

#[tokio::test]
async fn bad_rules_are_refused_where_the_fault_is() {
    let stack = Stack::start().await;
    let fault = async |change: fn(&mut mail::ParserRuleFields)| {
        let mut fields = fields();
        change(&mut fields);
        let refused = stack.try_save(fields, "").await.unwrap_err();
        proto::Fault::from(refused)
    };
    let found = fault(|f| f.amount_regex = "Rs ([0-9".to_owned()).await;
    assert_eq!(found.field.as_deref(), Some("amount_regex"));
    assert!(found.message.starts_with("at character 5"), "{found}");
    let found = fault(|f| f.utr_regex = r"(?<=Ref )(\d+)".to_owned()).await;
    assert_eq!(found.field.as_deref(), Some("utr_regex"));
    assert!(found.message.contains("look-around"), "{found}");
    let found = fault(|f| f.remark_regex = "x*".to_owned()).await;
    assert_eq!(found.field.as_deref(), Some("remark_regex"));
    assert!(stack.rules().await.is_empty());

    // The same rule again is the one that is there, and there is an end.
    let first = stack.save(fields(), "").await;
    assert_eq!(stack.save(fields(), "").await, first);
    for n in 1..20 {
        let other = mail::ParserRuleFields {
            bank_name: format!("Bank {n}"),
            ..fields()
        };
        stack.save(other, "").await;
    }
    let one_more = mail::ParserRuleFields {
        bank_name: "One more".to_owned(),
        ..fields()
    };
    let refused = stack.try_save(one_more.clone(), "").await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    // Changing one is no further one; what another merchant has is none of ours.
    assert_eq!(
        stack.save(one_more.clone(), &first.rule_id).await.version,
        2
    );
    let foreign = stack.call_as(
        uuid::Uuid::now_v7(),
        mail::RemoveParserRuleRequest {
            rule_id: first.rule_id,
        },
    );
    let refused = stack.client().remove_parser_rule(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    assert_eq!(stack.rules().await.len(), 20);
}
