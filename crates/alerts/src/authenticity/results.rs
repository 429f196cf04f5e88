//! The word of the mailbox's own server: Authentication-Results (RFC 8601).

use super::{Authenticity, RefusalReason};
use crate::mail::Mail;
use crate::rules::Rules;

/// Believes the server of a mailbox, which says that it verified an *unsigned-looking* mail: one whose signature it took away, as
/// some do. Only for a mailbox whose operator listed the server as one that always writes this field, removes those that come
/// from outside, and is reached over verified TLS; and only after [`super::authenticate`] found no signature at all: where one is
/// present, it alone decides.
///
/// Only the topmost field counts, only if its authserv-id is exactly `authserv_id`. It must hold `dkim=pass` for the From domain or
/// a listed parent of it, and no `dmarc` but `pass`. What stands in brackets is no fact, and ARC says nothing.
pub fn vouched(mail: &Mail, rules: &Rules, authserv_id: &str) -> Authenticity {
    match judge(mail, rules, authserv_id) {
        Ok(domain) => Authenticity::Vouched {
            domain,
            by: authserv_id.to_owned(),
            digest: mail.raw_digest().to_owned(),
        },
        Err(reason) => Authenticity::Refused { reason },
    }
}

fn judge(mail: &Mail, rules: &Rules, authserv_id: &str) -> Result<String, RefusalReason> {
    let from_domain = super::check_header(mail, rules)?;
    if mail.count("dkim-signature") > 0 {
        return Err(RefusalReason::SignatureWrong);
    }
    let field = mail
        .topmost("authentication-results")
        .ok_or(RefusalReason::ResultsMissing)?;
    let statements = statements(field).ok_or(RefusalReason::ResultsUnclear)?;
    let (server, results) = statements
        .split_first()
        .ok_or(RefusalReason::ResultsUnclear)?;
    // A version may follow the name.
    if server
        .first()
        .is_none_or(|name| !name.eq_ignore_ascii_case(authserv_id))
    {
        return Err(RefusalReason::ResultsByAnother);
    }
    let results: Vec<Outcome<'_>> = results
        .iter()
        .filter_map(|words| Outcome::read(words))
        .collect();
    let mut dmarc = results.iter().filter(|o| o.method == "dmarc");
    let aligned = |o: &Outcome<'_>| {
        o.property("header.from")
            .is_none_or(|from| from.eq_ignore_ascii_case(&from_domain))
    };
    if !dmarc.all(|o| o.passed && aligned(o)) {
        return Err(RefusalReason::ResultsNegative);
    }
    let signed = |o: &Outcome<'_>| {
        let signer = o.signer().map(str::to_ascii_lowercase);
        o.method == "dkim"
            && o.passed
            && signer.is_some_and(|signer| rules.may_sign(&from_domain, &signer) == Some(true))
    };
    match results.iter().any(signed) {
        true => Ok(from_domain),
        false => Err(RefusalReason::ResultsNegative),
    }
}

/// One method's result, and what it is about.
struct Outcome<'w> {
    method: String,
    passed: bool,
    properties: &'w [String],
}

impl<'w> Outcome<'w> {
    fn read(words: &'w [String]) -> Option<Self> {
        let (first, properties) = words.split_first()?;
        let (method, result) = first.split_once('=')?;
        let method = method.split('/').next().unwrap_or_default();
        Some(Self {
            method: method.to_ascii_lowercase(),
            passed: result.eq_ignore_ascii_case("pass"),
            properties,
        })
    }

    fn property(&self, name: &str) -> Option<&'w str> {
        self.properties
            .iter()
            .filter_map(|property| property.split_once('='))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// The signing domain: `header.d`, or what follows the @ of `header.i`; both must agree where both stand.
    fn signer(&self) -> Option<&'w str> {
        let identity = self
            .property("header.i")
            .map(|i| i.rsplit('@').next().unwrap_or(i));
        match (self.property("header.d"), identity) {
            (Some(d), Some(i)) => d.eq_ignore_ascii_case(i).then_some(d),
            (d, i) => d.or(i),
        }
    }
}

