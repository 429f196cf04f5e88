//! Which folder is read. Banks' mails may be sorted away from INBOX by filters, tabs and labels: where a server keeps all mails
//! in one folder and says so (RFC 6154, `\\All`), that one is read unless the merchant names another.

use super::connect::Target;
use super::failure::Failure;
use super::wire::{Reins, Wire};
use imap::Session;
use imap::types::Name;
use imap_proto::NameAttribute;

/// Names of thousands of folders.
const LIST: usize = 1024 * 1024;

/// A folder that can be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) name: String,
    /// `all`, `archive`, `drafts`, `flagged`, `junk`, `sent` or `trash`, where the server says so.
    pub(crate) special_use: Option<&'static str>,
}

/// Why a folder is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Because {
    /// The merchant named it, or it was chosen before.
    Named,
    /// The server says that it holds all mails.
    AllMail,
    /// The server marks none.
    Inbox,
}

impl Because {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Named => "named",
            Self::AllMail => "all_mail",
            Self::Inbox => "inbox",
        }
    }
}

/// Every folder that can be opened.
pub(super) fn list(session: &mut Session<Wire>, reins: &Reins) -> Result<Vec<Folder>, Failure> {
    reins.allow(LIST);
    let names = session
        .list(Some(""), Some("\"*\""))
        .map_err(|e| Failure::of(&e))?;
    Ok(names.iter().filter_map(folder).collect())
}

fn folder(name: &Name<'_>) -> Option<Folder> {
    let attributes = name.attributes();
    if attributes.contains(&NameAttribute::NoSelect) {
        return None;
    }
    Some(Folder {
        name: name.name().to_owned(),
        special_use: attributes.iter().find_map(special_use),
    })
}

fn special_use(attribute: &NameAttribute<'_>) -> Option<&'static str> {
    match attribute {
        NameAttribute::All => Some("all"),
        NameAttribute::Archive => Some("archive"),
        NameAttribute::Drafts => Some("drafts"),
        NameAttribute::Flagged => Some("flagged"),
        NameAttribute::Junk => Some("junk"),
        NameAttribute::Sent => Some("sent"),
        NameAttribute::Trash => Some("trash"),
        _ => None,
    }
}

/// The folder to read, and why.
pub(super) fn choose(named: Option<&str>, folders: &[Folder]) -> (String, Because) {
    if let Some(named) = named {
        return (named.to_owned(), Because::Named);
    }
    match folders.iter().find(|f| f.special_use == Some("all")) {
        Some(all) => (all.name.clone(), Because::AllMail),
        None => ("INBOX".to_owned(), Because::Inbox),
    }
}

/// The folder to read; the server is asked only where none was named or chosen before.
pub(super) fn find(
    session: &mut Session<Wire>,
    target: &Target,
    reins: &Reins,
) -> Result<String, Failure> {
    match &target.folder {
        Some(folder) => Ok(folder.clone()),
        None => Ok(choose(None, &list(session, reins)?).0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_mail_is_read_where_there_is_one_and_none_was_named() {
        let folder = |name: &str, special_use| Folder {
            name: name.to_owned(),
            special_use,
        };
        let gmail = [
            folder("INBOX", None),
            folder("[Gmail]/Alle Nachrichten", Some("all")),
            folder("[Gmail]/Spam", Some("junk")),
        ];
        let chosen = |named, folders: &[Folder]| choose(named, folders);
        assert_eq!(
            chosen(None, &gmail),
            ("[Gmail]/Alle Nachrichten".to_owned(), Because::AllMail)
        );
        assert_eq!(
            chosen(None, &gmail[..1]),
            ("INBOX".to_owned(), Because::Inbox)
        );
        assert_eq!(
            chosen(Some("Bank"), &gmail),
            ("Bank".to_owned(), Because::Named)
        );
    }
}
