//! Why a mail is not believed.

/// In the order in which a mail gets nearer to being believed: of several signatures, the last reason in this list tells most.
/// Codes are stable, see [`RefusalReason::code`]; the text is for merchants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum RefusalReason {
    #[error("one of From, To, Date, Subject, Message-ID is missing")]
    HeaderMissing,
    #[error("a header field that must be unique stands twice")]
    HeaderRepeated,
    #[error("the From field names no one mailbox")]
    SenderUnclear,
    #[error("the sender is not a known bank")]
    NotABank,
    #[error("the Date field cannot be read")]
    DateUnreadable,
    #[error("there are more signatures than forwarding adds")]
    TooManySignatures,
    #[error("the mail is not signed")]
    Unsigned,
    #[error("the mailbox's server says nothing about the mail's origin")]
    ResultsMissing,
    #[error("what the mailbox's server says of the mail's origin cannot be read")]
    ResultsUnclear,
    #[error("somebody else than the mailbox's server speaks for the mail's origin")]
    ResultsByAnother,
    #[error("the mailbox's server did not find the bank's signature")]
    ResultsNegative,
    #[error("the signature cannot be read")]
    SignatureUnreadable,
    #[error("only somebody else than the bank signed the mail")]
    SignedByAnother,
    #[error("the signature covers only the beginning of the text (l=)")]
    PartlySigned,
    #[error("the signature uses an algorithm that can be forged")]
    WeakAlgorithm,
    #[error("the signature leaves out one of From, To, Date, Subject, Message-ID")]
    HeaderUnsigned,
    #[error("the signature had expired when the mail was delivered")]
    SignatureExpired,
    #[error("the bank publishes no such key")]
    KeyUnknown,
    #[error("the bank's key record cannot be used")]
    KeyUnusable,
    #[error("the bank has revoked the key")]
    KeyRevoked,
    #[error("the bank marks the key as a test")]
    KeyInTest,
    #[error("the key is too short to be safe")]
    KeyTooShort,
    #[error("the text was changed after signing")]
    BodyChanged,
    #[error("the header was changed after signing, or the key is not the signer's")]
    SignatureWrong,
}

impl RefusalReason {
    pub(crate) const ALL: [Self; 24] = [
        Self::HeaderMissing,
        Self::HeaderRepeated,
        Self::SenderUnclear,
        Self::NotABank,
        Self::DateUnreadable,
        Self::TooManySignatures,
        Self::Unsigned,
        Self::ResultsMissing,
        Self::ResultsUnclear,
        Self::ResultsByAnother,
        Self::ResultsNegative,
        Self::SignatureUnreadable,
        Self::SignedByAnother,
        Self::PartlySigned,
        Self::WeakAlgorithm,
        Self::HeaderUnsigned,
        Self::SignatureExpired,
        Self::KeyUnknown,
        Self::KeyUnusable,
        Self::KeyRevoked,
        Self::KeyInTest,
        Self::KeyTooShort,
        Self::BodyChanged,
        Self::SignatureWrong,
    ];

    /// Stable code for logs, the e-mail log of a merchant and `alerts check`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::HeaderMissing => "header_missing",
            Self::HeaderRepeated => "header_repeated",
            Self::SenderUnclear => "sender_unclear",
            Self::NotABank => "not_a_bank",
            Self::DateUnreadable => "date_unreadable",
            Self::TooManySignatures => "too_many_signatures",
            Self::Unsigned => "unsigned",
            Self::ResultsMissing => "results_missing",
            Self::ResultsUnclear => "results_unclear",
            Self::ResultsByAnother => "results_by_another",
            Self::ResultsNegative => "results_negative",
            Self::SignatureUnreadable => "signature_unreadable",
            Self::SignedByAnother => "signed_by_another",
            Self::PartlySigned => "partly_signed",
            Self::WeakAlgorithm => "weak_algorithm",
            Self::HeaderUnsigned => "header_unsigned",
            Self::SignatureExpired => "signature_expired",
            Self::KeyUnknown => "key_unknown",
            Self::KeyUnusable => "key_unusable",
            Self::KeyRevoked => "key_revoked",
            Self::KeyInTest => "key_in_test",
            Self::KeyTooShort => "key_too_short",
            Self::BodyChanged => "body_changed",
            Self::SignatureWrong => "signature_wrong",
        }
    }
}
