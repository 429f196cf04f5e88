//! The feed: a merchant's events in one fixed order, to heal gaps by pull.

use super::Webhooks;
use crate::error::database;
use crate::message::{MerchantEvent, Signed, Signer};
use crate::profile::Profile;
use crate::rows::feed::{self, FeedRow, Of, Page};
use crate::secret::EndpointSecret;
use db::Scope;
use diesel::QueryResult;
use domain::ErrorCode;
use proto::webhook as wire;
use proto::{Fault, convert};
use std::time::Duration;
use tokio::time::Instant;

const DEFAULT_LIMIT: i64 = 100;
const MOST: u32 = 500;
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How soon what another replica stored is found; what this one stores wakes at once.
const LOOK: Duration = Duration::from_millis(500);
/// What was just stored is shown when every older transaction has ended, which is soon.
const LOOK_SOON: Duration = Duration::from_millis(20);

impl Webhooks {
    /// Waits for the first event where there is none yet and that was asked for.
    pub(super) async fn events(
        &self,
        scope: Scope,
        request: &wire::ListEventsRequest,
    ) -> Result<wire::ListEventsResponse, Fault> {
        let limit = match request.limit {
            0 => DEFAULT_LIMIT,
            n if n <= MOST => i64::from(n),
            _ => return Err(Fault::invalid("limit", "must be at most 500")),
        };
        let wait = Duration::from_millis(request.wait_ms.into());
        if wait > LONGEST_WAIT {
            return Err(Fault::invalid("wait_ms", "must be at most 30000"));
        }
        if let Some(unknown) = request
            .event_types
            .iter()
            .find(|t| MerchantEvent::parse(t).is_none())
        {
            return Err(Fault::invalid(
                "event_types",
                format!("{unknown:?} is no event type"),
            ));
        }
        let signer = self.feed_signer(&request.signing_secret)?;
        let mut after = request.after;
        if request.from_now {
            after = self
                .databases
                .request
                .tenant(scope, async |tx| -> QueryResult<_> {
                    feed::newest(tx, of(scope)).await
                })
                .await
                .map_err(database)?;
        }
        let types = (!request.event_types.is_empty()).then_some(request.event_types.as_slice());
        let until = Instant::now() + wait;
        let mut pause = LOOK;
        loop {
            // Registered before looking: what is stored in between is not missed.
            let fed = self.fed.notified();
            let last = Instant::now() >= until;
            let (newest, page) = self.look(scope, after, types, limit + 1, last).await?;
            let rows = match page {
                Page::Events(rows) => rows,
                Page::Gone { up_to } => return Ok(gone(up_to)),
                Page::Unknown => return Err(no_event()),
            };
            if !rows.is_empty() || last {
                return Ok(self.page(rows, limit, newest, signer.as_ref()));
            }
            let look_again = (Instant::now() + pause).min(until);
            tokio::select! {
                () = fed => pause = LOOK_SOON,
                () = tokio::time::sleep_until(look_again) => pause = (pause * 2).min(LOOK),
            }
        }
    }

    /// What there is after an event, and where to go on if that is nothing: where only some types are asked for, behind those
    /// that are not, so that no place grows old in which nothing was missed.
    async fn look(
        &self,
        scope: Scope,
        after: i64,
        types: Option<&[String]>,
        limit: i64,
        last: bool,
    ) -> Result<(i64, Page), Fault> {
        self.databases
            .request
            .tenant(scope, async |tx| -> QueryResult<_> {
                // Before what there is: what is stored in between is not passed over.
                let newest = match last && types.is_some() {
                    true => feed::newest(tx, of(scope)).await?,
                    false => after,
                };
                let page = feed::after(tx, of(scope), after, types, limit).await?;
                Ok((newest, page))
            })
            .await
            .map_err(database)
    }

    /// A session's secret, of the caller's choice: what `noxpay listen` hands on is signed with it.
    fn feed_signer(&self, secret: &str) -> Result<Option<Signer>, Fault> {
        let Some(secret) = convert::non_empty(secret) else {
            return Ok(None);
        };
        let secret = EndpointSecret::parse(secret)
            .map_err(|e| Fault::invalid("signing_secret", e.to_string()))?;
        Ok(Some(Signer {
            profile: Profile::NoxPay,
            secret,
            previous: None,
            single: None,
            key_pair: None,
        }))
    }

    fn page(
        &self,
        mut rows: Vec<FeedRow>,
        limit: i64,
        otherwise: i64,
        signer: Option<&Signer>,
    ) -> wire::ListEventsResponse {
        let limit = usize::try_from(limit).unwrap_or_default();
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_after = rows.last().map_or(otherwise, |last| last.seq);
        let now = self.clock.now();
        let event = |row: FeedRow| {
            let signed = |signer: &Signer| {
                signer.headers(&Signed {
                    event: row.id,
                    kind: &row.event_type,
                    at: now,
                    body: &row.body,
                })
            };
            let headers = signer.map(signed).unwrap_or_default();
            wire::MerchantEvent {
                seq: row.seq,
                id: row.id.to_string(),
                headers: headers
                    .into_iter()
                    .map(|(n, v)| (n.to_owned(), v))
                    .collect(),
                event_type: row.event_type,
                object_id: row.object_id.to_string(),
                sequence: row.sequence,
                part: u32::try_from(row.part).unwrap_or_default(),
                occurred_at: Some(convert::timestamp(db::types::from_db(row.occurred_at))),
                body: row.body,
            }
        };
        wire::ListEventsResponse {
            events: rows.into_iter().map(event).collect(),
            next_after,
            more,
            expired: false,
        }
    }
}

/// Nothing is given: else who asks would not know that something is missing.
fn gone(up_to: i64) -> wire::ListEventsResponse {
    wire::ListEventsResponse {
        next_after: up_to,
        expired: true,
        ..wire::ListEventsResponse::default()
    }
}

fn no_event() -> Fault {
    let message = "there is no event of that number: begin at 0, and skip what you know";
    Fault::new(ErrorCode::NotFound, message)
}

fn of(scope: Scope) -> Of {
    Of {
        merchant: scope.merchant.uuid(),
        live: scope.mode.is_live(),
    }
}
