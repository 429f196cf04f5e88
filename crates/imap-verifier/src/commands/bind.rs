use crate::app::App;
use crate::error::CommandError;
use crate::events;
use crate::rows::{BindingRow, MailboxRow, MailboxState, SourceKind};
use alerts::{MIN_TAIL_DIGITS, Rules};
use db::types::to_db;
use db::{Scope, Tx};
use domain::ids::{AccountId, MailboxId};
use proto::convert::{non_empty, parse_id};
use proto::{Fault, mail};
use rails::vpa::Vpa;

/// An Indian account number has at most 18 digits.
const MOST_DIGITS: usize = 18;
const MOST_ADDRESSES: usize = 10;
const LONGEST_ADDRESS: usize = 254;
const ADDRESSES: &str = "must be 1 to 10 addresses";
/// What two sources tell may be one payment; what one source tells twice is two.
const ALONE: &str = "must be one app and nothing else: a phone tells an account in one way. For its SMS, or another app, add it again under another name";

/// Which alerts prove which account, as a merchant says it.
#[derive(Clone)]
pub(crate) struct NewBinding {
    mailbox: MailboxId,
    account: AccountId,
    bank: String,
    account_tail: Option<String>,
    payee_vpa: Option<String>,
    registered_addresses: Vec<String>,
    apps: Vec<String>,
}

impl NewBinding {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::BindRequest, rules: &Rules) -> Result<Self, Fault> {
        let account_tail = non_empty(&request.account_tail).map(tail).transpose()?;
        let payee_vpa = non_empty(&request.payee_vpa).map(vpa).transpose()?;
        let apps = apps(&request.apps, rules)?;
        if !apps.is_empty() && (account_tail.is_some() || payee_vpa.is_some()) {
            return Err(Fault::invalid("apps", ALONE));
        }
        if account_tail.is_none() && payee_vpa.is_none() && apps.is_empty() {
            return Err(Fault::invalid(
                "account_tail",
                "or payee_vpa must be given, or for a phone apps: an alert must prove the account",
            ));
        }
        let bank = request.bank.trim().to_ascii_uppercase();
        if !rules.knows(&bank) {
            return Err(Fault::invalid(
                "bank",
                "is not one whose alerts can be read",
            ));
        }
        Ok(Self {
            mailbox: parse_id(&request.mailbox_id, "mailbox_id")?,
            account: parse_id(&request.account_id, "account_id")?,
            bank,
            account_tail,
            payee_vpa,
            registered_addresses: addresses(&request.registered_addresses)?,
            apps,
        })
    }

    /// # Errors
    /// `Invalid` names the field that a source of this kind must have, or must not.
    fn check(&self, kind: SourceKind) -> Result<(), Fault> {
        let phone = kind == SourceKind::Phone;
        if !phone && self.registered_addresses.is_empty() {
            return Err(Fault::invalid("registered_addresses", ADDRESSES));
        }
        if !phone && !self.apps.is_empty() {
            return Err(Fault::invalid("apps", "are a phone's"));
        }
        Ok(())
    }
}

fn apps(packages: &[String], rules: &Rules) -> Result<Vec<String>, Fault> {
    if packages.iter().any(|p| rules.app_bank(p).is_none()) {
        let why = "must be the package of a business app, such as com.phonepe.app.business";
        return Err(Fault::invalid("apps", why));
    }
    match packages {
        [] | [_] => Ok(packages.to_vec()),
        _ => Err(Fault::invalid("apps", ALONE)),
    }
}

fn tail(text: &str) -> Result<String, Fault> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && (MIN_TAIL_DIGITS..=MOST_DIGITS).contains(&text.len()) {
        return Ok(text.to_owned());
    }
    Err(Fault::invalid(
        "account_tail",
        "must have 4 to 18 digits and nothing else",
    ))
}

fn vpa(text: &str) -> Result<String, Fault> {
    match Vpa::parse(text) {
        Ok(vpa) => Ok(vpa.as_str().to_owned()),
        Err(error) => Err(Fault::invalid("payee_vpa", error.to_string())),
    }
}

fn addresses(texts: &[String]) -> Result<Vec<String>, Fault> {
    let wrong = |why| Fault::invalid("registered_addresses", why);
    if texts.len() > MOST_ADDRESSES {
        return Err(wrong(ADDRESSES));
    }
    let parsed = texts
        .iter()
        .map(|text| address(text).ok_or_else(|| wrong("must be plain addresses, local@domain")));
    let mut all = parsed.collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    Ok(all)
}

/// As alerts' own To is compared: ASCII without spaces or quotes, lower case.
fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.split_once('@')?;
    let plain = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| {
                b.is_ascii_graphic() && !matches!(b, b'@' | b'<' | b'>' | b',' | b';' | b'"')
            })
    };
    (text.len() <= LONGEST_ADDRESS && plain(local) && plain(domain))
        .then(|| text.to_ascii_lowercase())
}

