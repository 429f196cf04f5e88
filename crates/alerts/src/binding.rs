//! Whether an alert is about the account that its mailbox stands for.

use crate::reading::Reading;

/// Fewest visible digits that tell an account from its neighbours.
pub const MIN_TAIL_DIGITS: usize = 4;

/// What a merchant registered for one account and one mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Short code of the bank, as in the rules.
    pub bank: String,
    /// The last digits of the account number, or all of it.
    pub account_tail: Option<String>,
    pub payee_vpa: Option<String>,
    /// The addresses that the bank sends this account's alerts to. Compared without case.
    pub registered_addresses: Vec<String>,
}

/// Why an alert is not about the account. Each has a stable code, see [`Unbound::code`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Unbound {
    #[error("the alert gives no facts")]
    NoFacts,
    #[error("the alert is another bank's")]
    OtherBank,
    #[error("the alert was not sent to a registered address")]
    OtherRecipient,
    #[error("the alert names neither at least 4 digits of the account nor the VPA that was paid")]
    NoAccountDigits,
    #[error("the alert is about another account")]
    OtherAccount,
    #[error("the alert shows more digits than are registered: register the whole account number")]
    RegisteredTailTooShort,
    #[error("the alert is about another VPA")]
    OtherVpa,
}

impl Unbound {
    pub(crate) const ALL: [Self; 7] = [
        Self::NoFacts,
        Self::OtherBank,
        Self::OtherRecipient,
        Self::NoAccountDigits,
        Self::OtherAccount,
        Self::RegisteredTailTooShort,
        Self::OtherVpa,
    ];

    /// Stable code for the e-mail log of a merchant.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoFacts => "no_facts",
            Self::OtherBank => "other_bank",
            Self::OtherRecipient => "other_recipient",
            Self::NoAccountDigits => "no_account_digits",
            Self::OtherAccount => "other_account",
            Self::RegisteredTailTooShort => "registered_tail_too_short",
            Self::OtherVpa => "other_vpa",
        }
    }
}

/// `Ok` if the alert proves that it is about the bound account: the only signed To mailbox (`signed_to`, see
/// [`crate::Mail::to_addresses`]) is a registered address exactly; every visible digit of the account fits and there are at
/// least four, or the template prints the paid VPA and it fits. What is printed beyond that must not contradict.
pub fn bind(reading: &Reading, signed_to: &[String], binding: &Binding) -> Result<(), Unbound> {
    let facts = reading.facts.as_ref().ok_or(Unbound::NoFacts)?;
    if reading.bank.as_deref() != Some(binding.bank.as_str()) {
        return Err(Unbound::OtherBank);
    }
    let [to] = signed_to else {
        return Err(Unbound::OtherRecipient);
    };
    if !binding
        .registered_addresses
        .iter()
        .any(|a| a.eq_ignore_ascii_case(to))
    {
        return Err(Unbound::OtherRecipient);
    }
    let tail_proves = match &facts.account_tail {
        Some(visible) => {
            fits(visible, binding.account_tail.as_deref())?;
            visible.len() >= MIN_TAIL_DIGITS
        }
        None => false,
    };
    let vpa_proves = match (&facts.payee_vpa, &binding.payee_vpa) {
        (Some(printed), Some(registered)) if printed.as_str().eq_ignore_ascii_case(registered) => {
            true
        }
        (Some(_), Some(_)) => return Err(Unbound::OtherVpa),
        _ => false,
    };
    if tail_proves || vpa_proves {
        Ok(())
    } else {
        Err(Unbound::NoAccountDigits)
    }
}

/// All visible digits are the registered account's last ones.
fn fits(visible: &str, registered: Option<&str>) -> Result<(), Unbound> {
    let registered = registered.ok_or(Unbound::OtherAccount)?;
    if registered.ends_with(visible) {
        Ok(())
    } else if visible.len() > registered.len() && visible.ends_with(registered) {
        Err(Unbound::RegisteredTailTooShort)
    } else {
        Err(Unbound::OtherAccount)
    }
}

#[cfg(test)]
mod tests;
