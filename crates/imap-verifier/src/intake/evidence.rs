//! What a mail proves, once it is authentic, sure and bound.

use crate::rows::BindingRow;
use alerts::{DateAfterMail, Facts, MIN_TAIL_DIGITS, RuleRef, interval};
use db::types::JsonText;
use domain::Interval;
use domain::event::Observation;
use domain::evidence::{BOUND_BY_PAYEE, BOUND_BY_TAIL, Direction, Proof};
use domain::ids::{MailboxId, ObservationId};
use domain::text::ShortText;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The bank's own signature.
pub(super) const DKIM: &str = "dkim";
/// The word of the mailbox's own server.
pub(super) const AUTHENTICATION_RESULTS: &str = "authentication_results";

/// Who says that the mail is the bank's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// [`DKIM`], [`AUTHENTICATION_RESULTS`] or [`DEVICE`](domain::evidence::DEVICE).
    pub(super) method: &'static str,
    pub(super) domain: String,
    /// `None` where there is no signature.
    pub(super) selector: Option<String>,
    /// Hex SHA-256 of the signature, or of the whole mail where there is none: a replay has the same.
    pub(super) digest: String,
}

/// A payment into a bound account, or that one was taken back.
#[derive(Clone)]
pub(super) struct Evidence {
    pub(super) binding: BindingRow,
    direction: Direction,
    bank: String,
    facts: Facts,
    interval: Interval,
    rule: RuleRef,
    signature: Signature,
    /// When a phone was told; `None` for a mail.
    told_at: Option<Timestamp>,
}

impl Evidence {
    /// `signed_at` is the mail's Date, which the signature covers.
    pub(super) fn new(
        binding: BindingRow,
        direction: Direction,
        facts: Facts,
        rule: RuleRef,
        signature: Signature,
        signed_at: Timestamp,
    ) -> Result<Self, DateAfterMail> {
        Ok(Self {
            interval: interval(facts.occurred, signed_at, binding.alert_delay())?,
            bank: binding.bank.clone(),
            binding,
            direction,
            facts,
            rule,
            signature,
            told_at: None,
        })
    }

    /// What in the alert showed that it is about this account: the digits first, as the binding is read.
    fn bound_by(&self) -> Option<&'static str> {
        let tail = self.facts.account_tail.as_ref();
        if tail.is_some_and(|visible| visible.len() >= MIN_TAIL_DIGITS) {
            Some(BOUND_BY_TAIL)
        } else {
            self.facts.payee_vpa.is_some().then_some(BOUND_BY_PAYEE)
        }
    }

    /// The same for a message of a phone, told at `told_at`. The signature's domain is its header or its app's package.
    pub(super) fn of_device(
        binding: BindingRow,
        facts: Facts,
        rule: RuleRef,
        signature: Signature,
        told_at: Timestamp,
    ) -> Result<Self, DateAfterMail> {
        let credit = Direction::Credit;
        let evidence = Self::new(binding, credit, facts, rule, signature, told_at)?;
        Ok(Self {
            told_at: Some(told_at),
            ..evidence
        })
    }

    pub(super) fn amount_minor(&self) -> i64 {
        self.facts.amount.minor()
    }

    /// What the bus is told.
    pub(super) fn observation(
        &self,
        id: ObservationId,
        source: Uuid,
        source_seq: i64,
        seen_at: Timestamp,
    ) -> Observation {
        let reference = match self.told_at {
            Some(told_at) => self.facts.reference_told_at(&self.bank, told_at),
            None => self.facts.reference(&self.bank),
        };
        let short = |text: &Option<ShortText>| text.clone();
        Observation {
            observation_id: id,
            source_id: MailboxId::from_uuid(source).into(),
            source_seq,
            live: self.binding.live,
            merchant_id: self.binding.merchant_id.into(),
            account_id: self.binding.account_id.into(),
            rail_class: reference.class,
            reference: reference.printed,
            strength: reference.strength,
            direction: self.direction,
            mode: self.facts.mode,
            amount: self.facts.amount,
            interval: self.interval,
            payer_vpa: short(&self.facts.payer_vpa),
            payer_name: short(&self.facts.payer_name),
            note: short(&self.facts.note),
            seen_at,
            proof: Proof {
                method: self.signature.method.to_owned(),
                domain: self.signature.domain.clone(),
                rule_id: self.rule.id.clone(),
                rule_version: self.rule.version,
                message_digest: self.signature.digest.clone(),
                selector: self.signature.selector.clone(),
                binding: self.bound_by().map(str::to_owned),
            },
        }
    }
}

/// What the merchant's e-mail log keeps of a verified mail.
pub(super) fn facts_json(signature: &Signature, facts: Option<&Facts>) -> JsonText {
    // The key's name stands here because a later mail by the same key is waited for.
    JsonText::new(
        json!({ "domain": signature.domain, "selector": signature.selector, "alert": alert_json(facts) })
            .to_string(),
    )
}

/// The same of a phone's message.
pub(super) fn message_json(sender: &str, facts: Option<&Facts>) -> JsonText {
    JsonText::new(json!({ "device": sender, "alert": alert_json(facts) }).to_string())
}

fn alert_json(facts: Option<&Facts>) -> Value {
    let text = |t: &Option<ShortText>| t.as_ref().map(|t| t.as_str().to_owned());
    facts.map_or(Value::Null, |f| {
        json!({
            "amount_minor": f.amount.minor().to_string(),
            "currency": f.amount.currency().code(),
            "utr": f.utr,
            "other_ref": f.other_ref,
            "payer_vpa": text(&f.payer_vpa),
            "payer_name": text(&f.payer_name),
            "account_tail": f.account_tail,
            "payee_vpa": text(&f.payee_vpa),
            "note": text(&f.note),
            "mode": f.mode.as_str(),
        })
    })
}

/// The same for a mail whose key could not be asked for.
pub(super) fn key_json(domain: &str, selector: &str) -> JsonText {
    JsonText::new(json!({ "domain": domain, "selector": selector }).to_string())
}
