//! `POST /api/v1/admin/mailboxes` `{merchant_id, mode, host, port?, username, password, folder?}`, or instead of the password
//! `oauth2` (`google`, `microsoft`, `custom`), `client_id`, `client_secret?`, `refresh_token`, `token_url?`, `scope?`. Secrets
//! are never shown. With `kind` `http` or `phone` and a `name`, a source that pushes: the answer holds its `token`, this once; of
//! a phone with a `scheme` also its `signing_key`.

use crate::admin::view::{MailboxBody, PushSourceBody};
use crate::admin::{Admin, Body, Input, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use db::Scope;
use proto::mail::{AddMailboxRequest, AddPushSourceRequest, OAuth2, SignatureScheme, SourceKind};

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
    let oauth2 = oauth2(&input)?;
    // A provider that is known has a host that is known.
    let known = oauth2.as_ref().is_some_and(|o| o.provider != "custom");
    let message = AddMailboxRequest {
        host: match known {
            true => input.text_if("host")?.unwrap_or_default(),
            false => input.text("host")?,
        },
        port: input.number_if::<u16>("port")?.unwrap_or(0).into(),
        username: input.text("username")?,
        password: match oauth2 {
            Some(_) => input.text_if("password")?.unwrap_or_default(),
            None => input.text("password")?,
        },
        folder: input.text_if("folder")?.unwrap_or_default(),
        oauth2,
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

fn oauth2(input: &Input<'_>) -> Result<Option<OAuth2>, Problem> {
    let Some(provider) = input.text_if("oauth2")? else {
        return Ok(None);
    };
    let text = |name| Ok::<_, Problem>(input.text_if(name)?.unwrap_or_default());
    Ok(Some(OAuth2 {
        provider,
        token_url: text("token_url")?,
        client_id: input.text("client_id")?,
        client_secret: text("client_secret")?,
        refresh_token: input.text("refresh_token")?,
        scope: text("scope")?,
    }))
}
