use super::line;
use crate::app::App;
use crate::oauth::Provider;
use crate::rows::TokensRow;
use crate::rows::mailbox::password_place;
use crate::rows::tokens::{refresh_token_place, secret_place};
use db::Scope;
use proto::convert::non_empty;
use proto::{Fault, mail};
use runtime::sealing::SealError;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// Microsoft's refresh tokens have some 1,500 characters, and no limit is promised.
const LONGEST_TOKEN: usize = 8192;
const LONGEST_SCOPE: usize = 1024;

/// How a new mailbox is logged in to.
pub(super) enum NewLogin {
    Password(SecretString),
    OAuth2(NewTokens),
}

pub(super) struct NewTokens {
    token_url: String,
    client_id: String,
    client_secret: Option<SecretString>,
    refresh_token: SecretString,
    scope: Option<String>,
}

/// What is known of the provider that is named, if anything is.
pub(super) fn provider(request: &mail::OAuth2) -> Option<Provider> {
    Provider::named(&request.provider)
}

impl NewLogin {
    pub(super) fn parse(
        password: String,
        oauth2: Option<mail::OAuth2>,
        app: &App,
    ) -> Result<Self, Fault> {
        match oauth2 {
            None => self::password(password).map(Self::Password),
            Some(_) if !password.is_empty() => Err(Fault::invalid(
                "password",
                "must not be given beside oauth2: a mailbox has one way to log in",
            )),
            Some(request) => NewTokens::parse(request, app).map(Self::OAuth2),
        }
    }

    /// The sealed password, or the row with the sealed tokens.
    pub(super) fn seal(
        self,
        app: &App,
        scope: Scope,
        mailbox: Uuid,
    ) -> Result<(Option<Vec<u8>>, Option<TokensRow>), SealError> {
        let seal = |place, secret: &SecretString| {
            let secret = secret.expose_secret().as_bytes();
            app.sealing.seal(place, secret)
        };
        match self {
            Self::Password(password) => {
                Ok((Some(seal(password_place(&mailbox), &password)?), None))
            }
            Self::OAuth2(new) => {
                let secret = new.client_secret.as_ref();
                let secret = secret.map(|s| seal(secret_place(&mailbox), s));
                let row = TokensRow {
                    mailbox_id: mailbox,
                    merchant_id: scope.merchant.uuid(),
                    live: scope.mode.is_live(),
                    sealed_client_secret: secret.transpose()?,
                    sealed_refresh_token: seal(refresh_token_place(&mailbox), &new.refresh_token)?,
                    token_url: new.token_url,
                    client_id: new.client_id,
                    scope: new.scope,
                };
                Ok((None, Some(row)))
            }
        }
    }
}

impl NewTokens {
    fn parse(request: mail::OAuth2, app: &App) -> Result<Self, Fault> {
        let known = provider(&request);
        if known.is_none() && request.provider != "custom" {
            let wanted = "must be google, microsoft or custom";
            return Err(Fault::invalid("oauth2", wanted));
        }
        let token_url = match (request.token_url.trim(), known) {
            ("", Some(known)) => known.token_url,
            ("", None) => {
                let wanted = "must be given: where the provider refreshes tokens";
                return Err(Fault::invalid("token_url", wanted));
            }
            (url, _) => url,
        };
        let token_url = app
            .connector
            .check_url(token_url)
            .map_err(|e| Fault::invalid("token_url", e.to_string()))?;
        line("client_id", &request.client_id)?;
        let scope = non_empty(&request.scope).or(known.map(|k| k.scope));
        let scope = scope
            .map(|s| short("scope", s, LONGEST_SCOPE))
            .transpose()?;
        let client_secret = non_empty(&request.client_secret);
        let client_secret = client_secret
            .map(|s| short("client_secret", s, LONGEST_TOKEN))
            .transpose()?;
        Ok(Self {
            token_url: token_url.into(),
            refresh_token: refresh_token(&request.refresh_token)?,
            client_id: request.client_id,
            client_secret: client_secret.map(SecretString::from),
            scope,
        })
    }
}

/// # Errors
/// It cannot be one.
pub(in crate::commands) fn password(text: String) -> Result<SecretString, Fault> {
    line("password", &text)?;
    Ok(text.into())
}

/// # Errors
/// It cannot be one.
pub(in crate::commands) fn refresh_token(text: &str) -> Result<SecretString, Fault> {
    short("refresh_token", text, LONGEST_TOKEN).map(SecretString::from)
}

fn short(field: &str, text: &str, longest: usize) -> Result<String, Fault> {
    let visible = text.chars().all(|c| !c.is_control());
    if (1..=longest).contains(&text.len()) && visible {
        return Ok(text.to_owned());
    }
    Err(Fault::invalid(
        field,
        format!("must have 1 to {longest} characters, none of them a control character"),
    ))
}
