#![doc = include_str!("../README.md")]

mod authenticity;
mod binding;
pub mod check;
#[cfg(any(test, feature = "compose"))]
pub mod compose;
mod dns;
mod facts;
mod general;
mod interval;
mod mail;
mod merchant;
mod reading;
mod rules;
mod words;

pub use authenticity::{Authenticity, RefusalReason, authenticate, vouched};
pub use binding::{Binding, MIN_TAIL_DIGITS, Unbound, bind, bind_message};
pub use dns::{Dns, DnsError, PinnedDns};
pub use facts::{Facts, Kind, Occurred, Reference};
pub use interval::{DateAfterMail, UNMEASURED_ALERT_DELAY, interval};
pub use mail::{MAX_BODY_BYTES, MAX_RAW_BYTES, Mail, MailError};
pub use merchant::{Extract, MerchantRule, RuleFault, RuleFields};
pub use reading::{Doubt, Reading, RuleRef};
pub use rules::{RuleError, Rules, Via, speaks_of_money};
pub use words::words;

#[cfg(test)]
mod tests;
