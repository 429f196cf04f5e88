//! Trying a mailbox out: what reading it would do, without storing or marking anything.

use super::connect::{Connector, Target, examine};
use super::failure::Failure;
use super::folder::{self, Because, Folder};
use super::wire::{Reins, Wire};
use imap::Session;
use imap::types::UnsolicitedResponse;
use std::time::Duration;

/// A header field, and what stands around it.
const ONE_HEADER: usize = 64 * 1024;
/// Long enough to see that the server takes the command.
const SHORT_IDLE: Duration = Duration::from_millis(300);

/// How far a mailbox could be read.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    /// Every folder that can be opened, where the login went well.
    pub(crate) folders: Vec<Folder>,
    /// What would be read, and why.
    pub(crate) folder: Option<(String, Because)>,
    /// How many mails the folder holds.
    pub(crate) mails: u32,
    /// What went wrong, if anything did.
    pub(crate) failure: Option<Failure>,
}

impl Probe {
    /// It came to nothing.
    pub(crate) fn failed(failure: Failure) -> Self {
        Self {
            failure: Some(failure),
            ..Self::default()
        }
    }
}

/// Connects, logs in, opens the folder, reads the newest mail's sender, idles for a moment. Blocks.
pub(crate) fn probe(connector: &Connector, target: &Target, reins: &Reins) -> Probe {
    let mut probe = Probe::default();
    probe.failure = go_through(connector, target, reins, &mut probe).err();
    probe
}

fn go_through(
    connector: &Connector,
    target: &Target,
    reins: &Reins,
    probe: &mut Probe,
) -> Result<(), Failure> {
    let mut logged_in = connector.log_in(target, reins)?;
    let session = &mut logged_in.session;
    probe.folders = folder::list(session, reins)?;
    let (name, because) = folder::choose(target.folder.as_deref(), &probe.folders);
    probe.folder = Some((name.clone(), because));
    probe.mails = examine(session, &name, reins)?.exists;
    if probe.mails > 0 {
        read_newest(session, reins)?;
    }
    if !logged_in.can_idle {
        return Err(Failure::Idle);
    }
    idle(session, reins)?;
    // It has told us what we wanted to know.
    let _ = session.logout();
    Ok(())
}

fn read_newest(session: &mut Session<Wire>, reins: &Reins) -> Result<(), Failure> {
    reins.allow(ONE_HEADER);
    let fetched = session.fetch(
        "*",
        "(UID RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM)]<0.2048>)",
    );
    match fetched {
        Ok(found) if found.iter().any(|mail| mail.header().is_some()) => Ok(()),
        Ok(_) | Err(imap::Error::No(_) | imap::Error::Bad(_)) => Err(Failure::Read),
        Err(error) => Err(Failure::of(&error)),
    }
}

fn idle(session: &mut Session<Wire>, reins: &Reins) -> Result<(), Failure> {
    reins.allow(ONE_HEADER);
    let mut idle = session.idle();
    idle.timeout(SHORT_IDLE).keepalive(false);
    let waited = idle.wait_while(|notice| !matches!(notice, UnsolicitedResponse::Bye { .. }));
    drop(idle);
    waited.map(drop).map_err(|error| match error {
        imap::Error::No(_) | imap::Error::Bad(_) => Failure::Idle,
        error => Failure::of(&error),
    })
}
