//! What makes a payee unique over the installation, without being readable.

use hmac::{Hmac, KeyInit, Mac};
use rails::vpa::Vpa;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Separates these hashes from every other use of the same pepper.
const LABEL: &[u8] = b"noxpay account identifier v1";

/// HMAC-SHA256 under the installation's pepper.
#[derive(Clone)]
pub struct IdentifierHash(SecretString);

/// An Indian bank account: IFSC and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankAccount {
    ifsc: String,
    number: String,
}

/// Why a text is no IFSC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 4 letters, a zero and 6 letters or digits")]
pub struct IfscError;

/// Why a text is no account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must have 6 to 18 digits")]
pub struct NumberError;

impl BankAccount {
    /// Reads an IFSC (RBI: bank code, `0`, branch code) in any case.
    pub fn parse_ifsc(text: &str) -> Result<String, IfscError> {
        let ifsc = text.trim().to_ascii_uppercase();
        let bytes = ifsc.as_bytes();
        let (Some(bank), Some(zero), Some(branch)) = (bytes.get(..4), bytes.get(4), bytes.get(5..))
        else {
            return Err(IfscError);
        };
        let fits = bank.iter().all(u8::is_ascii_alphabetic)
            && *zero == b'0'
            && branch.len() == 6
            && branch.iter().all(u8::is_ascii_alphanumeric);
        fits.then_some(ifsc).ok_or(IfscError)
    }

    /// Reads an account number; spaces and dashes between the digits are dropped.
    pub fn parse_number(text: &str) -> Result<String, NumberError> {
        let number: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .collect();
        let digits = number.bytes().all(|b| b.is_ascii_digit());
        let fits = digits && (6..=18).contains(&number.len());
        fits.then_some(number).ok_or(NumberError)
    }

    pub const fn new(ifsc: String, number: String) -> Self {
        Self { ifsc, number }
    }

    /// All digits, as given.
    pub fn number(&self) -> &str {
        &self.number
    }
}

impl IdentifierHash {
    pub const fn new(pepper: SecretString) -> Self {
        Self(pepper)
    }

    /// Of a VPA, whatever its case.
    pub fn vpa(&self, vpa: &Vpa) -> [u8; 32] {
        self.hash("vpa", vpa.key())
    }

    /// Of a bank account. Some channels pad numbers with leading zeros and some do not.
    pub fn bank_account(&self, account: &BankAccount) -> [u8; 32] {
        let number = account.number.trim_start_matches('0');
        self.hash("bank_account", &format!("{}:{number}", account.ifsc))
    }

    fn hash(&self, kind: &str, value: &str) -> [u8; 32] {
        let mut mac = match Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes()) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes a key of any length"),
        };
        for part in [LABEL, kind.as_bytes(), value.as_bytes()] {
            mac.update(part);
            mac.update(&[0]); // no part contains it, so that no two lists of parts read the same
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(pepper: &str) -> IdentifierHash {
        IdentifierHash::new(SecretString::from(pepper))
    }

    #[test]
    fn one_payee_has_one_hash_however_it_is_written() {
        let vpa = |text| hash("p").vpa(&Vpa::parse(text).unwrap());
        assert_eq!(vpa("Shop@OkBank"), vpa("shop@okbank"));
        assert_ne!(vpa("shop@okbank"), vpa("shop2@okbank"));
        let bank = |ifsc, number| {
            let ifsc = BankAccount::parse_ifsc(ifsc).unwrap();
            let number = BankAccount::parse_number(number).unwrap();
            hash("p").bank_account(&BankAccount::new(ifsc, number))
        };
        assert_eq!(
            bank("hdfc0001234", "0050 1234-5678"),
            bank("HDFC0001234", "5012345678")
        );
        assert_ne!(
            bank("HDFC0001234", "50123456"),
            bank("HDFC0001235", "50123456")
        );
    }

    #[test]
    fn another_pepper_makes_another_hash() {
        let vpa = Vpa::parse("shop@okbank").unwrap();
        assert_ne!(hash("p").vpa(&vpa), hash("q").vpa(&vpa));
    }

    #[test]
    fn what_is_no_bank_account_is_refused() {
        for ifsc in [
            "",
            "HDFC1001234",
            "HDFC000123",
            "HDF00001234",
            "HDFC000123é",
        ] {
            assert_eq!(BankAccount::parse_ifsc(ifsc), Err(IfscError), "{ifsc}");
        }
        for number in ["", "12345", "1234567890123456789", "12345x"] {
            assert_eq!(BankAccount::parse_number(number), Err(NumberError));
        }
    }
}
