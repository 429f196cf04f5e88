//! Intents with all that their owner may see.

use crate::core::Core;
use crate::error::Error;
use crate::rows::account::AccountRow;
use crate::rows::allocation;
use crate::rows::intent::IntentRow;
use crate::rows::option::OptionRow;
use db::{Connection, Scope};
use diesel::QueryResult;
use domain::ids::IntentId;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An intent, the ways to pay it, and what paid it.
#[derive(Clone, Debug)]
pub struct IntentView {
    pub intent: IntentRow,
    /// By number; at least one.
    pub options: Vec<OptionView>,
    /// References of its money as the bank printed them, oldest first.
    pub references: Vec<String>,
}

/// A way to pay, and the payee.
#[derive(Clone, Debug)]
pub struct OptionView {
    pub option: OptionRow,
    pub account: AccountRow,
}

/// Intents of the scope with their options, in the same order, still without references.
pub async fn load(
    conn: &Connection,
    scope: Scope,
    rows: Vec<IntentRow>,
) -> QueryResult<Vec<IntentView>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id.uuid()).collect();
    let options = OptionRow::of(conn, scope, &ids).await?;
    Ok(together(rows, options))
}

/// The intent of that id with its options, in one round trip.
pub async fn find(
    conn: &Connection,
    scope: Scope,
    id: IntentId,
) -> QueryResult<Option<IntentView>> {
    let ids = [id.uuid()];
    let (row, options) = tokio::join!(
        IntentRow::find(conn, scope, id),
        OptionRow::of(conn, scope, &ids)
    );
    Ok(together(row?.into_iter().collect(), options?).pop())
}

fn together(rows: Vec<IntentRow>, options: Vec<(OptionRow, AccountRow)>) -> Vec<IntentView> {
    let mut by_intent: BTreeMap<Uuid, Vec<OptionView>> = BTreeMap::new();
    for (option, account) in options {
        let list = by_intent.entry(option.intent_id.uuid()).or_default();
        list.push(OptionView { option, account });
    }
    let view = |intent: IntentRow| IntentView {
        options: by_intent.remove(&intent.id.uuid()).unwrap_or_default(),
        references: Vec::new(),
        intent,
    };
    rows.into_iter().map(view).collect()
}

/// One intent, see [`load`].
pub async fn load_one(
    conn: &mut Connection,
    scope: Scope,
    row: IntentRow,
) -> Result<IntentView, Error> {
    let mut views = load(conn, scope, vec![row]).await?;
    views.pop().ok_or(Error::Broken("a view vanished"))
}

/// Adds the references of the money that came, by the scope's own allocations. As the worker: the evidence itself belongs
/// to the account's owner, who may be another project.
///
/// # Errors
/// The database's.
pub async fn add_references(
    core: &Core,
    scope: Scope,
    views: &mut [IntentView],
) -> Result<(), Error> {
    let paid: Vec<Uuid> = views
        .iter()
        .filter(|view| !view.intent.received().is_zero())
        .map(|view| view.intent.id.uuid())
        .collect();
    if paid.is_empty() {
        return Ok(());
    }
    let mut conn = core.databases.worker.get().await?;
    let mut references = allocation::references(&mut conn, scope, &paid).await?;
    for view in views {
        let found = references.remove(&view.intent.id.uuid());
        view.references = found.unwrap_or_default();
    }
    Ok(())
}
