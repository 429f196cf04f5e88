//! Why a mail got its verdict, where the reason is this service's and not the reader's.

/// Each has a stable code and words for merchants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    TooLarge,
    Gone,
    KeyUnavailable,
    NoFacts,
    DateAfterMail,
    SeveralAccounts,
    NoBinding,
    UnknownSender,
    NotABusinessApp,
    PhoneNumberSender,
    NoSender,
    StampInFuture,
    StampTooOld,
    NoStamp,
    PrintedAfterStamp,
    OverDeviceLimit,
}

impl Reason {
    const ALL: [Self; 16] = [
        Self::TooLarge,
        Self::Gone,
        Self::KeyUnavailable,
        Self::NoFacts,
        Self::DateAfterMail,
        Self::SeveralAccounts,
        Self::NoBinding,
        Self::UnknownSender,
        Self::NotABusinessApp,
        Self::PhoneNumberSender,
        Self::NoSender,
        Self::StampInFuture,
        Self::StampTooOld,
        Self::NoStamp,
        Self::PrintedAfterStamp,
        Self::OverDeviceLimit,
    ];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Gone => "gone",
            Self::KeyUnavailable => "key_unavailable",
            Self::NoFacts => "no_facts",
            Self::DateAfterMail => "date_after_mail",
            Self::SeveralAccounts => "several_accounts",
            Self::NoBinding => "no_binding",
            Self::UnknownSender => "unknown_sender",
            Self::NotABusinessApp => "not_a_business_app",
            Self::PhoneNumberSender => "phone_number_sender",
            Self::NoSender => "no_sender",
            Self::StampInFuture => "stamp_in_future",
            Self::StampTooOld => "stamp_too_old",
            Self::NoStamp => "no_stamp",
            Self::PrintedAfterStamp => "printed_after_stamp",
            Self::OverDeviceLimit => "over_device_limit",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::TooLarge => "the message is larger than any bank's alert",
            Self::Gone => "the mail was deleted before it was read",
            Self::KeyUnavailable => {
                "the bank's key could not be asked for: it is tried again for six hours"
            }
            Self::NoFacts => "the alert gives no facts",
            Self::DateAfterMail => "the alert tells of a payment later than the mail's own date",
            Self::SeveralAccounts => "the alert fits several of your accounts",
            Self::NoBinding => "no account is bound to this mailbox: noxpay account add-upi",
            Self::UnknownSender => {
                "nobody lists the header of this SMS: say whose it is with noxpay device trust-header"
            }
            Self::NotABusinessApp => "the notification is of an app that is no bank's business app",
            Self::PhoneNumberSender => "a phone number sent it, and banks do not send from one",
            Self::NoSender => "the phone does not say who sent it",
            Self::StampInFuture => "the phone says that it came in the future: its clock is wrong",
            Self::StampTooOld => "it came to the phone too long ago",
            Self::NoStamp => {
                "it has no reference, and the phone gives neither time nor id to tell it from another by"
            }
            Self::PrintedAfterStamp => "it tells of a payment later than it came to the phone",
            Self::OverDeviceLimit => "the amount is beyond what this phone may vouch for",
        }
    }
}

/// The code of a stored reason, without its detail: there are few of them.
pub(crate) fn code_of(reason: &str) -> &str {
    reason.split(": ").next().unwrap_or(reason)
}

/// What a stored reason means. Empty for one that an older or newer program gave.
pub(crate) fn words(reason: &str) -> String {
    let own = Reason::ALL.iter().find(|r| r.code() == reason);
    own.map(|r| r.words().to_owned())
        .or_else(|| alerts::words(reason))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_words() {
        let source = include_str!("reason.rs");
        let codes: Vec<&str> = source
            .lines()
            .filter_map(|line| line.trim().split_once(" => \"")?.1.strip_suffix("\","))
            .filter(|code| !code.contains(' '))
            .collect();
        assert_eq!(codes.len(), Reason::ALL.len());
        for code in codes {
            assert!(words(code).contains(' '), "{code}");
        }
        assert!(words("body_changed").contains("changed after signing"));
        assert_eq!(words("of another age"), "");
    }

    #[test]
    fn nothing_gives_a_reason_that_is_not_listed() {
        // Literals would slip past the list.
        for source in [
            include_str!("judge.rs"),
            include_str!("store.rs"),
            include_str!("limits.rs"),
        ] {
            for call in [
                "unread(\"",
                "because(Verdict::Unsure, \"",
                "Some(\"",
                "Err(\"",
            ] {
                assert!(!source.contains(call), "{call}");
            }
        }
        // What it ignores is stored nowhere, and has words of its own.
        let message = include_str!("message.rs");
        for call in [
            "because(Verdict::Unsure, \"",
            "because(Verdict::Refused, \"",
        ] {
            assert!(!message.contains(call), "{call}");
        }
    }
}
