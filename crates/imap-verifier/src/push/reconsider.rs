use crate::app::Shared;
use crate::error::CommandError;
use crate::intake::Intake;
use crate::rows::waiting::WaitingRow;
use crate::rows::{Fence, PushRow, trusted};
use jiff::Timestamp;
use uuid::Uuid;

/// Judges the messages again that waited for a word about this header, oldest first.
pub(crate) async fn reconsider(
    app: &Shared,
    source: Uuid,
    header: &str,
) -> Result<(), CommandError> {
    let mut conn = app.db.worker.get().await?;
    // What waited for too long says nothing any more, whether or not it was dropped already.
    let too_old = app.clock.now().checked_sub(app.reading.phone_age);
    let too_old = too_old.unwrap_or(Timestamp::MIN);
    let waiting = WaitingRow::of_header(&mut conn, source, header, too_old).await?;
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
