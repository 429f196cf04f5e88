use super::admit::{Flight, admit_app};
use super::{Answer, Verdict};
use crate::app::Shared;
use crate::error::CommandError;
use crate::intake::{Kept, Told};
use crate::phone::{self, Payload, Shown};
use crate::rows::trusted;
use crate::watermark;

/// A request of a forwarder app.
pub(crate) struct Posted {
    /// A token, or the id of a source whose app signs.
    pub(crate) credential: String,
    pub(crate) shown: Shown,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// Takes what a phone forwards: one message, or several. What is ignored is taken as well, or the app would send it for days.
pub(crate) async fn take_sms(app: &Shared, posted: Posted) -> Result<Answer, CommandError> {
    let source = match admit_app(app, &posted).await? {
        Ok(source) => source,
        Err(answer) => return Ok(answer),
    };
    let messages = match phone::parse(&posted.content_type, &posted.body)? {
        Payload::Messages(messages) => messages,
        Payload::Ping => {
            watermark::sign_of_life(app, source.push.mailbox_id, None).await?;
            return Ok(Answer::Taken(Vec::new()));
        }
    };
    if messages.is_empty() {
        watermark::sign_of_life(app, source.push.mailbox_id, None).await?;
        return Ok(Answer::Taken(vec![Verdict::ignored("no_message")]));
    }
    let flight = Flight::begin(app, &source).await?;
    let trusted = {
        let mut conn = app.db.worker.get().await?;
        trusted::of_source(&mut conn, source.push.mailbox_id).await?
    };
    let mut verdicts = Vec::with_capacity(messages.len());
    for message in messages {
        let told = flight
            .intake
            .take_message(message, &source.push, &trusted)
            .await?;
        verdicts.push(match told {
            Told::Ignored(why) => Verdict::ignored(why),
            Told::Kept(Kept::Judged(verdict, reason)) => Verdict::of(verdict, reason),
            Told::Kept(Kept::Known | Kept::Undecided) => Verdict::duplicate(),
        });
    }
    flight.land().await?;
    Ok(Answer::Taken(verdicts))
}
