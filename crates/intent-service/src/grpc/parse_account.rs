//! The registration of a payee, read. Every fault names its field.

use super::parse::at;
use crate::commands::create_account::CreateAccount;
use crate::commands::restore_dedication::RestoreDedication;
use crate::identifiers::BankAccount;
use crate::rows::account::NewAccount;
use domain::Money;
use domain::ids::AccountId;
use domain::text::Reason;
use proto::convert::{non_empty, parse_id};
use proto::{Fault, intent as pb};
use rails::account_kind::AccountKind;
use rails::code::Code;
use rails::payee::{Mcc, Payee, PayeeName};
use rails::uri::{self, StaticQr};
use rails::vpa::Vpa;
use runtime::internal::CallContext;
use std::ops::RangeInclusive;
use tonic::{Request, Status};

/// Banks mask all but the last digits; fewer than four tell too little.
const TAIL: RangeInclusive<usize> = 4..=18;
const LONGEST_BANK: usize = 32;
/// An amount of many digits, to see whether an imported QR leaves room for it.
const LARGE: Money = Money::inr(99_999_999_999);

pub(super) fn create_account(asked: &pb::CreateAccountRequest) -> Result<CreateAccount, Fault> {
    let payee = payee(asked)?;
    let bank = asked.bank.trim();
    let code = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if bank.is_empty() || bank.len() > LONGEST_BANK || !bank.bytes().all(code) {
        let why = "must have 1 to 32 letters, digits, '_' or '-'";
        return Err(Fault::invalid("bank", why));
    }
    let account_tail = non_empty(asked.account_tail.trim()).map(tail).transpose()?;
    let bank_account = bank_account(asked)?;
    if let (Some(tail), Some(account)) = (&account_tail, &bank_account)
        && !account.number().ends_with(tail)
    {
        let why = "is not the end of account_number";
        return Err(Fault::invalid("account_tail", why));
    }
    Ok(CreateAccount {
        account: NewAccount {
            id: AccountId::new(),
            payee,
            dedicated: asked.dedicated,
            reference_only: asked.reference_only,
            bank: bank.to_ascii_uppercase(),
            account_tail,
        },
        bank_account,
    })
}

/// Why is asked for as for every word of a person.
pub(super) fn restore_dedication(
    request: &Request<pb::RestoreDedicationRequest>,
) -> Result<RestoreDedication, Status> {
    let context = CallContext::of(request)?;
    let asked = request.get_ref();
    Ok(RestoreDedication {
        account: parse_id(&asked.account_id, "account_id")?,
        reason: Reason::parse(&asked.reason).map_err(at("reason"))?,
        actor: context.actor.clone(),
        request_id: context.request_id.clone(),
    })
}

fn payee(asked: &pb::CreateAccountRequest) -> Result<Payee, Fault> {
    let kind = match asked.kind() {
        pb::AccountKind::Personal => AccountKind::Personal,
        pb::AccountKind::P2pm => AccountKind::P2pm,
        pb::AccountKind::Merchant => AccountKind::Merchant,
        pb::AccountKind::Unspecified => {
            return Err(Fault::invalid("kind", "is missing or unknown"));
        }
    };
    let vpa = Vpa::parse(&asked.vpa).map_err(at("vpa"))?;
    let name = PayeeName::parse(&asked.payee_name).map_err(at("payee_name"))?;
    let mut payee = Payee::new(kind, vpa, name);
    if let Some(mcc) = non_empty(&asked.mcc) {
        let mcc = Mcc::parse(mcc).map_err(at("mcc"))?;
        payee = payee.with_mcc(mcc).map_err(at("mcc"))?;
    }
    if let Some(qr) = non_empty(&asked.static_qr) {
        let qr = StaticQr::parse(qr).map_err(at("static_qr"))?;
        payee = payee.with_static_qr(qr).map_err(at("static_qr"))?;
    }
    // Whatever is registered fits into a URI, with any amount and code.
    let to_blame = if payee.static_qr().is_some() {
        "static_qr"
    } else {
        "vpa"
    };
    uri::payload(&payee, LARGE, Code::from_random([0; 6])).map_err(at(to_blame))?;
    Ok(payee)
}

