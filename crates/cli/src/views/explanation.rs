//! An intent with everything that its state follows from.

use super::{Amount, Intent, Moment};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Explanation {
    pub(crate) intent: Intent,
    pub(crate) deadline: Moment,
    pub(crate) late_until: Moment,
    pub(crate) transitions: Vec<Transition>,
    pub(crate) evidence: Vec<Evidence>,
    pub(crate) witnesses: Vec<Witness>,
    #[serde(default)]
    pub(crate) decisions: Vec<Decision>,
}

/// What a person decided.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Decision {
    pub(crate) kind: String,
    pub(crate) actor: String,
    pub(crate) reason: Option<String>,
    /// The rules that were broken knowingly.
    pub(crate) accepted: Vec<String>,
    pub(crate) decided_at: Moment,
}

/// An intent that waiting money may belong to.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Suggestion {
    pub(crate) intent_id: Uuid,
    pub(crate) order_id: String,
    pub(crate) payable_amount: Amount,
    pub(crate) status: String,
    pub(crate) why: String,
    pub(crate) breaches: Vec<Breach>,
}

/// A rule that a match would break.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Breach {
    pub(crate) rule: String,
    pub(crate) words: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Transition {
    pub(crate) sequence: i64,
    pub(crate) event_type: String,
    pub(crate) previous_status: Option<String>,
    pub(crate) status: String,
    pub(crate) review_reason: Option<String>,
    pub(crate) observation_id: Option<Uuid>,
    pub(crate) at: Moment,
}

/// One observed movement of money.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Evidence {
    pub(crate) observation_id: Uuid,
    pub(crate) amount: Amount,
    pub(crate) reference: Option<String>,
    pub(crate) strength: String,
    pub(crate) direction: String,
    pub(crate) mode: String,
    pub(crate) paid_from: Moment,
    pub(crate) paid_to: Moment,
    pub(crate) time_precision: String,
    pub(crate) payer_vpa: Option<String>,
    pub(crate) payer_name: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) seen_at: Moment,
    pub(crate) proof: ProvedBy,
    pub(crate) findings: Vec<Finding>,
    pub(crate) allocations: Vec<Allocation>,
    pub(crate) sightings: u32,
    pub(crate) contradicted: bool,
    pub(crate) doubt: Option<Doubt>,
    #[serde(default)]
    pub(crate) doubted_sightings: u32,
    #[serde(default)]
    pub(crate) decisions: Vec<Decision>,
    #[serde(default)]
    pub(crate) suggestions: Vec<Suggestion>,
}

/// Why it is not believed any more.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Doubt {
    pub(crate) at: Moment,
    pub(crate) reason: Option<String>,
}

/// Why it is believed.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ProvedBy {
    pub(crate) method: String,
    pub(crate) domain: String,
    pub(crate) rule_id: String,
    pub(crate) rule_version: u32,
    pub(crate) message_digest: String,
    pub(crate) selector: Option<String>,
    pub(crate) binding: Option<String>,
}

/// What was decided about it; the last one counts.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) outcome: String,
    pub(crate) rung: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) intent_id: Option<Uuid>,
    pub(crate) candidates: Vec<Uuid>,
    pub(crate) joined_to: Option<Uuid>,
    pub(crate) decided_at: Moment,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Allocation {
    pub(crate) intent_id: Uuid,
    pub(crate) kind: String,
    pub(crate) amount: Amount,
    pub(crate) rung: String,
}

/// A source that could have seen the payment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Witness {
    pub(crate) source_id: Uuid,
    pub(crate) counting: bool,
    pub(crate) since: Option<Moment>,
    pub(crate) up_to: Option<Moment>,
}
