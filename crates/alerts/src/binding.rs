//! Whether an alert is about the account that its mailbox stands for.

use crate::facts::Facts;
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
    /// Packages of business apps that are signed in for this account on the phone that the binding is about, and for no other.
    pub apps: Vec<String>,
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
    #[error("the app is not one that is signed in for the account on this phone")]
    OtherApp,
}

impl Unbound {
    pub(crate) const ALL: [Self; 8] = [
        Self::NoFacts,
        Self::OtherBank,
        Self::OtherRecipient,
        Self::NoAccountDigits,
        Self::OtherAccount,
        Self::RegisteredTailTooShort,
        Self::OtherVpa,
        Self::OtherApp,
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
            Self::OtherApp => "other_app",
        }
    }
}

/// `Ok` if the alert proves that it is about the bound account: the only signed To mailbox (`signed_to`, see
/// [`crate::Mail::to_addresses`]) is a registered address exactly; every visible digit of the account fits and there are at
/// least four, or the template prints the paid VPA and it fits. What is printed beyond that must not contradict.
pub fn bind(reading: &Reading, signed_to: &[String], binding: &Binding) -> Result<(), Unbound> {
    let facts = reading.facts.as_ref().ok_or(Unbound::NoFacts)?;
    of_the_bank(reading, binding)?;
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
    match account(facts, binding)? {
        true => Ok(()),
        false => Err(Unbound::NoAccountDigits),
    }
}

/// The same for a message of a phone: the phone is what the message was sent to. A notification of `app` need name no account,
/// because the app is signed in for one.
pub fn bind_message(
    reading: &Reading,
    app: Option<&str>,
    binding: &Binding,
) -> Result<(), Unbound> {
    let facts = reading.facts.as_ref().ok_or(Unbound::NoFacts)?;
    let signed_in = app.is_some_and(|app| binding.apps.iter().any(|a| a == app));
    match app {
        Some(_) if !signed_in => return Err(Unbound::OtherApp),
        Some(_) => {}
        None => of_the_bank(reading, binding)?,
    }
    match account(facts, binding)? || signed_in {
        true => Ok(()),
        false => Err(Unbound::NoAccountDigits),
    }
}

fn of_the_bank(reading: &Reading, binding: &Binding) -> Result<(), Unbound> {
    match reading.bank.as_deref() == Some(binding.bank.as_str()) {
        true => Ok(()),
        false => Err(Unbound::OtherBank),
    }
}

/// Whether what is printed of the account proves that it is the bound one. `Err` where it contradicts.
fn account(facts: &Facts, binding: &Binding) -> Result<bool, Unbound> {
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
    Ok(tail_proves || vpa_proves)
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
