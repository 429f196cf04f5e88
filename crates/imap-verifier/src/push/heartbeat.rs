use super::Answer;
use super::admit::admit;
use crate::app::App;
use crate::error::CommandError;
use crate::rows::SourceKind;
use crate::watermark;

/// Notes that a source lives although it has nothing to tell.
pub(crate) async fn heartbeat(app: &App, token: &str) -> Result<Answer, CommandError> {
    let source = match admit(app, token, &[SourceKind::Http, SourceKind::Phone]).await? {
        Ok(source) => source,
        Err(answer) => return Ok(answer),
    };
    watermark::sign_of_life(app, source.push.mailbox_id, None).await?;
    Ok(Answer::Taken(Vec::new()))
}
