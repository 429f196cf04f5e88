//! `POST /api/v1/admin/mailboxes` `{merchant_id, mode, host, port?, username, password, folder?}`. The password is never shown.
//! With `kind` `http` or `phone` and a `name`, a source that pushes: the answer holds its `token`, this once; of a phone with a
//! `scheme` also its `signing_key`.

use crate::admin::view::{MailboxBody, PushSourceBody};
use crate::admin::{Admin, Body, Input, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use db::Scope;
use proto::mail::{AddMailboxRequest, AddPushSourceRequest, SignatureScheme, SourceKind};

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    if let Some(kind) = push_kind(&input)? {
        return add_push_source(&admin, &app, scope, kind, &input).await;
    }
    let message = AddMailboxRequest {
        host: input.text("host")?,
        port: input.number_if::<u16>("port")?.unwrap_or(0).into(),
        username: input.text("username")?,
        password: input.text("password")?,
        folder: input.text_if("folder")?.unwrap_or_default(),
    };
    admin
        .record(&app, "mailbox.create", &message.username, Some(scope))
        .await?;
    let call = admin.scoped(scope).request(message);
    let mailbox = app.peers.mail().add_mailbox(call).await?.into_inner();
    Ok(HttpResponse::Created().json(MailboxBody::try_from(mailbox)?))
}

/// `None` for a mailbox that is read, which needs no word.
fn push_kind(input: &Input<'_>) -> Result<Option<SourceKind>, Problem> {
    match input.text_if("kind")?.as_deref() {
        None | Some("imap") => Ok(None),
        Some("http") => Ok(Some(SourceKind::Http)),
        Some("phone") => Ok(Some(SourceKind::Phone)),
        Some(_) => Err(Problem::invalid("kind", "must be imap, http or phone")),
    }
}

fn scheme(input: &Input<'_>) -> Result<SignatureScheme, Problem> {
    match input.text_if("scheme")?.as_deref() {
        None | Some("token") => Ok(SignatureScheme::Unspecified),
        Some("body_hmac") => Ok(SignatureScheme::BodyHmac),
        Some("stamped_hmac") => Ok(SignatureScheme::StampedHmac),
        Some("jwt") => Ok(SignatureScheme::Jwt),
        Some(_) => Err(Problem::invalid(
            "scheme",
            "must be token, body_hmac, stamped_hmac or jwt",
        )),
    }
}

async fn add_push_source(
    admin: &Admin,
    app: &App,
    scope: Scope,
    kind: SourceKind,
    input: &Input<'_>,
) -> Result<HttpResponse, Problem> {
    let message = AddPushSourceRequest {
        kind: kind.into(),
        name: input.text("name")?,
        scheme: scheme(input)?.into(),
    };
    admin
        .record(app, "mailbox.create", &message.name, Some(scope))
        .await?;
    let call = admin.scoped(scope).request(message);
    let made = app.peers.mail().add_push_source(call).await?.into_inner();
    Ok(HttpResponse::Created().json(PushSourceBody::try_from(made)?))
}
