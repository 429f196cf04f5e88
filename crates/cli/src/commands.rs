//! One command, one file.

pub(crate) mod account;
pub(crate) mod alerts;
pub(crate) mod audit;
pub(crate) mod dead;
pub(crate) mod demo;
pub(crate) mod device;
pub(crate) mod doctor;
pub(crate) mod intent;
pub(crate) mod key;
pub(crate) mod listen;
pub(crate) mod mailbox;
pub(crate) mod merchant;
pub(crate) mod migrate;
pub(crate) mod review;
pub(crate) mod rules;
pub(crate) mod webhook;
mod word;
