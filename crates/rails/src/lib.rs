#![doc = include_str!("../README.md")]

pub mod account_kind;
pub mod code;
pub mod offset;
pub mod payee;
pub mod qr;
pub mod uri;
pub mod utr;
pub mod vpa;
