//! What a payer may see: whoever knows the id.

use super::view::{self, IntentView};
use crate::core::Core;
use crate::error::Error;
use crate::rows::intent::IntentRow;
use domain::ErrorCode;
use domain::ids::IntentId;
use proto::Fault;

/// The intent of that id, whoever's it is. References are not a payer's business.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn get_checkout(core: &Core, id: IntentId) -> Result<IntentView, Error> {
    let view = core
        .databases
        .worker
        .read(
            async |conn| match IntentRow::find_anywhere(conn, id).await? {
                Some(row) => Ok(view::load(conn, row.scope(), vec![row]).await?.pop()),
                None => Ok(None),
            },
        )
        .await?;
    view.ok_or_else(|| Fault::new(ErrorCode::NotFound, "there is no such intent").into())
}
