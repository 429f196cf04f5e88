//! `GET /api/v1/admin/mails?merchant_id=&mode=&limit=&before=&verdict=&mailbox_id=`: what was read in the merchant's mailboxes,
//! what was made of it, and which intent has the money.

use crate::admin::input::query;
use crate::admin::view::{MailBody, MatchedBody};
use crate::admin::{Admin, Problem, limit, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use db::Scope;
use domain::ErrorCode;
use proto::Fault;
use proto::intent::FindByObservationsRequest;
use proto::mail::ListMessagesRequest;
use serde::Serialize;
use std::collections::HashMap;

/// What a service answers where the caller names no limit.
const PAGE: usize = 50;

/// A page of the e-mail log.
#[derive(Serialize)]
struct Log {
    mails: Vec<MailBody>,
    /// What `before` must be for the page after this one; `null` on the last.
    next_before: Option<String>,
    /// False where nobody could be asked which intents have the money: then every `matched` is `null`.
    matches_known: bool,
}

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let wanted = ListMessagesRequest {
        limit: limit(&request)?,
        before: query(&request, "before").unwrap_or_default(),
        verdict: query(&request, "verdict").unwrap_or_default(),
        mailbox_id: query(&request, "mailbox_id").unwrap_or_default(),
    };
    admin.record(&app, "mail.list", "", Some(scope)).await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(wanted.clone());
        app.peers.mail().list_messages(request).await
    })
    .await?;
    let mails = reply.messages.into_iter().map(MailBody::try_from);
    let mut mails = mails.collect::<Result<Vec<_>, _>>()?;
    let page = usize::try_from(wanted.limit).unwrap_or(PAGE);
    let page = if page == 0 { PAGE } else { page };
    let last = mails.last().filter(|_| mails.len() >= page);
    let next_before = last.map(|mail| mail.id().to_owned());
    let matches_known = match matches(&admin, &app, scope, &mails).await {
        Ok(found) => {
            for mail in &mut mails {
                let matched = mail.observation_id().and_then(|id| found.get(id)).cloned();
                if let Some(matched) = matched {
                    mail.matched(matched);
                }
            }
            true
        }
        // The log is wanted most when something is wrong.
        Err(fault) if fault.code == ErrorCode::Unavailable => false,
        Err(fault) => return Err(fault.into()),
    };
    Ok(HttpResponse::Ok().json(Log {
        mails,
        next_before,
        matches_known,
    }))
}

/// What became of the money of these mails, by the ids of their observations.
async fn matches(
    admin: &Admin,
    app: &App,
    scope: Scope,
    mails: &[MailBody],
) -> Result<HashMap<String, MatchedBody>, Fault> {
    let ids = mails.iter().filter_map(MailBody::observation_id);
    let wanted = FindByObservationsRequest {
        observation_ids: ids.map(str::to_owned).collect(),
    };
    if wanted.observation_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(wanted.clone());
        app.peers.intents().find_by_observations(request).await
    })
    .await?;
    let found = reply.found.into_iter();
    Ok(found
        .map(|found| (found.observation_id.clone(), found.into()))
        .collect())
}
