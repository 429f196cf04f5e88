//! `noxpay mailbox test`

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::{Table, Terminal};
use clap::Args;
use serde::Deserialize;
use uuid::Uuid;

/// Try whether a mailbox can be read: connects, logs in, opens the folder, reads the newest mail's sender, idles
///
/// Lists the folders, and says which is read and why. Stores nothing and marks nothing as seen.
#[derive(Args)]
pub(crate) struct Test {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The mailbox: noxpay mailbox list
    mailbox: Uuid,
}

#[derive(Deserialize)]
struct Tried {
    ok: bool,
    failed_step: Option<String>,
    message: Option<String>,
    advice: Option<String>,
    folder: Option<String>,
    folder_because: Option<String>,
    folders: Vec<Folder>,
    mails: u32,
}

#[derive(Deserialize)]
struct Folder {
    name: String,
    special_use: Option<String>,
}

impl Test {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let path = format!("mailboxes/{}/test", self.mailbox);
        let nothing = serde_json::json!({});
        let answer = gateway.post(&path, &scope.query(), &nothing).await?;
        let tried: Tried = answer.read()?;
        terminal.result(answer.raw())?;
        if !tried.folders.is_empty() {
            let mut table = Table::new(["FOLDER", "USE", "READ"], "no folders");
            for folder in &tried.folders {
                let read = tried.folder.as_ref() == Some(&folder.name);
                table.row([
                    folder.name.clone(),
                    folder.special_use.clone().unwrap_or_default(),
                    if read { "yes" } else { "" }.to_owned(),
                ]);
            }
            terminal.table(&table);
        }
        if let (Some(folder), Some(because)) = (&tried.folder, &tried.folder_because) {
            terminal.line(format!("{folder} is read: {}", reason(because)));
        }
        if tried.ok {
            terminal.line(format!("it can be read; it holds {} mails", tried.mails));
            return Ok(());
        }
        Err(Failure::failed(format!(
            "it cannot be read, at the step `{}`: {} ({})",
            tried.failed_step.as_deref().unwrap_or("unknown"),
            tried.message.as_deref().unwrap_or("no reason was given"),
            tried.advice.as_deref().unwrap_or("see imap-verifier's log"),
        )))
    }
}

/// Why a folder is read.
fn reason(because: &str) -> &'static str {
    match because {
        "all_mail" => "the server keeps all mails in it, whatever filters do with them",
        "inbox" => {
            "the server has no folder of all mails; filters must leave the bank's mails here"
        }
        _ => "it was named, or chosen when the mailbox was first read",
    }
}
