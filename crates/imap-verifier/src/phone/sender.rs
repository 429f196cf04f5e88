//! Who sent what a phone forwards.

use super::Message;

/// As it can be told from an SMS or a notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A header registered with the operators, without what stands around it: `HDFCBK` of `VM-HDFCBK-S`.
    Header(String),
    /// The package of the app that notified.
    App(String),
    /// A number: anybody.
    Number,
    Missing,
    /// A name in the phone's own address book, or a header in no known form.
    Other,
}

impl Sender {
    pub(crate) fn of(message: &Message) -> Self {
        let sender = message.sender.trim();
        let of_a_number = |c: char| c.is_ascii_digit() || "+-() .".contains(c);
        if !sender.is_empty() && sender.chars().all(of_a_number) {
            return Self::Number;
        }
        let named = message.app.as_deref().and_then(package);
        if let Some(app) = named.or_else(|| package(sender)) {
            return Self::App(app);
        }
        if sender.is_empty() {
            return Self::Missing;
        }
        header(sender).map_or(Self::Other, Self::Header)
    }
}

/// `XX-HEADER` or `XX-HEADER-S`: operator and circle before it, the kind of message behind it.
pub(crate) fn header(sender: &str) -> Option<String> {
    let upper = sender.trim().to_ascii_uppercase();
    let mut parts = upper.split('-');
    let (operator, header, kind) = (parts.next()?, parts.next()?, parts.next());
    let letters = operator.len() == 2 && operator.bytes().all(|b| b.is_ascii_alphabetic());
    let kind_fits = kind.is_none_or(|k| matches!(k, "S" | "T" | "P" | "G"));
    let fits = letters && kind_fits && parts.next().is_none() && bare(header);
    fits.then(|| header.to_owned())
}

/// A header alone.
pub(crate) fn bare(header: &str) -> bool {
    (3..=11).contains(&header.len())
        && header.bytes().all(|b| b.is_ascii_alphanumeric())
        && header.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The name of an Android package, such as `com.phonepe.app.business`.
fn package(text: &str) -> Option<String> {
    let text = text.trim();
    let part = |p: &str| {
        p.starts_with(|c: char| c.is_ascii_alphabetic())
            && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let named = text.len() <= 100 && text.contains('.') && text.split('.').all(part);
    named.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sender: &str) -> Sender {
        Sender::of(&Message {
            sender: sender.to_owned(),
            ..Message::default()
        })
    }

    #[test]
    fn headers_are_stripped_at_both_ends() {
        for sender in [
            "VM-HDFCBK",
            "VM-HDFCBK-S",
            "jd-hdfcbk-t",
            " AX-HDFCBK-P ",
            "BZ-HDFCBK-G",
        ] {
            assert_eq!(of(sender), Sender::Header("HDFCBK".to_owned()), "{sender}");
        }
    }

    #[test]
    fn numbers_names_and_nothing_are_no_headers() {
        for sender in [
            "+919876543210",
            "98765 43210",
            "56161",
            "(022) 123-456",
            "1.2",
        ] {
            assert_eq!(of(sender), Sender::Number, "{sender}");
        }
        assert_eq!(of("  "), Sender::Missing);
        for sender in [
            "HDFCBK",
            "VM-HDFCBK-X",
            "V-HDFCBK",
            "VM-HDFCBK-S-S",
            "VM-123456",
            "Asha",
            "VM-HDFC BK",
        ] {
            assert_eq!(of(sender), Sender::Other, "{sender}");
        }
    }

    #[test]
    fn an_app_is_known_by_its_package() {
        let app = Sender::App("com.phonepe.app.business".to_owned());
        assert_eq!(of("com.phonepe.app.business"), app);
        let named = Message {
            sender: "PhonePe Business".to_owned(),
            app: Some("com.phonepe.app.business".to_owned()),
            ..Message::default()
        };
        assert_eq!(Sender::of(&named), app);
        // An app's label says nothing.
        let labelled = Message {
            app: Some("PhonePe Business".to_owned()),
            ..named
        };
        assert_eq!(Sender::of(&labelled), Sender::Other);
    }
}
