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
}

impl Reason {
    const ALL: [Self; 7] = [
        Self::TooLarge,
        Self::Gone,
        Self::KeyUnavailable,
        Self::NoFacts,
        Self::DateAfterMail,
        Self::SeveralAccounts,
        Self::NoBinding,
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
        for source in [include_str!("judge.rs"), include_str!("store.rs")] {
            for call in [
                "unread(\"",
                "because(Verdict::Unsure, \"",
                "Some(\"",
                "Err(\"",
            ] {
                assert!(!source.contains(call), "{call}");
            }
        }
    }
}
