use super::refresh::{Client, RefreshError};
use crate::app::App;
use crate::reader::{Failure, Login};
use crate::rows::tokens::{refresh_token_place, secret_place};
use crate::rows::{MailboxRow, TokensRow, mailbox};
use secrecy::{ExposeSecret as _, SecretString};
use std::time::Instant;

/// An access token, in memory alone.
pub(crate) struct AccessToken {
    secret: SecretString,
    until: Instant,
}

impl AccessToken {
    pub(crate) fn is_usable(&self) -> bool {
        Instant::now() < self.until
    }
}

/// How to log in to a mailbox: by its password, or by an access token, which is `kept` as long as it lasts.
pub(crate) async fn login(
    app: &App,
    row: &MailboxRow,
    kept: &mut Option<AccessToken>,
) -> Result<Login, Failure> {
    if let Some(sealed) = &row.sealed_password {
        let place = mailbox::password_place(&row.id);
        return Ok(Login::Password(app.sealing.open_text(place, sealed)?));
    }
    if kept.as_ref().is_none_or(|token| !token.is_usable()) {
        *kept = Some(fetch(app, row).await?);
    }
    let token = kept.as_ref().map(|token| token.secret.clone());
    Ok(Login::Token(token.unwrap_or_default()))
}

async fn fetch(app: &App, row: &MailboxRow) -> Result<AccessToken, Failure> {
    let tokens = {
        let mut conn = app.db.worker.get().await?;
        TokensRow::find(&mut conn, row.id).await?
    };
    // It was added with a password or with tokens, and neither is ever taken away.
    let tokens = tokens.ok_or(Failure::TokenRefused)?;
    let open = |place, sealed: &[u8]| app.sealing.open_text(place, sealed);
    let secret = tokens.sealed_client_secret.as_deref();
    let client = Client {
        client_secret: secret
            .map(|sealed| open(secret_place(&row.id), sealed))
            .transpose()?,
        refresh_token: open(refresh_token_place(&row.id), &tokens.sealed_refresh_token)?,
        token_url: tokens.token_url.clone(),
        client_id: tokens.client_id.clone(),
        scope: tokens.scope.clone(),
    };
    let granted = app.tokens.refresh(&client).await.map_err(|why| match why {
        RefreshError::Refused => Failure::TokenRefused,
        RefreshError::Away => Failure::TokenAway,
    })?;
    if let Some(next) = &granted.refresh_token
        && next.expose_secret() != client.refresh_token.expose_secret()
    {
        // Stored before the access token is used: the old one may be void from now on.
        let sealed = app.sealing.seal(
            refresh_token_place(&row.id),
            next.expose_secret().as_bytes(),
        )?;
        let mut conn = app.db.worker.get().await?;
        tokens.replace(&mut conn, &sealed).await?;
    }
    Ok(AccessToken {
        secret: granted.access_token,
        until: granted.until,
    })
}
