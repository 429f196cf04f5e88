//! What people and banks call "the reference number".

/// A retrieval reference number: the 12 digits that UPI and IMPS give to a payment. Leading zeros belong to it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rrn(String);

impl Rrn {
    pub const LEN: usize = 12;

    /// Accepts spaces and dashes between the digits, as people copy them.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = squeeze(text);
        let fits = digits.len() == Self::LEN && digits.bytes().all(|b| b.is_ascii_digit());
        fits.then_some(Self(digits))
    }

    /// The 12 digits. For a unique key use `domain::evidence::reference_key`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Rrn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a typed or printed reference turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// UPI or IMPS: the one that the payee's bank prints too.
    Rrn(Rrn),
    /// A NEFT (16) or RTGS (22) UTR, upper case: four letters of the bank, then letters and digits.
    BankUtr(String),
    /// `PhonePe`'s own transaction id (`T` and 20 or more digits). The line to look at is "UTR".
    PhonePeId,
    /// Google Pay's own transaction id (`CICAg…`). The line to look at is "UPI transaction ID".
    GooglePayId,
}

impl Reference {
    /// `None` where the text is none of these.
    pub fn recognise(text: &str) -> Option<Self> {
        if let Some(rrn) = Rrn::parse(text) {
            return Some(Self::Rrn(rrn));
        }
        let squeezed = squeeze(text);
        let digits_follow =
            |rest: &str| rest.len() >= 20 && rest.bytes().all(|b| b.is_ascii_digit());
        if squeezed.strip_prefix(['T', 't']).is_some_and(digits_follow) {
            return Some(Self::PhonePeId);
        }
        if squeezed.starts_with("CICAg") {
            return Some(Self::GooglePayId);
        }
        is_bank_utr(&squeezed).then(|| Self::BankUtr(squeezed.to_ascii_uppercase()))
    }
}

fn is_bank_utr(text: &str) -> bool {
    let letters = text.bytes().take(4).filter(u8::is_ascii_alphabetic).count();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    matches!(text.len(), 16 | 22)
        && letters == 4
        && digits >= 8
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn squeeze(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_are_an_rrn_however_they_are_spaced() {
        for text in ["627312345678", " 6273 1234 5678\n", "6273-1234-5678"] {
            assert_eq!(Rrn::parse(text).unwrap().as_str(), "627312345678");
        }
        assert_eq!(Rrn::parse("084701812319").unwrap().as_str(), "084701812319");
        for text in [
            "",
            "62731234567",
            "6273123456789",
            "62731234567x",
            "६२७३१२३४५६७८",
        ] {
            assert_eq!(Rrn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_apps_own_id_is_recognised_as_such() {
        let recognise = Reference::recognise;
        assert_eq!(
            recognise("T2609301234567890123456"),
            Some(Reference::PhonePeId)
        );
        assert_eq!(recognise("CICAgKDx9q3lXg"), Some(Reference::GooglePayId));
        for utr in ["SBIN526273123456", "hdfcr52026093012345678"] {
            let upper = utr.to_ascii_uppercase();
            assert_eq!(recognise(utr), Some(Reference::BankUtr(upper)));
        }
        for text in [
            "",
            "T123",
            "hello",
            "ORDER-123456789012",
            "abcdefghijklmnop",
        ] {
            assert_eq!(recognise(text), None, "{text}");
        }
    }
}
