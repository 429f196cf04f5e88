//! `noxpay intent show`

mod evidence;
mod state;
mod words;

pub(crate) use evidence::tell as tell_evidence;

use super::IntentKey;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use crate::views::{Decision, Explanation, Intent};
use clap::Args;

/// Explain an intent's state with its proof
///
/// Says in words what the state means, which evidence settled it and by which rule, what else was seen, how far each
/// mailbox that could have seen a payment has been read, and what happened when.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Show {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The intent's id or the merchant's order id
    intent: IntentKey,
}

const HELP: &str = "\
Example:
  noxpay intent show ORDER-1017";

impl Show {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("intents/{}", self.intent.0);
        let answer = gateway.get(&path, &scope.query()).await?;
        tell(&answer.read()?, terminal);
        terminal.result(answer.raw())
    }
}

fn tell(explanation: &Explanation, terminal: &mut Terminal) {
    head(&explanation.intent, terminal);
    terminal.line("");
    for sentence in state::sentences(explanation) {
        terminal.line(sentence);
    }
    for (number, evidence) in (1..).zip(&explanation.evidence) {
        terminal.line("");
        evidence::tell(number, evidence, Some(explanation.intent.id), terminal);
    }
    witnesses(explanation, terminal);
    decisions(&explanation.decisions, "", terminal);
    timeline(explanation, terminal);
}

/// Prints what people decided.
fn decisions(decisions: &[Decision], indent: &str, terminal: &mut Terminal) {
    for decision in decisions {
        let accepted = match decision.accepted.as_slice() {
            [] => String::new(),
            rules => format!(", over {}", rules.join(", ")),
        };
        let reason = decision.reason.as_deref().unwrap_or("no reason was given");
        terminal.line(format!(
            "{indent}decision  {} by {} at {}{accepted}: {reason}",
            decision.kind, decision.actor, decision.decided_at
        ));
    }
}

fn head(intent: &Intent, terminal: &mut Terminal) {
    terminal.line(format!("intent    {}", intent.id));
    terminal.line(format!("order     {}", intent.order_id));
    terminal.line(format!("state     {}", intent.status));
    terminal.line(format!("asked     {}", intent.amount));
    let adjusted = if intent.adjustment.is_zero() {
        String::new()
    } else {
        format!("  (adjusted by {})", intent.adjustment)
    };
    terminal.line(format!("payable   {}{adjusted}", intent.payable_amount));
    terminal.line(format!("received  {}", intent.received_amount));
    terminal.line(format!("created   {}", intent.created_at));
    terminal.line(format!("expires   {}", intent.expires_at));
    let held = if intent.reserved {
        "the amount is held for it alone"
    } else {
        "the amount is not held: only its code can name it"
    };
    terminal.line(format!(
        "pay to    {}, with {} in the note; {held}",
        intent.vpa, intent.code
    ));
}

fn witnesses(explanation: &Explanation, terminal: &mut Terminal) {
    let mut table = Table::new(
        ["WITNESS", "COUNTS", "SINCE", "HAS READ UP TO"],
        "no mailbox could see a payment to this account: it is blind",
    );
    for witness in &explanation.witnesses {
        let time = |moment: Option<crate::views::Moment>| {
            moment.map(|m| m.to_string()).unwrap_or_default()
        };
        table.row([
            witness.source_id.to_string(),
            if witness.counting { "yes" } else { "no" }.to_owned(),
            time(witness.since),
            time(witness.up_to),
        ]);
    }
    terminal.line("");
    terminal.table(&table);
}

fn timeline(explanation: &Explanation, terminal: &mut Terminal) {
    let mut table = Table::new(["WHEN", "NO", "EVENT", "STATE", "BECAUSE"], "");
    for transition in &explanation.transitions {
        let state = match &transition.previous_status {
            Some(previous) => format!("{previous} > {}", transition.status),
            None => transition.status.clone(),
        };
        let because = transition.observation_id.map(|id| {
            let place = explanation
                .evidence
                .iter()
                .position(|e| e.observation_id == id);
            match place {
                Some(index) => format!("evidence {}", index + 1),
                None => format!("evidence {id}"),
            }
        });
        table.row([
            transition.at.to_string(),
            transition.sequence.to_string(),
            transition.event_type.clone(),
            state,
            because
                .or_else(|| transition.review_reason.clone())
                .unwrap_or_default(),
        ]);
    }
    terminal.line("");
    terminal.table(&table);
}

#[cfg(test)]
mod tests;