/// The statements between semicolons as words, comments taken out, quotes undone, nothing around an equals sign. `None` where
/// a comment or a quoted string does not end.
fn statements(field: &str) -> Option<Vec<Vec<String>>> {
    let mut statements = vec![Vec::new()];
    let mut word = String::new();
    let mut characters = field.chars().peekable();
    let mut depth = 0_u32;
    let mut quoted = false;
    let end_word = |word: &mut String, statements: &mut Vec<Vec<String>>| {
        if word.is_empty() {
            return;
        }
        if let Some(last) = statements.last_mut() {
            let joins =
                word.starts_with('=') || last.last().is_some_and(|w: &String| w.ends_with('='));
            match last.last_mut().filter(|_| joins) {
                Some(previous) => previous.push_str(word),
                None => last.push(word.clone()),
            }
        }
        word.clear();
    };
    while let Some(c) = characters.next() {
        match c {
            '\\' if quoted || depth > 0 => {
                let escaped = characters.next()?;
                if quoted {
                    word.push(escaped);
                }
            }
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => word.push(c),
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1)?,
            _ if depth > 0 => {}
            ';' => {
                end_word(&mut word, &mut statements);
                statements.push(Vec::new());
            }
            c if c.is_whitespace() => end_word(&mut word, &mut statements),
            c => word.push(c),
        }
    }
    end_word(&mut word, &mut statements);
    (!quoted && depth == 0).then_some(statements)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    const GOOD: &str = "mx.example; dkim=pass (good) header.i=@hdfcbank.bank.in; dmarc=pass header.from=hdfcbank.bank.in";

    fn verdict(fields: &str) -> Result<String, RefusalReason> {
        let raw = format!(
            "{fields}From: B <alerts@hdfcbank.bank.in>\r\nTo: a@b.in\r\nSubject: s\r\nDate: Mon, 13 Jul 2026 20:05:00 +0530\r\nMessage-ID: <1@b>\r\n\r\nx\r\n"
        );
        judge(
            &Mail::parse(raw.as_bytes()).unwrap(),
            &Rules::builtin(),
            "mx.example",
        )
    }

    fn of(results: &str) -> Result<String, RefusalReason> {
        verdict(&format!("Authentication-Results: {results}\r\n"))
    }

    #[test]
    fn a_pass_for_the_banks_domain_is_believed() {
        for good in [
            GOOD,
            "MX.example 1;dkim = pass header.d=hdfcbank.bank.in",
            "mx.example; dkim=fail header.d=x.test; dkim=pass header.i=\"x@hdfcbank.bank.in\"; spf=fail smtp.mailfrom=x",
        ] {
            assert_eq!(of(good).as_deref(), Ok("hdfcbank.bank.in"), "{good}");
        }
    }

    #[test]
    fn anything_else_is_not() {
        for (bad, reason) in [
            (
                "mx.example.evil.test; dkim=pass header.d=hdfcbank.bank.in",
                RefusalReason::ResultsByAnother,
            ),
            (
                "mx.example; dkim=pass header.d=evil.test; dmarc=fail header.from=hdfcbank.bank.in",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; dkim=pass header.d=hdfcbank.bank.in; dmarc=pass header.from=evil.test",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; dkim=pass header.d=evil.test header.i=@hdfcbank.bank.in",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; dkim=none (dkim=pass header.d=hdfcbank.bank.in)",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; spf=pass; arc=pass header.d=hdfcbank.bank.in",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; dkim=pass header.d=bank.in",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; x=\"; dkim=pass header.d=hdfcbank.bank.in\"",
                RefusalReason::ResultsNegative,
            ),
            (
                "mx.example; dkim=pass header.d=hdfcbank.bank.in (",
                RefusalReason::ResultsUnclear,
            ),
            ("none", RefusalReason::ResultsByAnother),
        ] {
            assert_eq!(of(bad), Err(reason), "{bad}");
        }
        assert_eq!(verdict(""), Err(RefusalReason::ResultsMissing));
    }

    #[test]
    fn only_the_topmost_field_counts() {
        let forged = format!(
            "Authentication-Results: mx.example; dkim=none\r\nAuthentication-Results: {GOOD}\r\n"
        );
        assert_eq!(verdict(&forged), Err(RefusalReason::ResultsNegative));
    }

    #[test]
    fn a_signature_that_is_there_decides_alone() {
        let both = format!(
            "Authentication-Results: {GOOD}\r\nDKIM-Signature: v=1; a=rsa-sha256; d=hdfcbank.bank.in; s=x; h=from; bh=eA==; b=eA==\r\n"
        );
        assert_eq!(verdict(&both), Err(RefusalReason::SignatureWrong));
    }
}
