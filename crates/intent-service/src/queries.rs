//! What is shown, one question per file.

pub mod accounts;
pub mod channels;
pub mod checkout;
pub mod evidence;
pub mod explain;
pub mod intents;
pub mod suggest;
pub mod told;
pub mod unmatched;
pub mod view;
