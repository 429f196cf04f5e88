//! The tables' rows and the statements on them. A statement that can go several ways says which one it went.

pub(crate) mod arrival;
pub(crate) mod binding;
pub(crate) mod body;
pub(crate) mod cursor;
pub(crate) mod delivery;
pub(crate) mod dkim_key;
pub(crate) mod kind;
pub(crate) mod mailbox;
pub(crate) mod merchant;
pub(crate) mod message;
pub(crate) mod parser_rule;
pub(crate) mod push;
pub(crate) mod tokens;
pub(crate) mod trusted;
pub(crate) mod waiting;

pub(crate) use binding::BindingRow;
pub(crate) use body::BodyRow;
pub(crate) use cursor::{Fence, Fenced};
pub(crate) use kind::SourceKind;
pub(crate) use mailbox::{MailboxRow, MailboxState};
pub(crate) use message::MessageRow;
pub(crate) use parser_rule::ParserRuleRow;
pub(crate) use push::PushRow;
pub(crate) use tokens::TokensRow;
