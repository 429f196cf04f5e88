//! `GET /checkout/events?intent=`: server-sent events named `status` with the public JSON; one on connect, one per change, one
//! every half minute.

use super::Unseen;
use super::look::{Live, look, look_at};
use super::pages::{OpenPage, TooMany};
use super::status::refuse;
use crate::app::App;
use crate::http::caller_address;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::IntentId;
use futures_util::stream;
use runtime::internal::CallContext;
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;

/// A page that hears nothing for longer takes the stream for dead.
const REFRESH: Duration = Duration::from_secs(30);
/// Browsers reconnect by themselves; nobody pays for longer.
const LONGEST: Duration = Duration::from_secs(3600);
/// When a page that was turned away may ask again; it polls meanwhile.
const RETRY_AFTER: Duration = Duration::from_secs(30);

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    stop: web::Data<CancellationToken>,
) -> HttpResponse {
    match listen(&request, &app).await {
        Ok((page, live, id)) => HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, "text/event-stream"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            // nginx would hold back what is said.
            .insert_header(("x-accel-buffering", "no"))
            .streaming(stream::unfold(
                Stream::new(app, page, live, id, stop.get_ref().clone()),
                Stream::next,
            )),
        Err(unseen) => refuse(&unseen),
    }
}

async fn listen(request: &HttpRequest, app: &App) -> Result<(OpenPage, Live, IntentId), Unseen> {
    let look = look(request, app).await?;
    let from = caller_address(request, app);
    let page = app
        .pages
        .open(look.id, from.into())
        .map_err(|TooMany| Unseen::TooMany {
            retry_after: RETRY_AFTER,
        })?;
    // What happened between the look and the opening was pushed to nobody: look again.
    let look = look_at(&app.peers, &CallContext::system("page"), look.id).await?;
    Ok((page, look.live, look.id))
}

/// What a stream knows and waits for.
pub(super) struct Stream {
    app: web::Data<App>,
    page: OpenPage,
    id: IntentId,
    /// What the page was told last.
    told: Live,
    /// Not told yet.
    fresh: bool,
    refresh: Interval,
    ends: Instant,
    stop: CancellationToken,
}

/// Why a stream speaks.
enum Cause {
    Changed,
    Refresh,
    End,
}

impl Stream {
    pub(super) fn new(
        app: web::Data<App>,
        page: OpenPage,
        live: Live,
        id: IntentId,
        stop: CancellationToken,
    ) -> Self {
        let now = Instant::now();
        let mut refresh = interval_at(now + REFRESH, REFRESH);
        refresh.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            app,
            page,
            id,
            told: live,
            fresh: true,
            refresh,
            ends: now + LONGEST,
            stop,
        }
    }

    /// The next thing to say; `None` ends the stream.
    pub(super) async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !std::mem::take(&mut self.fresh) {
            self.wait().await?;
        }
        let event = event(&self.told, &self.app);
        Some((Ok(event), self))
    }

    async fn wait(&mut self) -> Option<()> {
        loop {
            let cause = tokio::select! {
                biased;
                () = self.stop.cancelled() => Cause::End,
                changed = self.page.changes.changed() => match changed {
                    Ok(()) => Cause::Changed,
                    // The sender lives as long as the page is open.
                    Err(_) => Cause::End,
                },
                _ = self.refresh.tick() => Cause::Refresh,
                () = tokio::time::sleep_until(self.ends) => Cause::End,
            };
            match cause {
                Cause::End => return None,
                Cause::Changed => {
                    let pushed = self.page.changes.borrow_and_update().clone();
                    if let Some(live) = pushed.filter(|l| l.sequence > self.told.sequence) {
                        self.told = live;
                        return Some(());
                    }
                }
                Cause::Refresh => {
                    let context = CallContext::system("page refresh");
                    if let Ok(look) = look_at(&self.app.peers, &context, self.id).await
                        && look.live.sequence >= self.told.sequence
                    {
                        self.told = look.live;
                    }
                    // The page is told all the same: it counts seconds by what it hears.
                    return Some(());
                }
            }
        }
    }
}

/// <https://html.spec.whatwg.org/multipage/server-sent-events.html>: JSON has no line breaks, so that one `data` line does.
fn event(live: &Live, app: &App) -> Bytes {
    let body = live.body(app.clock.now());
    let json = serde_json::to_string(&body).unwrap_or_default();
    Bytes::from(format!("event: status\ndata: {json}\n\n"))
}
