//! A password, from anywhere but the command line.

use crate::context::Context;
use crate::failure::Failure;
use crate::settings::mailbox_password;
use crate::terminal::Terminal;
use secrecy::SecretString;
use std::io::{BufRead as _, IsTerminal as _};
use std::process::Command;

pub(super) fn read(
    context: &mut Context,
    terminal: &mut Terminal,
) -> Result<SecretString, Failure> {
    let set = context.settings(mailbox_password)?;
    if let Some(password) = set {
        return Ok(password);
    }
    type_in("Password", terminal)?.ok_or_else(|| {
        Failure::usage("the password is empty: type it, or set NOXPAY_MAILBOX_PASSWORD_FILE")
    })
}

/// A secret that is typed, or the first line of standard input. `None` where it is empty.
pub(super) fn type_in(
    what: &str,
    terminal: &mut Terminal,
) -> Result<Option<SecretString>, Failure> {
    let typed = std::io::stdin().is_terminal();
    if typed {
        terminal.progress(format!("{what} (it is not shown):"));
        echo("-echo");
    }
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if typed {
        echo("echo");
    }
    read.map_err(Failure::failed)?;
    match line.trim_end_matches(['\r', '\n']) {
        "" => Ok(None),
        secret => Ok(Some(SecretString::from(secret))),
    }
}

/// Without `stty` the password shows while it is typed; nothing else happens.
fn echo(setting: &str) {
    let _ = Command::new("stty").arg(setting).status();
}
