//! Reasons in words that a merchant understands.

use crate::authenticity::RefusalReason;
use crate::binding::Unbound;
use crate::facts::Kind;
use crate::mail::MailError;
use crate::reading::Doubt;

/// What a reason's code means; a detail after it (`refused_word: otp`) is put behind the words. `None` for a code that this crate
/// does not give.
pub fn words(reason: &str) -> Option<String> {
    let (code, detail) = match reason.split_once(": ") {
        Some((code, detail)) => (code, Some(detail)),
        None => (reason, None),
    };
    let words = of_code(code)?;
    Some(match detail {
        Some(detail) => format!("{words} ({detail})"),
        None => words,
    })
}

fn of_code(code: &str) -> Option<String> {
    let refusal = RefusalReason::ALL.iter().find(|r| r.code() == code);
    let unbound = Unbound::ALL.iter().find(|u| u.code() == code);
    let limit = MailError::ALL.iter().find(|e| e.code() == code);
    let doubt = Doubt::ALL.iter().find(|d| d.code() == code);
    refusal
        .map(ToString::to_string)
        .or_else(|| unbound.map(ToString::to_string))
        .or_else(|| limit.map(ToString::to_string))
        .or_else(|| doubt.map(|d| d.words().to_owned()))
        .or_else(|| of_kind(code).map(str::to_owned))
}

fn of_kind(code: &str) -> Option<&'static str> {
    match code {
        _ if code == Kind::Debit.as_str() => Some("money has left the account"),
        _ if code == Kind::Reversal.as_str() => {
            Some("money that had arrived was taken back, and the alert names no reference")
        }
        _ if code == Kind::Other.as_str() => Some("it tells of no payment"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where codes are written down.
    const SOURCES: [&str; 4] = [
        include_str!("authenticity/reason.rs"),
        include_str!("binding.rs"),
        include_str!("mail.rs"),
        include_str!("reading.rs"),
    ];

    #[test]
    fn every_code_has_words() {
        let mut codes = 0;
        for source in SOURCES {
            let found = source.lines().filter_map(|line| {
                let code = line.trim().split_once(" => \"")?.1.strip_suffix("\",")?;
                (!code.contains(' ')).then_some(code)
            });
            for code in found {
                codes += 1;
                let said = words(code).unwrap_or_default();
                assert!(said.contains(' ') && !said.ends_with('.'), "{code}: {said}");
            }
        }
        let all = RefusalReason::ALL.len() + Unbound::ALL.len() + MailError::ALL.len();
        assert_eq!(codes, all + Doubt::ALL.len());
        assert_eq!(words("nobody knows this"), None);
        assert!(
            ["debit", "reversal", "other"]
                .iter()
                .all(|kind| words(kind).is_some())
        );
    }

    #[test]
    fn a_detail_stands_behind_the_words() {
        let said = words(&Doubt::Refused("otp").to_string()).unwrap();
        assert!(said.ends_with("(otp)"), "{said}");
    }
}
