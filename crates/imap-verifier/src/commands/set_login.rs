use super::add_mailbox::{password, refresh_token};
use crate::app::App;
use crate::error::CommandError;
use crate::owner;
use crate::rows::mailbox::password_place;
use crate::rows::tokens::refresh_token_place;
use crate::rows::{MailboxRow, MailboxState, TokensRow};
use db::{Scope, Tx};
use domain::ids::MailboxId;
use proto::convert::parse_id;
use proto::{Fault, mail};
use secrecy::{ExposeSecret as _, SecretString};

/// What a mailbox is logged in with from now on.
pub(crate) struct NewSecret {
    mailbox: MailboxId,
    secret: Secret,
}

enum Secret {
    Password(SecretString),
    RefreshToken(SecretString),
}

impl NewSecret {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: mail::SetLoginRequest) -> Result<Self, Fault> {
        let secret = match (request.password.is_empty(), request.refresh_token.as_str()) {
            (_, "") => Secret::Password(password(request.password)?),
            (true, token) => Secret::RefreshToken(refresh_token(token)?),
            (false, _) => {
                let why = "must not be given beside refresh_token: a mailbox has one way to log in";
                return Err(Fault::invalid("password", why));
            }
        };
        Ok(Self {
            mailbox: parse_id(&request.mailbox_id, "mailbox_id")?,
            secret,
        })
    }
}

/// Gives a mailbox another password or refresh token. One that was given up is tried again at once; one that is read goes on with
/// the session that stands, and one that was paused stays so.
pub(crate) async fn set_login(
    app: &App,
    scope: Scope,
    new: NewSecret,
) -> Result<MailboxRow, CommandError> {
    let id = new.mailbox.uuid();
    let seal = |place, secret: &SecretString| {
        let secret = secret.expose_secret().as_bytes();
        app.sealing.seal(place, secret)
    };
    let row = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let before = MailboxRow::lock(tx, id)
                .await?
                .ok_or_else(CommandError::not_found)?;
            if before.state == MailboxState::Removed {
                return Err(CommandError::removed());
            }
            if before.kind.pushes() {
                return Err(CommandError::pushes());
            }
            match (&new.secret, before.sealed_password.is_some()) {
                (Secret::Password(password), true) => {
                    let sealed = seal(password_place(&id), password)?;
                    MailboxRow::set_password(tx, id, &sealed).await?;
                }
                (Secret::RefreshToken(token), false) => {
                    let sealed = seal(refresh_token_place(&id), token)?;
                    TokensRow::set_refresh_token(tx, id, &sealed).await?;
                }
                (Secret::Password(_), false) => {
                    let why = "is not what this mailbox was added with: give refresh_token";
                    return Err(Fault::invalid("password", why).into());
                }
                (Secret::RefreshToken(_), true) => {
                    let why = "is not what this mailbox was added with: give password";
                    return Err(Fault::invalid("refresh_token", why).into());
                }
            }
            // Both count as witnesses, so that nobody need hear of it.
            let state = match before.state {
                MailboxState::AuthFailed => MailboxState::Active,
                other => other,
            };
            Ok(MailboxRow::set_state(tx, id, state).await?)
        })
        .await?;
    owner::wake(app);
    Ok(row)
}
