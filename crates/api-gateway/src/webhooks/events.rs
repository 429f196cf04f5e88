//! `GET /events?after=&limit=&wait=&types=`: a merchant's events in one fixed order, to heal gaps by pull. `after` is the `seq` of the
//! last one that is known, or `now`; `wait` is how many seconds to wait for the first one. With `X-NoxPay-Listen-Secret` each comes
//! with the headers that an endpoint of that secret would receive now. 410 where some of what came after it is not kept any more.

use crate::admin::{limit_to, query};
use crate::app::App;
use crate::decisions::Wrong;
use crate::peers::repeatable;
use crate::refusal::RETRY_AFTER;
use crate::webhooks::view::EventsBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ErrorCode;
use proto::Fault;
use proto::webhook::{ListEventsRequest, ListEventsResponse};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "x-noxpay-listen-secret";
const MOST: u32 = 500;
const LONGEST_WAIT_S: u32 = 30;
/// When there may be room for one more who waits.
const CROWDED: Duration = Duration::from_secs(5);

pub(crate) async fn get<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    stop: web::Data<CancellationToken>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        list(&app, asked, &stop).await
    })
    .await
}

async fn list(
    app: &App,
    asked: &Asked<'_>,
    stop: &CancellationToken,
) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let message = message(asked.request)?;
    asking.reads(app, "webhook_event.list", "").await?;
    let reading = repeatable(async || {
        let request = asking.context.request(message.clone());
        app.peers.patient_webhooks().list_events(request).await
    });
    let page: ListEventsResponse = if message.wait_ms == 0 {
        reading.await?
    } else {
        let _poll = app.polls.begin(asking.scope).ok_or(Stopped::TooOften {
            what: "requests that wait for events",
            wait: CROWDED,
        })?;
        // A process that stops keeps nobody waiting.
        let read = stop.run_until_cancelled(reading).await;
        read.ok_or_else(|| {
            Fault::new(ErrorCode::Unavailable, "this process stops").retry_after(RETRY_AFTER)
        })??
    };
    if page.expired {
        return Err(Stopped::CursorExpired {
            resume_after: page.next_after,
        });
    }
    Ok(HttpResponse::Ok().json(EventsBody::try_from(page)?))
}

fn message(request: &HttpRequest) -> Result<ListEventsRequest, Wrong> {
    let (after, from_now) = match query(request, "after").as_deref() {
        None => (0, false),
        Some("now") => (0, true),
        Some(text) => match text.parse() {
            Ok(after @ 0..) => (after, false),
            _ => return Err(Wrong::field("after", "must be a whole number, or now")),
        },
    };
    let wait_s: u32 = match query(request, "wait").map(|text| text.parse()) {
        None => 0,
        Some(Ok(seconds @ ..=LONGEST_WAIT_S)) => seconds,
        Some(_) => return Err(Wrong::field("wait", "must be 0 to 30 seconds")),
    };
    let types = query(request, "types").unwrap_or_default();
    let types = types.split(',').map(str::trim).filter(|t| !t.is_empty());
    let secret = match request.headers().get(SECRET).map(|value| value.to_str()) {
        None => "",
        Some(Ok(secret)) => secret,
        Some(Err(_)) => {
            return Err(Wrong::field(
                "X-NoxPay-Listen-Secret",
                "must be visible ASCII",
            ));
        }
    };
    Ok(ListEventsRequest {
        after,
        limit: limit_to(request, MOST)?,
        wait_ms: wait_s * 1000,
        event_types: types.map(str::to_owned).collect(),
        signing_secret: secret.to_owned(),
        from_now,
    })
}
