//! A sentence for each state.

use super::words;
use crate::views::{Evidence, Explanation, Witness};
use domain::StatusName;

/// What the state means for this intent, and what it waits for.
pub(super) fn sentences(explanation: &Explanation) -> Vec<String> {
    let intent = &explanation.intent;
    let Some(status) = StatusName::parse(&intent.status) else {
        return vec![format!(
            "The state {} is not known to this version of the command.",
            intent.status
        )];
    };
    match status {
        StatusName::Pending => vec![
            format!(
                "It waits for {} until {}.",
                intent.payable_amount, intent.expires_at
            ),
            format!(
                "Alerts may be on their way until {}: it does not expire before that.",
                explanation.deadline
            ),
        ],
        StatusName::Confirming => {
            vec!["Its payment was seen on the chain and gathers confirmations.".to_owned()]
        }
        StatusName::Underpaid => vec![format!(
            "{} of {} has arrived. It stays open until {}.",
            intent.received_amount, intent.payable_amount, intent.expires_at
        )],
        StatusName::Verifying => verifying(explanation),
        StatusName::Review => review(explanation),
        StatusName::Settled => settled(explanation),
        StatusName::Expired => vec![
            format!(
                "Nobody paid it. Every mailbox that could have seen a payment was read past {}.",
                explanation.deadline
            ),
            format!(
                "A payment made by {} would still settle it.",
                explanation.late_until
            ),
        ],
        StatusName::Cancelled => vec![
            match intent.cancelled_at {
                Some(at) => format!("It was cancelled at {at}, and nothing has been paid."),
                None => "It was cancelled, and nothing has been paid.".to_owned(),
            },
            "Its amount stays held, so that late money cannot hit the next holder.".to_owned(),
        ],
        StatusName::Failed => vec![
            "It was rejected, by the merchant or by the test rail. Nothing more is expected."
                .to_owned(),
        ],
        StatusName::Reversed => {
            vec!["It was settled, and the bank took the money back, or it never came.".to_owned()]
        }
    }
}

fn verifying(explanation: &Explanation) -> Vec<String> {
    let behind: Vec<&Witness> = explanation
        .witnesses
        .iter()
        .filter(|w| w.counting && w.up_to.is_none_or(|up_to| up_to <= explanation.deadline))
        .collect();
    let who = match behind.as_slice() {
        [] if explanation.witnesses.iter().any(|w| w.counting) => {
            "The mailboxes have just been read that far: it ends within moments.".to_owned()
        }
        [] => "No mailbox counts as a witness for its account: add or resume one.".to_owned(),
        [one] => format!("Mailbox {} is behind.", one.source_id),
        several => format!("{} mailboxes are behind.", several.len()),
    };
    vec![
        format!(
            "Its time is over, but not everything that came before {} has been read. It does not expire while blind.",
            explanation.deadline
        ),
        who,
        format!(
            "If that lasts until {}, a person is asked.",
            explanation.late_until
        ),
    ]
}

fn review(explanation: &Explanation) -> Vec<String> {
    let code = explanation
        .intent
        .review_reason
        .as_deref()
        .unwrap_or_default();
    vec![
        format!(
            "A person must decide: {} ({code}).",
            words::review_reason(code)
        ),
        format!(
            "{} of {} has arrived.",
            explanation.intent.received_amount, explanation.intent.payable_amount
        ),
    ]
}

fn settled(explanation: &Explanation) -> Vec<String> {
    let intent = &explanation.intent;
    let mut sentences = vec![match (intent.paid_at, intent.settled_at) {
        (Some(paid), Some(settled)) => {
            format!(
                "It is paid: {} at {paid}, settled at {settled}.",
                intent.received_amount
            )
        }
        _ => format!("It is paid: {}.", intent.received_amount),
    }];
    if let Some(code) = &intent.review_reason {
        sentences.push(format!(
            "A person must look: {} ({code}).",
            words::review_reason(code)
        ));
    }
    if intent.late {
        sentences.push(format!(
            "The payment was late: made after {}.",
            intent.expires_at
        ));
    }
    if !intent.excess.is_zero() {
        sentences.push(format!("{} more was paid than asked.", intent.excess));
    }
    for (number, rung) in settled_by(explanation) {
        sentences.push(format!(
            "Settled by evidence {number}, {}.",
            words::rung(rung)
        ));
    }
    sentences
}

/// The evidence that was allocated to the intent, by its number, with the rung that named it.
fn settled_by(explanation: &Explanation) -> impl Iterator<Item = (usize, &str)> {
    let id = explanation.intent.id;
    let receipt = move |evidence: &Evidence| {
        let mut allocations = evidence.allocations.iter();
        allocations.any(|a| a.intent_id == id && a.kind == "receipt")
    };
    let numbered = (1..).zip(&explanation.evidence);
    numbered
        .filter(move |(_, evidence)| receipt(evidence))
        .flat_map(move |(number, evidence)| {
            let allocations = evidence.allocations.iter();
            let rung = allocations
                .filter(move |a| a.intent_id == id)
                .map(|a| a.rung.as_str());
            rung.take(1).map(move |rung| (number, rung))
        })
}
