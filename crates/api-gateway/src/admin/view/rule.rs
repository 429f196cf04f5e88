use super::{MailBody, number, text, time};
use crate::intents::broken;
use domain::Money;
use proto::{Fault, mail};
use serde::Serialize;
use serde_json::value::RawValue;

/// A merchant's rule, in one version.
#[derive(Serialize)]
pub(crate) struct RuleBody {
    rule_id: String,
    version: u32,
    bank_name: String,
    detect_keyword: String,
    amount_regex: String,
    utr_regex: String,
    sender_regex: Option<String>,
    remark_regex: Option<String>,
    /// From this version on there is no such rule.
    removed: bool,
    created_at: Option<String>,
}

impl From<mail::ParserRule> for RuleBody {
    fn from(wire: mail::ParserRule) -> Self {
        let fields = wire.fields.unwrap_or_default();
        Self {
            created_at: time(wire.created_at.as_ref()),
            rule_id: wire.rule_id,
            version: wire.version,
            removed: wire.removed,
            bank_name: fields.bank_name,
            detect_keyword: fields.detect_keyword,
            amount_regex: fields.amount_regex,
            utr_regex: fields.utr_regex,
            sender_regex: text(fields.sender_regex),
            remark_regex: text(fields.remark_regex),
        }
    }
}

/// What a rule would have read.
#[derive(Serialize)]
pub(crate) struct DryRunBody {
    mails: Vec<CheckedBody>,
    /// Mails of these days that are not kept any more.
    not_kept: u32,
}

#[derive(Serialize)]
struct CheckedBody {
    /// What was made of the mail when it was read.
    was: MailBody,
    /// What the rule reads; `null` where it does not fit.
    reads: Option<ReadBody>,
    would_be: WouldBe,
}

#[derive(Serialize)]
struct ReadBody {
    amount: Box<RawValue>,
    utr: Option<String>,
    other_ref: Option<String>,
    payer_vpa: Option<String>,
    payer_name: Option<String>,
    remark: Option<String>,
}

#[derive(Serialize)]
struct WouldBe {
    /// `credit`, `debit` or `other`.
    kind: String,
    sure: bool,
    /// Why it is not sure.
    doubt: Option<String>,
}

impl TryFrom<mail::CheckParserRuleResponse> for DryRunBody {
    type Error = Fault;

    fn try_from(wire: mail::CheckParserRuleResponse) -> Result<Self, Fault> {
        let mails = wire.mails.into_iter().map(CheckedBody::try_from);
        Ok(Self {
            mails: mails.collect::<Result<_, _>>()?,
            not_kept: wire.not_kept,
        })
    }
}

impl TryFrom<mail::CheckedMail> for CheckedBody {
    type Error = Fault;

    fn try_from(wire: mail::CheckedMail) -> Result<Self, Fault> {
        let message = wire.message.ok_or_else(|| broken("a mail is missing"))?;
        Ok(Self {
            was: MailBody::try_from(message)?,
            reads: wire.read.map(ReadBody::try_from).transpose()?,
            would_be: WouldBe {
                kind: wire.kind,
                sure: wire.sure,
                doubt: text(wire.doubt),
            },
        })
    }
}

impl TryFrom<mail::RuleReading> for ReadBody {
    type Error = Fault;

    fn try_from(wire: mail::RuleReading) -> Result<Self, Fault> {
        let minor = wire.amount_minor.parse();
        let minor = minor.map_err(|_| broken("an amount that is no number"))?;
        Ok(Self {
            amount: number(Money::inr(minor)),
            utr: text(wire.utr),
            other_ref: text(wire.other_ref),
            payer_vpa: text(wire.payer_vpa),
            payer_name: text(wire.payer_name),
            remark: text(wire.remark),
        })
    }
}
