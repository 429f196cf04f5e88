use crate::app::App;
use crate::error::CommandError;
use crate::owner;
use crate::rows::mailbox::password_place;
use crate::rows::{MailboxRow, MailboxState, SourceKind};
use db::types::to_db;
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::ids::MailboxId;
use proto::{Fault, mail};
use secrecy::{ExposeSecret as _, SecretString};

/// Implicit TLS (RFC 8314).
const IMAPS: u32 = 993;
/// Longer names and passwords are not sent to any server.
const LONGEST: usize = 255;

/// A mailbox as a merchant describes it.
pub(crate) struct NewMailbox {
    host: String,
    port: u16,
    username: String,
    password: SecretString,
    folder: String,
}

impl NewMailbox {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: mail::AddMailboxRequest, app: &App) -> Result<Self, Fault> {
        let host = app
            .connector
            .check_host(request.host.trim())
            .map_err(|e| Fault::invalid("host", e.to_string()))?;
        let port = match request.port {
            0 => IMAPS,
            port => port,
        };
        let port = u16::try_from(port)
            .map_err(|_| Fault::invalid("port", "must be a port from 1 to 65535"))?;
        let password = SecretString::from(request.password);
        line("username", &request.username)?;
        line("password", password.expose_secret())?;
        let folder = match request.folder.trim() {
            "" => "INBOX".to_owned(),
            // The one folder name that has no case (RFC 3501, 5.1).
            name if name.eq_ignore_ascii_case("INBOX") => "INBOX".to_owned(),
            name => name.to_owned(),
        };
        line("folder", &folder)?;
        Ok(Self {
            host,
            port,
            username: request.username,
            password,
            folder,
        })
    }
}

/// What fits one line of the protocol.
fn line(field: &str, text: &str) -> Result<(), Fault> {
    let visible = text.chars().all(|c| !c.is_control());
    if (1..=LONGEST).contains(&text.len()) && visible {
        return Ok(());
    }
    Err(Fault::invalid(
        field,
        "must have 1 to 255 characters, none of them a control character",
    ))
}

/// Adds a mailbox; this or another replica begins to read it within a second.
pub(crate) async fn add_mailbox(
    app: &App,
    scope: Scope,
    new: NewMailbox,
) -> Result<MailboxRow, CommandError> {
    let id = MailboxId::new().uuid();
    let sealed = app
        .sealing
        .seal(password_place(&id), new.password.expose_secret().as_bytes())?;
    let row = MailboxRow {
        id,
        merchant_id: scope.merchant.uuid(),
        live: scope.mode.is_live(),
        host: Some(new.host),
        port: Some(i32::from(new.port)),
        username: Some(new.username),
        sealed_password: Some(sealed),
        folder: Some(new.folder),
        state: MailboxState::Active,
        auth_failures: 0,
        last_error: None,
        last_read_at: None,
        source_seq: 0,
        created_at: to_db(app.clock.now()),
        kind: SourceKind::Imap,
        name: None,
    };
    let inserted = row.clone();
    let added = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            Ok::<_, CommandError>(inserted.insert(tx).await?)
        })
        .await?;
    if !added {
        return Err(Fault::new(ErrorCode::Conflict, "this mailbox was added before").into());
    }
    owner::wake(app);
    Ok(row)
}
