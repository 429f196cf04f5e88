//! What forwarding by hand, or an SMS relay, puts around an alert.

use regex::Regex;
use std::sync::LazyLock;

static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:[-_=*\s]*(?:forwarded|original) (?:message|sms|e?-?mail)[-_=*:\s]*|begin forwarded message:?|on .{5,160} wrote:|_{8,}|-{8,})$",
    )
    .expect("constant pattern, compiled by a test")
});
/// A header line of the wrapped mail.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\*?(?:from|to|cc|date|sent|sent at|received|received at|subject|reply-to|sender|sim|sim slot|time|device|phone|number|contact)\s?\*?\s?[:\t]",
    )
    .expect("constant pattern, compiled by a test")
});
/// Who sent an SMS: a header (`VM-SBIUPI-S`), a number, or an address.
static ORIGIN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:from|sender|number|contact|phone)\s*[:\t]\s*(?:[a-z]{2}-?[a-z0-9]{3,9}(?:-[stpg])?|\+?\d[\d -]{7,14}|[^<\n]*<?[^\s<>@]+@[^\s<>@]+\.[a-z]{2,}>?)\s*$",
    )
    .expect("constant pattern, compiled by a test")
});
/// One line that an SMS relay puts before the text.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^(?:(?:new )?(?:sms|message|notification)(?: received)? from [^:\n]{2,40}?(?: (?:at|on) [^\n]{4,30}?)?\s?(?::\s|\]\s?|$)|\[[a-z]{2}-[a-z0-9-]{4,11}\]\s?:?|(?:message|text|body|sms|content)\s?[:\t]\s?)",
    )
    .expect("constant pattern, compiled by a test")
});

/// The alert itself, as far as its wrapping can be told from it.
pub(super) fn unwrap(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(unquoted).collect();
    let mut kept: Vec<&str> = Vec::with_capacity(lines.len());
    let mut in_header = lines.first().is_some_and(|line| ORIGIN.is_match(line));
    for line in lines {
        if MARKER.is_match(line) {
            in_header = true;
            continue;
        }
        if in_header && (line.is_empty() || HEADER.is_match(line)) {
            continue;
        }
        let line = if in_header || kept.is_empty() {
            PREFIX
                .find(line)
                .map_or(line, |prefix| &line[prefix.end()..])
        } else {
            line
        };
        // A prefix may stand on a line of its own, before more of the header.
        if line.is_empty() {
            continue;
        }
        if kept.is_empty() && ORIGIN.is_match(line) {
            in_header = true;
            continue;
        }
        in_header = false;
        kept.push(line);
    }
    kept.join("\n")
}

fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '|']).trim_end()
}

#[cfg(test)]
mod tests {
    use super::unwrap;

    #[test]
    fn a_wrapping_is_taken_off_and_the_alert_is_left_whole() {
        let alert = "Date: 17-Sep-26\nSender: NIRVAN KALPNIK\nRs. 5 credited";
        for wrapped in [
            format!("From: VM-SBIUPI-S\nReceived: 20/09/2026 09:41\n{alert}"),
            format!(
                "FYI\n---------- Forwarded message ---------\nFrom: B <a@b.in>\nDate: Mon\nTo: x@y.in\n\nDear you,\n{alert}"
            ),
            format!(
                "> Begin forwarded message:\n> From: a\n> Subject: b\n> Dear you,\n> {}",
                alert.replace('\n', "\n> ")
            ),
            format!("SMS from VM-SBIUPI-S at 20/09/2026 09:41:\nDear you,\n{alert}"),
            format!("Sender: VM-SBIUPI-S\nTime: 09:41\nMessage: Dear you,\n{alert}"),
        ] {
            let got = unwrap(&wrapped);
            assert!(got.ends_with(alert), "{got}");
            assert!(
                !got.contains("VM-") && !got.contains("Subject") && !got.contains("09:41"),
                "{got}"
            );
        }
        assert_eq!(unwrap(alert), alert);
    }
}
