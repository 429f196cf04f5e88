//! An intent as the bus shall see it.

use crate::error::Error;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use crate::rows::{Word, rupees, telling};
use crate::schema::{allocations, observations};
use db::Connection;
use db::types::MinorUnits;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use domain::event::{EvidenceSummary, IntentSnapshot};
use domain::ids::ObservationId;
use domain::matching::Rung;
use domain::text::ShortText;
use domain::{OrderId, StatusName};
use serde_json::value::RawValue;
use uuid::Uuid;

/// The intent as it stands, after it left `previous`.
pub(crate) async fn of(
    conn: &mut Connection,
    intent: &IntentRow,
    option: &OptionRow,
    previous: Option<StatusName>,
) -> Result<IntentSnapshot, Error> {
    let (amount, payable) = (intent.amount(), option.payable());
    let adjustment = payable
        .checked_sub(amount)
        .ok_or(Error::Broken("an adjustment overflows"))?;
    let metadata = intent
        .metadata
        .as_ref()
        .map(|json| RawValue::from_string(json.as_str().to_owned()))
        .transpose()
        .map_err(|_| Error::Broken("an intent's metadata is no JSON"))?;
    let evidence = if intent.received().is_zero() {
        Vec::new()
    } else {
        evidence(conn, intent).await?
    };
    Ok(IntentSnapshot {
        intent_id: intent.id,
        merchant_id: intent.merchant_id,
        live: intent.live,
        order_id: OrderId::parse(&intent.order_id)
            .map_err(|_| Error::Broken("an intent's order id is none"))?,
        sequence: intent.sequence,
        status: intent.status(),
        previous_status: previous,
        review_reason: intent.review_reason(),
        proof: proof(intent, &evidence),
        amount,
        payable,
        adjustment,
        received: intent.received(),
        excess: intent.excess(),
        late: intent.late,
        created_at: intent.created_at,
        expires_at: intent.expires_at,
        settled_at: intent.settled_at,
        paid_at: intent.paid_at,
        amount_trusted: intent.amount_trusted,
        metadata,
        redirect_url: intent.redirect_url.clone(),
        evidence,
    })
}

/// How the state was proved: by the weakest proof of all its money, or by a person's word.
fn proof(intent: &IntentRow, evidence: &[EvidenceSummary]) -> Option<Rung> {
    let word = Some(Rung::MerchantWord);
    match intent.status() {
        StatusName::Settled if intent.approved_at.is_some() => word,
        StatusName::Settled => evidence.iter().map(|e| e.rung).max(),
        StatusName::Failed if intent.rejected_at.is_some() => word,
        StatusName::Reversed => word,
        _ => None,
    }
}

#[derive(Queryable)]
struct Allocated {
    observation: Uuid,
    rung: Word<Rung>,
    amount: MinorUnits,
    payer_vpa: Option<String>,
    payer_name: Option<String>,
}

/// One line per observation, oldest first. The request role does not see the evidence of an account that its merchant only
/// shares: then the reference and the payer are left out.
async fn evidence(
    conn: &mut Connection,
    intent: &IntentRow,
) -> Result<Vec<EvidenceSummary>, Error> {
    let rows: Vec<Allocated> = allocations::table
        .left_join(observations::table.on(observations::id.eq(allocations::observation_id)))
        .filter(allocations::merchant_id.eq(intent.merchant_id.uuid()))
        .filter(allocations::live.eq(intent.live))
        .filter(allocations::intent_id.eq(intent.id.uuid()))
        .filter(allocations::kind.eq_any(["receipt", "excess"]))
        .order(allocations::id)
        .select((
            allocations::observation_id,
            allocations::rung,
            allocations::amount,
            observations::payer_vpa.nullable(),
            observations::payer_name.nullable(),
        ))
        .load(conn)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.observation).collect();
    let mut printed = telling::printed_references(conn, &ids).await?;
    let mut evidence: Vec<EvidenceSummary> = Vec::new();
    for row in rows {
        let id = ObservationId::from_uuid(row.observation);
        let amount = rupees(row.amount);
        match evidence.iter_mut().find(|e| e.observation_id == id) {
            Some(known) => {
                known.amount = known
                    .amount
                    .checked_add(amount)
                    .ok_or(Error::Broken("allocations overflow"))?;
            }
            None => evidence.push(EvidenceSummary {
                observation_id: id,
                rung: row.rung.0,
                reference: printed.remove(&row.observation),
                amount,
                payer_vpa: row.payer_vpa.as_deref().and_then(ShortText::non_empty),
                payer_name: row.payer_name.as_deref().and_then(ShortText::non_empty),
            }),
        }
    }
    Ok(evidence)
}
