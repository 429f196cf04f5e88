//! `noxpay mailbox add`

use super::password;
use super::token::{Pushing, show};
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use clap::{Args, ValueEnum};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};

/// Add a mailbox that receives bank alerts
///
/// The password is typed, or read from standard input; it is sealed before it is stored, and never shown. Mail is read and
/// never changed: nothing is marked as seen.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Add {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The IMAP server; known for google and microsoft
    #[arg(long, required_unless_present_any = ["oauth2", "http"], conflicts_with = "http")]
    host: Option<String>,
    /// IMAP over TLS
    #[arg(long, default_value_t = 993)]
    port: u16,
    #[arg(long, required_unless_present = "http", conflicts_with = "http")]
    username: Option<String>,
    /// Without it, the folder of all mails where there is one, else INBOX
    #[arg(long, conflicts_with = "http")]
    folder: Option<String>,
    /// No server: somebody posts the raw mails, under this name. The token is printed, this once
    #[arg(long, value_name = "NAME")]
    http: Option<String>,
    #[command(flatten)]
    tokens: Tokens,
}

/// Instead of a password: access tokens, fetched with a refresh token.
#[derive(Args)]
struct Tokens {
    /// Log in with access tokens of this provider instead of a password
    #[arg(long, value_enum, requires = "client_id", conflicts_with = "http")]
    oauth2: Option<Provider>,
    /// Your own client of the provider
    #[arg(long, requires = "oauth2")]
    client_id: Option<String>,
    /// A file with the client's secret, where it has one
    #[arg(long, value_name = "FILE", requires = "oauth2")]
    client_secret_file: Option<PathBuf>,
    /// A file with the refresh token; typed, or read from standard input, without it
    #[arg(long, value_name = "FILE", requires = "oauth2")]
    refresh_token_file: Option<PathBuf>,
    /// Where tokens are refreshed; must be given for custom
    #[arg(long, value_name = "URL", requires = "oauth2")]
    token_url: Option<String>,
    #[arg(long, value_name = "SCOPE", id = "oauth2_scope", requires = "oauth2")]
    token_scope: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Provider {
    Google,
    Microsoft,
    Custom,
}

const HELP: &str = "\
NOXPAY_MAILBOX_PASSWORD, or the file that NOXPAY_MAILBOX_PASSWORD_FILE names, may hold the password instead.

Examples:
  noxpay mailbox add --host imap.example.com --username alerts@shop.example < password.txt
  noxpay mailbox add --oauth2 google --client-id 123.apps.googleusercontent.com --client-secret-file secret.txt \\
    --refresh-token-file token.txt --username alerts@shop.example
  noxpay mailbox add --http 'Forwarded by Gmail'";

#[derive(Serialize)]
pub(crate) struct Request<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) host: Option<&'a str>,
    pub(crate) port: u16,
    pub(crate) username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) folder: Option<&'a str>,
    #[serde(flatten)]
    pub(crate) tokens: Option<TokensRequest<'a>>,
}

#[derive(Serialize)]
pub(crate) struct TokensRequest<'a> {
    oauth2: &'static str,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<&'a str>,
    refresh_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
}

impl Provider {
    const fn name(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Microsoft => "microsoft",
            Self::Custom => "custom",
        }
    }
}

impl Add {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        if let Some(name) = &self.http {
            let request = json!({ "kind": "http", "name": name });
            let answer = gateway.post("mailboxes", &scope.query(), &request).await?;
            show(&answer.read::<Pushing>()?, gateway.url(), terminal);
            return terminal.result(answer.raw());
        }
        let tokens = &self.tokens;
        let client_secret = tokens
            .client_secret_file
            .as_deref()
            .map(secret_in)
            .transpose()?;
        let secret = match (tokens.oauth2, &tokens.refresh_token_file) {
            (None, _) => password::read(context, terminal)?,
            (Some(_), Some(file)) => secret_in(file)?,
            (Some(_), None) => password::type_in("Refresh token", terminal)?.ok_or_else(|| {
                Failure::usage("the refresh token is empty: type it, or use --refresh-token-file")
            })?,
        };
        let request = Request {
            host: self.host.as_deref(),
            port: self.port,
            username: self.username.as_deref().unwrap_or_default(),
            password: tokens.oauth2.is_none().then(|| secret.expose_secret()),
            folder: self.folder.as_deref(),
            tokens: tokens.oauth2.map(|provider| TokensRequest {
                oauth2: provider.name(),
                client_id: tokens.client_id.as_deref().unwrap_or_default(),
                client_secret: client_secret.as_ref().map(|s| s.expose_secret()),
                refresh_token: secret.expose_secret(),
                token_url: tokens.token_url.as_deref(),
                scope: tokens.token_scope.as_deref(),
            }),
        };
        let answer = gateway.post("mailboxes", &scope.query(), &request).await?;
        let mailbox: Mailbox = answer.read()?;
        terminal.line(format!("mailbox {} ({})", mailbox.id, mailbox.label()));
        terminal.line(format!("try it: noxpay mailbox test {}", mailbox.id));
        terminal.result(answer.raw())
    }
}

/// A secret in a file of its own; the line end is not part of it.
pub(super) fn secret_in(file: &Path) -> Result<SecretString, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| Failure::usage(format!("{shown} cannot be read: {error}")))?;
    match text.trim() {
        "" => Err(Failure::usage(format!("{shown} is empty"))),
        secret => Ok(SecretString::from(secret)),
    }
}
