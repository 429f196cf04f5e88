//! The tables' rows and the statements on them. A statement that can go several ways says which one it went.

pub(crate) mod binding;
pub(crate) mod cursor;
pub(crate) mod mailbox;
pub(crate) mod merchant;
pub(crate) mod message;
pub(crate) mod tokens;

pub(crate) use binding::BindingRow;
pub(crate) use cursor::{Fence, Fenced};
pub(crate) use mailbox::{MailboxRow, MailboxState};
pub(crate) use message::MessageRow;
pub(crate) use tokens::TokensRow;
