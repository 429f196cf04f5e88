//! The tables' rows and the statements on them. A statement that can go several ways says which one it went.

pub(crate) mod binding;
pub(crate) mod body;
pub(crate) mod cursor;
pub(crate) mod dkim_key;
pub(crate) mod mailbox;
pub(crate) mod merchant;
pub(crate) mod message;
pub(crate) mod parser_rule;

pub(crate) use binding::BindingRow;
pub(crate) use body::BodyRow;
pub(crate) use cursor::{Fence, Fenced};
pub(crate) use mailbox::{MailboxRow, MailboxState};
pub(crate) use message::MessageRow;
pub(crate) use parser_rule::ParserRuleRow;
