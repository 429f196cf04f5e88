//! `GET /api/v1/admin/audit?merchant_id=&mode=&limit=&before_id=`: what privileged callers did, newest first.

use crate::admin::view::listed;
use crate::admin::{Admin, Problem, limit, query, scope_of};
use crate::app::App;
use crate::dialect::instant;
use crate::merchants::audit::{self, AuditRow};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

const USUAL: i64 = 50;

#[derive(Serialize)]
struct AuditBody {
    id: i64,
    merchant_id: Option<Uuid>,
    live: Option<bool>,
    actor: String,
    action: String,
    /// The id of what it was done to.
    subject: String,
    /// For decisions: the reason, and the rules that were broken knowingly.
    detail: Option<Box<RawValue>>,
    request_id: String,
    at: String,
}

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let named = query(&request, "merchant_id").is_some() || query(&request, "mode").is_some();
    let scope = named.then(|| scope_of(&request, None)).transpose()?;
    let before = match query(&request, "before_id") {
        None => None,
        Some(text) => match text.parse() {
            Ok(id) => Some(id),
            Err(_) => return Err(Problem::invalid("before_id", "must be a whole number")),
        },
    };
    let most = match limit(&request)? {
        0 => USUAL,
        some => i64::from(some),
    };
    admin.record(&app, "audit.list", "", scope).await?;
    let mut conn = app.databases.worker.get().await?;
    let rows = audit::newest(&mut conn, scope, before, most).await?;
    let rows = rows.into_iter().map(AuditBody::from).collect();
    Ok(HttpResponse::Ok().json(listed("audit", rows)))
}

impl From<AuditRow> for AuditBody {
    fn from(row: AuditRow) -> Self {
        let detail = row.detail.map(|json| json.as_str().to_owned());
        Self {
            id: row.id,
            merchant_id: row.merchant_id,
            live: row.live,
            actor: row.actor,
            action: row.action,
            subject: row.subject,
            detail: detail.and_then(|json| RawValue::from_string(json).ok()),
            request_id: row.request_id,
            at: instant(row.at),
        }
    }
}