fn tail(text: &str) -> Result<String, Fault> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && TAIL.contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(Fault::invalid("account_tail", "must have 4 to 18 digits"))
    }
}

fn bank_account(asked: &pb::CreateAccountRequest) -> Result<Option<BankAccount>, Fault> {
    match (non_empty(&asked.ifsc), non_empty(&asked.account_number)) {
        (None, None) => Ok(None),
        (Some(ifsc), Some(number)) => {
            let ifsc = BankAccount::parse_ifsc(ifsc).map_err(at("ifsc"))?;
            let number = BankAccount::parse_number(number).map_err(at("account_number"))?;
            Ok(Some(BankAccount::new(ifsc, number)))
        }
        (Some(_), None) => Err(Fault::invalid("account_number", "is missing beside ifsc")),
        (None, Some(_)) => Err(Fault::invalid("ifsc", "is missing beside account_number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> pb::CreateAccountRequest {
        pb::CreateAccountRequest {
            vpa: "shop@okbank".to_owned(),
            payee_name: "My Store".to_owned(),
            kind: pb::AccountKind::Personal.into(),
            dedicated: true,
            bank: "EXAMPLEBANK".to_owned(),
            account_tail: "4321".to_owned(),
            ..pb::CreateAccountRequest::default()
        }
    }

    fn field_of(change: impl FnOnce(&mut pb::CreateAccountRequest)) -> String {
        let mut asked = good();
        change(&mut asked);
        create_account(&asked).unwrap_err().field.unwrap()
    }

    #[test]
    fn an_address_that_leaves_no_room_in_a_uri_is_refused() {
        let long = pb::CreateAccountRequest {
            vpa: format!("{}@okbank", "v".repeat(240)),
            payee_name: "ऊ".repeat(40),
            ..good()
        };
        assert_eq!(
            super::payee(&long).unwrap_err().field.as_deref(),
            Some("vpa")
        );
        let short = pb::CreateAccountRequest {
            vpa: format!("{}@okbank", "v".repeat(60)),
            ..long
        };
        assert!(super::payee(&short).is_ok());
    }

    #[test]
    fn every_wrong_field_is_named() {
        assert!(create_account(&good()).is_ok());
        let text = str::to_owned;
        assert_eq!(field_of(|r| r.vpa = text("shop")), "vpa");
        assert_eq!(field_of(|r| r.payee_name = text(" ")), "payee_name");
        assert_eq!(field_of(|r| r.kind = 0), "kind");
        assert_eq!(field_of(|r| r.kind = 9), "kind");
        assert_eq!(field_of(|r| r.bank = text("")), "bank");
        assert_eq!(field_of(|r| r.account_tail = text("321")), "account_tail");
        assert_eq!(field_of(|r| r.ifsc = text("HDFC0001234")), "account_number");
        assert_eq!(field_of(|r| r.account_number = text("123456")), "ifsc");
        assert_eq!(field_of(|r| r.mcc = text("5411")), "mcc");
        let qr = "upi://pay?pa=shop@okbank&pn=x";
        assert_eq!(field_of(|r| r.static_qr = text(qr)), "static_qr");
    }

    #[test]
    fn the_tail_must_end_the_number() {
        let number = |r: &mut pb::CreateAccountRequest| {
            r.ifsc = "HDFC0001234".to_owned();
            r.account_number = "50100012345678".to_owned();
        };
        assert_eq!(field_of(number), "account_tail");
    }

    #[test]
    fn a_merchants_qr_must_pay_his_own_address() {
        let foreign = |r: &mut pb::CreateAccountRequest| {
            r.kind = pb::AccountKind::Merchant.into();
            r.static_qr = "upi://pay?pa=thief@okbank".to_owned();
        };
        assert_eq!(field_of(foreign), "static_qr");
    }
}
