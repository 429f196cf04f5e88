//! `GET /health`: the union of what the dialects' clients look for. For probes there are `/livez` and `/readyz` on the admin
//! listener.

use crate::app::App;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

pub(crate) async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|h| h.to_str().ok());
    let healthy = host.is_some() && host == app.edge.healthy_host.as_deref();
    let word = |up, yes, no| if up { yes } else { no };
    HttpResponse::Ok().json(json!({
        "status": word(healthy, "healthy", "ok"),
        "service": "NoxPay API",
        "database": word(app.flags.postgres.is_up(), "connected", "disconnected"),
        // Clients of one dialect look for it. What they mean by it, the store of keys and limits, is part of this process.
        "redis": "connected",
        "worker": word(app.flags.intents.is_up(), "running", "stopped"),
        "timestamp": crate::dialect::instant(app.clock.now()),
    }))
}