/// Binds an account to a mailbox, or changes what proves it. The account's witnesses change in the same transaction; a
/// repetition that changes nothing says nothing.
pub(crate) async fn bind(
    app: &App,
    scope: Scope,
    new: NewBinding,
) -> Result<BindingRow, CommandError> {
    let clock = app.clock.clone();
    let checked = new.clone();
    let row = BindingRow {
        mailbox_id: new.mailbox.uuid(),
        account_id: new.account.uuid(),
        merchant_id: scope.merchant.uuid(),
        live: scope.mode.is_live(),
        bank: new.bank,
        account_tail: new.account_tail,
        payee_vpa: new.payee_vpa,
        registered_addresses: new.registered_addresses,
        updated_at: to_db(clock.now()),
        apps: new.apps,
        alert_delay_s: None,
        alert_delay_at: None,
    };
    let stored = row.clone();
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let mailbox = MailboxRow::lock(tx, stored.mailbox_id)
                .await?
                .ok_or_else(CommandError::not_found)?;
            if mailbox.state == MailboxState::Removed {
                return Err(CommandError::removed());
            }
            checked.check(mailbox.kind)?;
            let known = BindingRow::find(tx, stored.mailbox_id, stored.account_id).await?;
            if known.is_some_and(|known| known.proves_like(&stored)) {
                return Ok(());
            }
            let delay = BindingRow::delay_of(tx, stored.account_id).await?;
            let (alert_delay_s, alert_delay_at) = delay.unwrap_or_default();
            let measured = BindingRow {
                alert_delay_s,
                alert_delay_at,
                ..stored.clone()
            };
            measured.upsert(tx).await?;
            let accounts = vec![AccountId::from_uuid(stored.account_id)];
            events::source_changed(tx, &clock, mailbox.id, accounts, mailbox.state.counts())
                .await?;
            Ok(())
        })
        .await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> mail::BindRequest {
        mail::BindRequest {
            mailbox_id: "0190a7a0-0000-7000-8000-000000000001".to_owned(),
            account_id: "0190a7a0-0000-7000-8000-000000000002".to_owned(),
            bank: "hdfc".to_owned(),
            account_tail: "7722".to_owned(),
            payee_vpa: String::new(),
            registered_addresses: vec!["Shop@Example.IN ".to_owned()],
            apps: Vec::new(),
        }
    }

    fn field(request: &mail::BindRequest) -> String {
        let fault = NewBinding::parse(request, &Rules::builtin())
            .err()
            .expect("a refusal");
        fault.field.expect("a field")
    }

    #[test]
    fn a_binding_is_kept_as_alerts_are_compared() {
        let binding = NewBinding::parse(&request(), &Rules::builtin()).unwrap();
        assert_eq!(binding.bank, "HDFC");
        assert_eq!(binding.registered_addresses, ["shop@example.in"]);
    }

    #[test]
    fn fewer_than_four_digits_prove_no_account() {
        for account_tail in ["722", "77a2", "1234567890123456789", " 7722"] {
            assert_eq!(
                field(&mail::BindRequest {
                    account_tail: account_tail.to_owned(),
                    ..request()
                }),
                "account_tail"
            );
        }
        assert_eq!(
            field(&mail::BindRequest {
                account_tail: String::new(),
                ..request()
            }),
            "account_tail"
        );
    }

    #[test]
    fn every_other_wrong_field_is_named() {
        let bad = |change: fn(&mut mail::BindRequest)| {
            let mut request = request();
            change(&mut request);
            field(&request)
        };
        assert_eq!(bad(|r| r.bank = "NOBANK".to_owned()), "bank");
        assert_eq!(bad(|r| r.bank = "EXAMPLEBANK".to_owned()), "bank");
        assert_eq!(bad(|r| r.payee_vpa = "no vpa".to_owned()), "payee_vpa");
        assert_eq!(bad(|r| r.mailbox_id = "7".to_owned()), "mailbox_id");
        assert_eq!(bad(|r| r.account_id = String::new()), "account_id");
        assert_eq!(bad(|r| r.apps.push("com.whatsapp".to_owned())), "apps");
        let app = || "com.paytm.business".to_owned();
        assert_eq!(
            bad(|r| r.apps.push("com.paytm.business".to_owned())),
            "apps"
        );
        let of_apps = |apps: Vec<String>| mail::BindRequest {
            account_tail: String::new(),
            apps,
            ..request()
        };
        assert!(NewBinding::parse(&of_apps(vec![app()]), &Rules::builtin()).is_ok());
        assert_eq!(field(&of_apps(vec![app(), app()])), "apps");
        let unaddressed = mail::BindRequest {
            registered_addresses: Vec::new(),
            ..request()
        };
        let unaddressed = NewBinding::parse(&unaddressed, &Rules::builtin()).unwrap();
        assert!(unaddressed.check(SourceKind::Phone).is_ok());
        for kind in [SourceKind::Imap, SourceKind::Http] {
            let fault = unaddressed.check(kind).unwrap_err();
            assert_eq!(fault.field.as_deref(), Some("registered_addresses"));
        }
        assert_eq!(
            bad(|r| r.registered_addresses.push("Shop <a@b>".to_owned())),
            "registered_addresses"
        );
    }
}
