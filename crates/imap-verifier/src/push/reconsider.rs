use crate::app::Shared;
use crate::error::CommandError;
use crate::intake::Intake;
use crate::rows::waiting::WaitingRow;
use crate::rows::{Fence, PushRow, trusted};
use uuid::Uuid;

/// Judges the messages again that waited for a word about this header, oldest first.
pub(crate) async fn reconsider(
    app: &Shared,
    source: Uuid,
    header: &str,
) -> Result<(), CommandError> {
    let mut conn = app.db.worker.get().await?;
    let waiting = WaitingRow::of_header(&mut conn, source, header).await?;
    let push = PushRow::find(&mut conn, source).await?;
    let Some(push) = push.filter(|_| !waiting.is_empty()) else {
        return Ok(());
    };
    let trusted = trusted::of_source(&mut conn, source).await?;
    Fence::pushed(source).claim(&mut conn).await?;
    drop(conn);
    let intake = Intake::pushed(app.clone(), source, push.merchant_id, push.live);
    for message in waiting.iter().rev() {
        intake.reconsider(message, &push, &trusted).await?;
    }
    Ok(())
}
