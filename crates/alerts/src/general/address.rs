//! Payment addresses (VPAs) in a text.

use super::pattern::pattern;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

static VPA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[0-9]{6,18}@[A-Za-z0-9]{11}\.ifsc\.npci|[A-Za-z0-9][A-Za-z0-9._*-]{1,63}@[A-Za-z][A-Za-z0-9]{1,63}",
    )
});

pub(super) fn is_vpa(text: &str) -> bool {
    VPA.find(text)
        .is_some_and(|found| found.len() == text.len())
}

/// Every VPA: no e-mail address (the handle has no dots), no mandate's number.
pub(super) fn all(text: &str) -> Vec<Range<usize>> {
    VPA.find_iter(text)
        .filter(|found| {
            let after = text.get(found.end()..).unwrap_or_default();
            let before = text.get(..found.start()).unwrap_or_default();
            // Labels of a domain are in lower case; a capital begins the bank's next sentence.
            let rest = after
                .split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-')))
                .next()
                .unwrap_or_default();
            let domain = rest.match_indices('.').any(|(at, _)| {
                rest.get(at + 1..)
                    .is_some_and(|t| t.starts_with(|c: char| c.is_ascii_lowercase()))
            });
            let joined = after.starts_with(['@', '_'])
                || before.ends_with(['@', '/', '=', '+', '%']) && before.contains("http");
            !domain && !joined
        })
        .map(|found| {
            let before = text.get(..found.start()).unwrap_or_default();
            let words = word_before(before, found.as_str()) + name_before(found.as_str());
            found.start() + words..found.end()
        })
        .collect()
}

/// `KALPNIK-rutvij.k@ybl`: a name in capitals, set off by a hyphen from an address that has none or begins with a number.
fn name_before(vpa: &str) -> usize {
    let local = vpa.split('@').next().unwrap_or_default();
    let Some((name, address)) = local.split_once('-') else {
        return 0;
    };
    let capitals = name.len() > 1 && name.bytes().all(|b| b.is_ascii_uppercase());
    let number = address.bytes().take_while(u8::is_ascii_digit).count() >= 6;
    if capitals && (number || address.bytes().any(|b| b.is_ascii_lowercase())) {
        name.len() + 1
    } else {
        0
    }
}

/// `A/c linked to.98…@ybl`: the word before the address, which a full stop joins to it.
fn word_before(before: &str, vpa: &str) -> usize {
    let linked = before.trim_end().to_ascii_lowercase().ends_with("linked");
    match vpa.split_once('.') {
        Some((word, _)) if linked && word.eq_ignore_ascii_case("to") => word.len() + 1,
        _ => 0,
    }
}
