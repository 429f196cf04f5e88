//! Alerts that somebody posts: raw mails, messages of phones, and signs of life. Nothing of them is interpreted here: imap-verifier says whose the
//! token is and what they prove. What is answered says nothing about intents.

pub(crate) mod heartbeat;
pub(crate) mod mail;
mod posted;
pub(crate) mod sms;

use posted::Posted;
