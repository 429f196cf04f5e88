//! One piece of evidence, in words.

use super::words;
use crate::terminal::Terminal;
use crate::views::{Evidence, Finding, Suggestion};
use uuid::Uuid;

/// Hex digits of a digest that tell two mails apart at a glance.
const SHORT: usize = 16;

/// Prints what was seen, why it is believed, and what was decided. `of` is the intent that is being explained.
pub(crate) fn tell(number: usize, evidence: &Evidence, of: Option<Uuid>, terminal: &mut Terminal) {
    terminal.line(format!(
        "evidence {number}: {} of {} by {}, reference {}{}",
        evidence.direction,
        evidence.amount,
        evidence.mode.to_uppercase(),
        evidence.reference.as_deref().unwrap_or("none"),
        if evidence.strength == "strong" {
            ""
        } else {
            "  (provisional: the bank printed none)"
        },
    ));
    terminal.line(format!(
        "  paid       between {} and {}, {}",
        evidence.paid_from,
        evidence.paid_to,
        words::precision(&evidence.time_precision)
    ));
    if let Some(payer) = payer(evidence) {
        terminal.line(format!("  payer      {payer}"));
    }
    if let Some(note) = &evidence.note {
        terminal.line(format!("  note       {note}"));
    }
    terminal.line(format!(
        "  proof      {} {}, read by rule {} version {}, seen at {}",
        words::method(&evidence.proof.method),
        evidence.proof.domain,
        evidence.proof.rule_id,
        evidence.proof.rule_version,
        evidence.seen_at,
    ));
    if let Some(selector) = &evidence.proof.selector {
        terminal.line(format!("  key        selector {selector}"));
    }
    if let Some(binding) = &evidence.proof.binding {
        terminal.line(format!("  account    {}", words::binding(binding)));
    }
    let digest: String = evidence.proof.message_digest.chars().take(SHORT).collect();
    terminal.line(format!(
        "  message    digest {digest}…, observation {}",
        evidence.observation_id
    ));
    duplicates(evidence, terminal);
    for finding in &evidence.findings {
        terminal.line(format!("  decided    {}", decision(finding, of)));
    }
    for allocation in &evidence.allocations {
        terminal.line(format!(
            "  allocated  {} {} to {}",
            allocation.kind,
            allocation.amount,
            whose(allocation.intent_id, of)
        ));
    }
    super::decisions(&evidence.decisions, "  ", terminal);
    for suggestion in &evidence.suggestions {
        terminal.line(format!("  perhaps    {}", suggested(suggestion)));
    }
}

fn suggested(suggestion: &Suggestion) -> String {
    let breaks = suggestion.breaches.iter();
    let breaks: Vec<String> = breaks
        .map(|b| format!("{} ({})", b.rule, b.words))
        .collect();
    let breaks = if breaks.is_empty() {
        "breaks no rule".to_owned()
    } else {
        format!("breaks {}", breaks.join(", "))
    };
    format!(
        "{} (intent {}, {}, {}), since {}; {breaks}",
        suggestion.order_id,
        suggestion.intent_id,
        suggestion.payable_amount,
        suggestion.status,
        words::why(&suggestion.why)
    )
}

fn payer(evidence: &Evidence) -> Option<String> {
    match (&evidence.payer_vpa, &evidence.payer_name) {
        (Some(vpa), Some(name)) => Some(format!("{vpa} ({name})")),
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (None, None) => None,
    }
}

fn duplicates(evidence: &Evidence, terminal: &mut Terminal) {
    match evidence.sightings {
        0 => {}
        1 => terminal.line("  again      told once more; counted once"),
        n => terminal.line(format!("  again      told {n} more times; counted once")),
    }
    if let Some(doubt) = &evidence.doubt {
        let why = doubt.reason.as_deref().unwrap_or("no reason was given");
        terminal.line(format!(
            "  DOUBTED    the phone was revoked at {}: {why}",
            doubt.at
        ));
    }
    match evidence.doubted_sightings {
        0 => {}
        n => terminal.line(format!(
            "  doubted    {n} of those who told it again were revoked"
        )),
    }
    if evidence.contradicted {
        terminal.line("  ALARM      the same reference was also told with another amount");
    }
}

fn decision(finding: &Finding, of: Option<Uuid>) -> String {
    let at = finding.decided_at;
    let reason = finding.reason.as_deref().unwrap_or_default();
    match finding.outcome.as_str() {
        "allocated" => format!(
            "it belongs to {}, by {} ({at})",
            finding
                .intent_id
                .map_or_else(|| "an intent".to_owned(), |id| whose(id, of)),
            words::rung(finding.rung.as_deref().unwrap_or_default()),
        ),
        "proved" => format!("it is the account's proving payment ({at})"),
        "review" => format!(
            "a person is asked: {} ({reason}, {at}){}",
            words::finding_reason(reason),
            candidates(finding, of)
        ),
        "suspense" => format!(
            "it fits nothing: {} ({reason}, {at})",
            words::finding_reason(reason)
        ),
        "joined" => format!(
            "it is further evidence of the payment of observation {} ({at}); counted there",
            finding
                .joined_to
                .map_or_else(|| "unknown".to_owned(), |id| id.to_string())
        ),
        "dismissed" => format!("it is no sale ({at})"),
        "refund_due" => format!("it is to be given back ({at})"),
        "reversed" => format!("a person confirmed that the money was taken back ({at})"),
        other => format!("{other} {reason} ({at})"),
    }
}

fn candidates(finding: &Finding, of: Option<Uuid>) -> String {
    if finding.candidates.is_empty() {
        return String::new();
    }
    let names = finding.candidates.iter().map(|id| whose(*id, of));
    format!("; candidates: {}", names.collect::<Vec<_>>().join(", "))
}

fn whose(id: Uuid, of: Option<Uuid>) -> String {
    if Some(id) == of {
        "this intent".to_owned()
    } else {
        format!("intent {id}")
    }
}
