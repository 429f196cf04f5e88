//! What a mail proves, once it is authentic, sure and bound.

use crate::rows::BindingRow;
use alerts::{DateAfterMail, Facts, RuleRef, UNMEASURED_ALERT_DELAY, interval};
use db::types::JsonText;
use domain::Interval;
use domain::event::Observation;
use domain::evidence::{Direction, Proof};
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
    /// [`DKIM`] or [`AUTHENTICATION_RESULTS`].
    pub(super) method: &'static str,
    pub(super) domain: String,
    /// `None` where there is no signature.
    pub(super) selector: Option<String>,
    /// Hex SHA-256 of the signature, or of the whole mail where there is none: a replay has the same.
    pub(super) digest: String,
}

/// A payment into a bound account.
#[derive(Clone)]
pub(super) struct Evidence {
    pub(super) binding: BindingRow,
    bank: String,
    facts: Facts,
    interval: Interval,
    rule: RuleRef,
    signature: Signature,
}

impl Evidence {
    /// `signed_at` is the mail's Date, which the signature covers. How late this account's alerts come has not been
    /// measured.
    pub(super) fn new(
        binding: BindingRow,
        facts: Facts,
        rule: RuleRef,
        signature: Signature,
        signed_at: Timestamp,
    ) -> Result<Self, DateAfterMail> {
        Ok(Self {
            interval: interval(facts.occurred, signed_at, UNMEASURED_ALERT_DELAY)?,
            bank: binding.bank.clone(),
            binding,
            facts,
            rule,
            signature,
        })
    }

    /// What the bus is told.
    pub(super) fn observation(
        &self,
        id: ObservationId,
        source: Uuid,
        source_seq: i64,
        seen_at: Timestamp,
    ) -> Observation {
        let reference = self.facts.reference(&self.bank);
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
            direction: Direction::Credit,
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
            },
        }
    }
}

/// What the merchant's e-mail log keeps of a verified mail.
pub(super) fn facts_json(signature: &Signature, facts: Option<&Facts>) -> JsonText {
    let text = |t: &Option<ShortText>| t.as_ref().map(|t| t.as_str().to_owned());
    let facts = facts.map_or(Value::Null, |f| {
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
    });
    // The key's name stands here because a later mail by the same key is waited for.
    JsonText::new(
        json!({ "domain": signature.domain, "selector": signature.selector, "alert": facts })
            .to_string(),
    )
}

/// The same for a mail whose key could not be asked for.
pub(super) fn key_json(domain: &str, selector: &str) -> JsonText {
    JsonText::new(json!({ "domain": domain, "selector": selector }).to_string())
}
