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
    let mut conn = core.databases.worker.get().await?;
    let missing = || Fault::new(ErrorCode::NotFound, "there is no such intent");
    let intent = IntentRow::find_anywhere(&mut conn, id)
        .await?
        .ok_or_else(missing)?;
    view::load_one(&mut conn, intent.scope(), intent).await
}
