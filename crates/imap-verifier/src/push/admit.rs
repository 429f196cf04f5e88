//! Who posts.

use super::Answer;
use super::sms::Posted;
use crate::app::{App, Shared};
use crate::error::CommandError;
use crate::intake::Intake;
use crate::phone::{Scheme, holds};
use crate::rows::push::{self, By, Known, key_place};
use crate::rows::{Fence, Fenced, SourceKind, arrival};
use crate::watermark;
use db::Tx;
use jiff::Timestamp;
use uuid::Uuid;

/// Longer ones are not looked up.
const LONGEST_TOKEN: usize = 128;

/// The source with this token, if it is one of these kinds and may push; else what is to be answered.
///
/// # Errors
/// The database's.
pub(super) async fn admit(
    app: &App,
    token: &str,
    kinds: &[SourceKind],
) -> Result<Result<Known, Answer>, CommandError> {
    if !(1..=LONGEST_TOKEN).contains(&token.len()) {
        return Ok(Err(Answer::BadCredential));
    }
    let known = push::known(&mut *app.db.worker.get().await?, By::Token(token)).await?;
    Ok(may_push(known.filter(|k| kinds.contains(&k.kind))))
}

fn may_push(known: Option<Known>) -> Result<Known, Answer> {
    match known {
        None => Err(Answer::BadCredential),
        Some(known) if !known.active => Err(Answer::Paused),
        Some(known) => Ok(known),
    }
}

/// The phone that posted: by its token, or by its id and its app's signature. A phone whose app signs must have signed, whoever
/// has the token.
pub(super) async fn admit_app(
    app: &App,
    posted: &Posted,
) -> Result<Result<Known, Answer>, CommandError> {
    let credential = posted.credential.as_str();
    if !(1..=LONGEST_TOKEN).contains(&credential.len()) {
        return Ok(Err(Answer::BadCredential));
    }
    let by = Uuid::try_parse(credential).map_or(By::Token(credential), By::Id);
    let named = matches!(by, By::Id(_));
    let known = push::known(&mut *app.db.worker.get().await?, by).await?;
    let Some(known) = known.filter(|k| k.kind == SourceKind::Phone) else {
        return Ok(Err(Answer::BadCredential));
    };
    let id = known.push.mailbox_id;
    let scheme = Scheme::parse(&known.push.scheme);
    let shows = match (scheme, &known.push.sealed_key) {
        (Some(Scheme::Token), None) => !named,
        (Some(scheme), Some(sealed)) => {
            let key = app.sealing.open(key_place(&id), sealed)?;
            let (now, skew) = (app.clock.now(), app.reading.phone_skew);
            holds(scheme, &key, &posted.body, &posted.shown, now, skew)
        }
        _ => false,
    };
    Ok(may_push(shows.then_some(known)))
}

/// A delivery on its way from the post to its verdict: no watermark reaches past it meanwhile.
pub(super) struct Flight {
    app: Shared,
    mailbox: Uuid,
    id: Uuid,
    pub(super) arrived_at: Timestamp,
    pub(super) intake: Intake,
}

impl Flight {
    pub(super) async fn begin(app: &Shared, source: &Known) -> Result<Self, Fenced> {
        let (clock, mailbox) = (app.clock.clone(), source.push.mailbox_id);
        let fence = Fence::pushed(mailbox);
        fence.claim(&mut *app.db.worker.get().await?).await?;
        let (id, arrived_at) = app
            .db
            .worker
            .transaction(async |tx: &mut Tx| {
                fence.hold(tx).await?;
                let now = clock.now();
                Ok::<_, Fenced>((arrival::begin(tx, mailbox, now).await?, now))
            })
            .await?;
        let intake = Intake::pushed(
            app.clone(),
            mailbox,
            source.push.merchant_id,
            source.push.live,
        );
        Ok(Self {
            app: app.clone(),
            mailbox,
            id,
            arrived_at,
            intake,
        })
    }

    /// Everything in it is stored: it was a sign of life. A flight that ends otherwise holds the watermark until it is
    /// forgotten, since its sender was not told that it arrived.
    pub(super) async fn land(self) -> Result<(), Fenced> {
        watermark::sign_of_life(&self.app, self.mailbox, Some(self.id)).await
    }
}
