mod login;

pub(super) use login::{password, refresh_token};

use crate::app::App;
use crate::error::CommandError;
use crate::owner;
use crate::rows::{MailboxRow, MailboxState, SourceKind};
use db::types::to_db;
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::ids::MailboxId;
use login::NewLogin;
use proto::{Fault, mail};

/// Implicit TLS (RFC 8314).
const IMAPS: u32 = 993;
/// Longer names and passwords are not sent to any server.
const LONGEST: usize = 255;

/// A mailbox as a merchant describes it.
pub(crate) struct NewMailbox {
    host: String,
    port: u16,
    username: String,
    login: NewLogin,
    /// Empty where none was named.
    folder: String,
}

impl NewMailbox {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: mail::AddMailboxRequest, app: &App) -> Result<Self, Fault> {
        let known = request.oauth2.as_ref().and_then(login::provider);
        let host = match (request.host.trim(), known) {
            ("", Some(provider)) => provider.host,
            (host, _) => host,
        };
        let host = app
            .connector
            .check_host(host)
            .map_err(|e| Fault::invalid("host", e.to_string()))?;
        let port = match request.port {
            0 => IMAPS,
            port => port,
        };
        let port = u16::try_from(port)
            .map_err(|_| Fault::invalid("port", "must be a port from 1 to 65535"))?;
        line("username", &request.username)?;
        let login = NewLogin::parse(request.password, request.oauth2, app)?;
        let folder = match request.folder.trim() {
            // The one folder name that has no case (RFC 3501, 5.1).
            name if name.eq_ignore_ascii_case("INBOX") => "INBOX".to_owned(),
            name => name.to_owned(),
        };
        if !folder.is_empty() {
            line("folder", &folder)?;
        }
        Ok(Self {
            host,
            port,
            username: request.username,
            login,
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
    let (sealed_password, tokens) = new.login.seal(app, scope, id)?;
    let row = MailboxRow {
        id,
        merchant_id: scope.merchant.uuid(),
        live: scope.mode.is_live(),
        host: Some(new.host),
        port: Some(i32::from(new.port)),
        username: Some(new.username),
        sealed_password,
        folder: Some(new.folder),
        state: MailboxState::Active,
        auth_failures: 0,
        last_error: None,
        last_read_at: None,
        source_seq: 0,
        created_at: to_db(app.clock.now()),
        kind: SourceKind::Imap,
        name: None,
        chosen_folder: None,
        failing_since: None,
    };
    let inserted = row.clone();
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            if !inserted.insert(tx).await? {
                let conflict = Fault::new(ErrorCode::Conflict, "this mailbox was added before");
                return Err(CommandError::from(conflict));
            }
            if let Some(tokens) = tokens {
                tokens.insert(tx).await?;
            }
            Ok(())
        })
        .await?;
    owner::wake(app);
    Ok(row)
}
