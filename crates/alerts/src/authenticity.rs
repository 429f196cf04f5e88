//! Whether a mail comes from the bank that it names.

mod key;
mod reason;
mod results;
mod signature;
mod verify;

use crate::dns::Dns;
use crate::mail::Mail;
use crate::rules::Rules;
use jiff::Timestamp;
use key::KeyFailure;
use mail_auth::AuthenticatedMessage;
pub use reason::RefusalReason;
pub use results::vouched;

/// Fields that must stand in a mail exactly once and be signed: a second one above the signed one leaves DKIM intact.
pub(crate) const REQUIRED: [&str; 5] = ["from", "to", "date", "subject", "message-id"];
/// Fields that say how the body is read: at most once.
const AT_MOST_ONCE: [&str; 3] = ["content-type", "content-transfer-encoding", "mime-version"];
/// More signatures than forwarding adds; each costs a DNS question and a verification.
const MAX_SIGNATURES: usize = 5;

/// The verdict on a mail's origin. It speaks of signature, sender and header only: age, replay and account are judged elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authenticity {
    Verified {
        /// The domain that signed (`d=`).
        domain: String,
        selector: String,
        /// Hex SHA-256 of the accepted signature's bytes: a replay has the same.
        digest: String,
    },
    /// The mailbox's own server says so, see [`vouched`].
    Vouched {
        /// The From domain.
        domain: String,
        /// The server's authserv-id.
        by: String,
        /// Hex SHA-256 of the raw message.
        digest: String,
    },
    /// Not to be believed, now or later.
    Refused { reason: RefusalReason },
    /// The key could not be asked for: try again later.
    Undecided { domain: String, selector: String },
}

/// Verifies the mail's DKIM signatures with keys from `dns`.
///
/// `handed_over_at` is when the mailbox's server took the mail (IMAP INTERNALDATE, see [`Mail::handed_over_at`]): a signature's
/// expiry (`x=`) is judged then, not now. Awaits nothing but `dns`.
pub async fn authenticate(
    mail: &Mail,
    rules: &Rules,
    dns: &impl Dns,
    handed_over_at: Timestamp,
) -> Authenticity {
    match verdict(mail, rules, dns, handed_over_at).await {
        Ok(verified) => verified,
        Err(reason) => Authenticity::Refused { reason },
    }
}

async fn verdict(
    mail: &Mail,
    rules: &Rules,
    dns: &impl Dns,
    handed_over_at: Timestamp,
) -> Result<Authenticity, RefusalReason> {
    let from_domain = check_header(mail, rules)?;
    match mail.count("dkim-signature") {
        0 => return Err(RefusalReason::Unsigned),
        1..=MAX_SIGNATURES => {}
        _ => return Err(RefusalReason::TooManySignatures),
    }
    let mut message = AuthenticatedMessage::parse(mail.bytes()).ok_or(RefusalReason::Unsigned)?;
    // What comes nearest to a good signature tells most.
    let mut nearest = signature::unreadable(&message);
    let mut undecided = None;
    let mut keys = verify::Keys::default();
    let mut promising = Vec::new();
    for header in std::mem::take(&mut message.dkim_headers) {
        let signature = &header.header;
        if let Err(reason) = signature::check(&header, &from_domain, rules, handed_over_at) {
            nearest = nearest.max(reason);
            continue;
        }
        match key::fetch(dns, signature).await {
            Ok(key) => {
                keys.insert(signature, key);
                promising.push(header);
            }
            Err(KeyFailure::Unusable(reason)) => nearest = nearest.max(reason),
            Err(KeyFailure::TryLater) => {
                undecided = Some((signature.d.clone(), signature.s.clone()))
            }
        }
    }
    message.dkim_headers = promising;
    match verify::first_good(message, &keys).await {
        Ok(verified) => Ok(verified),
        Err(reason) => match undecided {
            Some((domain, selector)) => Ok(Authenticity::Undecided { domain, selector }),
            None => Err(nearest.max(reason)),
        },
    }
}

/// The From domain, if the header has the form that makes a signature mean something.
fn check_header(mail: &Mail, rules: &Rules) -> Result<String, RefusalReason> {
    for name in REQUIRED {
        match mail.count(name) {
            0 => return Err(RefusalReason::HeaderMissing),
            1 => {}
            _ => return Err(RefusalReason::HeaderRepeated),
        }
    }
    if AT_MOST_ONCE.iter().any(|name| mail.count(name) > 1) {
        return Err(RefusalReason::HeaderRepeated);
    }
    let from = mail.from_address().ok_or(RefusalReason::SenderUnclear)?;
    let (_, domain) = from.split_once('@').ok_or(RefusalReason::SenderUnclear)?;
    if rules.may_sign(domain, domain).is_none() {
        return Err(RefusalReason::NotABank);
    }
    if mail.date().is_none() {
        return Err(RefusalReason::DateUnreadable);
    }
    Ok(domain.to_owned())
}
