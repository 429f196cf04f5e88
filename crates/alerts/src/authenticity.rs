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
use mail_auth::common::headers::Header;
use mail_auth::dkim::Signature;
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

/// Verifies the mail's DKIM signatures with keys from `dns`, or with such as stood there when the mail was handed over.
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
    let message = AuthenticatedMessage::parse(mail.bytes()).ok_or(RefusalReason::Unsigned)?;
    // What comes nearest to a good signature tells most.
    let mut nearest = signature::unreadable(&message);
    let mut undecided = None;
    let mut keys = verify::Keys::default();
    let (mut promising, mut older) = (Vec::new(), Vec::new());
    for header in &message.dkim_headers {
        let signature = &header.header;
        if let Err(reason) = signature::check(header, &from_domain, rules, handed_over_at) {
            nearest = nearest.max(reason);
            continue;
        }
        match key::fetch(dns, signature).await {
            Ok(key) => {
                keys.insert(signature, key);
                promising.push(header.clone());
            }
            Err(KeyFailure::Unusable(reason)) => {
                nearest = nearest.max(reason);
                // A key that is gone may be a rotated one. One that was revoked is dead at once.
                if reason == RefusalReason::KeyUnknown {
                    older.push(header.clone());
                }
            }
            Err(KeyFailure::TryLater) => {
                undecided = Some((signature.d.clone(), signature.s.clone()));
                older.push(header.clone());
            }
        }
    }
    match verify::first_good(of(&message, promising.clone()), &keys).await {
        Ok(verified) => {
            dns.proved(&verified.key_name()).await;
            return Ok(verified.into());
        }
        Err(reason) => nearest = nearest.max(reason),
    }
    // Another key cannot mend a body.
    if nearest != RefusalReason::BodyChanged {
        older.extend(promising);
    }
    for header in older {
        match kept(dns, &message, header, handed_over_at).await {
            Ok(Some(verified)) => return Ok(verified.into()),
            Ok(None) => {}
            Err(later) => undecided = Some(later),
        }
    }
    match undecided {
        Some((domain, selector)) => Ok(Authenticity::Undecided { domain, selector }),
        None => Err(nearest),
    }
}

/// The message with these signatures alone.
fn of<'m>(
    message: &AuthenticatedMessage<'m>,
    dkim_headers: Vec<Header<'m, Signature>>,
) -> AuthenticatedMessage<'m> {
    AuthenticatedMessage {
        dkim_headers,
        ..message.clone()
    }
}

/// Whether a key that stood in DNS when the mail was handed over verifies a signature. `Err` names the key that is not known now.
async fn kept(
    dns: &impl Dns,
    message: &AuthenticatedMessage<'_>,
    header: Header<'_, Signature>,
    handed_over_at: Timestamp,
) -> Result<Option<verify::Verified>, (String, String)> {
    let signature = &header.header;
    let later = |_| (signature.d.clone(), signature.s.clone());
    let records = dns
        .kept(&key::name(signature), handed_over_at)
        .await
        .map_err(later)?;
    for key in records.iter().filter_map(|record| key::usable(record).ok()) {
        let mut keys = verify::Keys::default();
        keys.insert(signature, key);
        let alone = of(message, vec![header.clone()]);
        if let Ok(verified) = verify::first_good(alone, &keys).await {
            return Ok(Some(verified));
        }
    }
    Ok(None)
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
