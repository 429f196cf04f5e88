//! A merchant's own intents.

use super::view::{self, IntentView};
use crate::core::Core;
use crate::error::Error;
use crate::rows::intent::IntentRow;
use db::{Connection, Scope};
use domain::ids::IntentId;
use domain::{ErrorCode, OrderId, StatusName};
use proto::Fault;

/// How an intent is named.
#[derive(Clone, Debug)]
pub enum Key {
    Id(IntentId),
    /// The merchant's own name for it.
    Order(OrderId),
}

/// What is listed.
#[derive(Clone, Debug)]
pub struct ListIntents {
    pub limit: i64,
    pub status: Option<StatusName>,
    /// Only intents created before this one.
    pub before: Option<IntentId>,
}

/// One intent.
///
/// # Errors
/// `NOT_FOUND`, also where it is another merchant's.
pub async fn get_intent(core: &Core, scope: Scope, key: &Key) -> Result<IntentView, Error> {
    let requests = &core.databases.request;
    let view = match key {
        Key::Id(id) => {
            requests
                .read(scope, async |conn| view::find(conn, scope, *id).await)
                .await?
        }
        Key::Order(order) => {
            requests
                .read(scope, async |conn| {
                    match IntentRow::find_by_order(conn, scope, order).await? {
                        Some(row) => Ok(view::load(conn, scope, vec![row]).await?.pop()),
                        None => Ok(None),
                    }
                })
                .await?
        }
    };
    with_references(core, scope, view.ok_or_else(missing)?).await
}

pub(crate) async fn with_references(
    core: &Core,
    scope: Scope,
    view: IntentView,
) -> Result<IntentView, Error> {
    let mut views = [view];
    view::add_references(core, scope, &mut views).await?;
    let [view] = views;
    Ok(view)
}

/// Newest first.
///
/// # Errors
/// `INVALID` where `before_id` names none of the merchant's.
pub async fn list_intents(
    core: &Core,
    scope: Scope,
    request: &ListIntents,
) -> Result<Vec<IntentView>, Error> {
    let mut views =
        core.databases
            .request
            .tenant(scope, async |tx| {
                let before = match request.before {
                    None => None,
                    Some(id) => Some(IntentRow::find(tx, scope, id).await?.ok_or_else(|| {
                        Fault::invalid("before_id", "is not one of your intents")
                    })?),
                };
                let (status, limit) = (request.status, request.limit);
                let rows = IntentRow::list(tx, scope, status, before.as_ref(), limit).await?;
                Ok::<_, Error>(view::load(tx, scope, rows).await?)
            })
            .await?;
    view::add_references(core, scope, &mut views).await?;
    Ok(views)
}

pub(super) async fn find(
    conn: &mut Connection,
    scope: Scope,
    key: &Key,
) -> Result<IntentRow, Error> {
    let found = match key {
        Key::Id(id) => IntentRow::find(conn, scope, *id).await?,
        Key::Order(order) => IntentRow::find_by_order(conn, scope, order).await?,
    };
    found.ok_or_else(missing)
}

fn missing() -> Error {
    Fault::new(ErrorCode::NotFound, "there is no such intent").into()
}
