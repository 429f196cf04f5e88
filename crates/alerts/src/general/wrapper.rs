//! What forwarding by hand, or an SMS relay, puts around an alert.

use super::pattern::pattern;
use regex::Regex;
use std::sync::LazyLock;

/// A line that begins what was forwarded.
static MARKER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:[-_=*\s]*(?:forwarded|original) (?:message|sms|e?-?mail)[-_=*:\s]*|begin forwarded message:?|on .{5,160} wrote:|new (?:text )?(?:message|sms)[:.]?)$",
    )
});
/// A line across: it begins a forwarded mail only if that mail's header follows.
static RULED: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[-_=]{8,}$"));
/// A header line of what was forwarded.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\*?(?:from|to|cc|date|sent|sent at|sent on|received|received at|received on|subject|प्रेषक|दिनांक|reply-to|sender|sim|slot|sim slot|time|(?:phone|received|sms|message) time|device|device name|phone|number|contact|app)\s?\*?\s?[:\t]|^(?:sim|slot|sim slot)\s(?:slot\s)?[12]$",
    )
});
/// Who sent an SMS: a header (`VM-SBIUPI-S`), a number, or an address.
static ORIGIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:from|sender|number|contact|phone)(?:\s*[:\t]\s*(?:[a-z]{2}-[a-z0-9]{3,9}(?:-[stpg])?|\+?[0-9][0-9 -]{7,14}|[^<\n]*<?[^\s<>@]+@[^\s<>@]+\.[a-z]{2,}>?)|\s+(?-i:[A-Z]{2}-[A-Z0-9]{3,9}(?:-[STPG])?))\s*$",
    )
});
/// What an SMS relay puts before the text, in its line or in one of its own.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:new )?(?:sms|message|notification)(?: received)? from [^:\n]{2,40}?(?: (?:at|on) [^\n]{4,30}?)?\s?(?::\s*$|:\s|\]\s?|$)|\[(?:sms )?[a-z]{2}-[a-z0-9-]{4,11}\]\s?:?\s?|[a-z]{2}-[a-z0-9]{5,9}(?:-[stpg])?(?::\s|\s+[0-9]{1,2} [a-z]{3} [0-9]{4},? [0-9]{1,2}:[0-9]{2}\s*$)|(?:message|text|body|sms|content)\s?[:\t]\s?)",
    )
});
/// What stands behind: the relay's own words.
static TRAILER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:(?:sent|delivered|relayed|mirrored|shared|powered) (?:by|from|via|using|with|through) .{2,60}|-\s*received .{4,50}(?:at|,) .{4,20}|via .{2,40}(?:applet|app|sms|forwarder)\b.*|battery\b.*|-- ?|get outlook for .*|sent by your (?:own )?phone\.?|forwarded (?:at|on|by|via|from|through)\b.{2,60})$",
    )
});
/// A text that came in several messages.
static PART: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\([1-9]/[1-9]\)\s*"));
/// Figures and their separators in cells of their own.
static SPLIT_NUMBER: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9])\t([.,])\t?([0-9])"));
/// `Fri Dec 04 18:45:10 IST 2026`, as programs print a date.
static PROGRAMS_DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) ([0-9]{1,2}) ([0-9]{2}:[0-9]{2}:[0-9]{2}) IST (20[0-9]{2})\b",
    )
});
/// `*so*`, as plain text shows bold type; not the asterisks of a masked number.
static EMPHASIS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?m)(^|\s)\*([^\s*](?:[^*\n]{0,60}[^\s*])?)\*(\s|[.,;:)]|$)"));

/// A bank's signature under an SMS: " -SBI", "- Canara Bank".
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)[\s.]?[-–]\s?(?:SBI|PNB|BOB|BOI|IOB|CUB|UCO|RBL|IPPB|AU|CBI|BOM|KBL|DBS|[A-Z]{2,12}\s?Bank(?: of [A-Z]{4,12})?|(?:[A-Z][A-Za-z]+\s){1,3}Bank(?:\sLtd)?|Bank of [A-Z][a-z]+|(?:Union|Central) Bank of India|Punjab (?:&|and) Sind Bank)\.?\s*$",
    )
});

/// The alert itself, as far as its wrapping can be told from it; digits of Indian scripts as ASCII, rows of a drawn table as
/// cells. Lines that a mail program has wrapped (`plain`) are whole again.
pub(super) fn unwrap(text: &str, plain: bool) -> String {
    if let Some(message) = of_json(text) {
        return unwrap(&message, plain);
    }
    // A rupee sign that went through the wrong character set.
    let text = text
        .replace("â‚¹", "₹")
        .replace(['\u{2010}', '\u{2011}'], "-");
    let text = text.replace(" · ", "\t").replace(" • ", "\t");
    let text = SPLIT_NUMBER.replace_all(&text, "$1$2$3");
    let text = PROGRAMS_DATE.replace_all(&text, "$2 $1 $4 $3");
    let text = EMPHASIS.replace_all(&text, "$1$2$3");
    let lines: Vec<String> = text.lines().map(|line| cells(unquoted(line))).collect();
    let mut kept: Vec<String> = Vec::with_capacity(lines.len());
    let mut in_header = false;
    let whole = before_signature(&lines);
    for (at, line) in lines.iter().enumerate().take(whole) {
        let begins = ORIGIN.is_match(line)
            && (at < 4
                || lines
                    .get(at + 1..at + 4)
                    .is_some_and(|next| next.iter().any(|l| is_mail_header(l))));
        let ruled = RULED.is_match(line);
        let heads = |next: &[String]| next.iter().filter(|l| is_mail_header(l)).count() > 1;
        if ruled
            && !lines
                .get(at + 1..(at + 6).min(lines.len()))
                .is_some_and(heads)
        {
            in_header = false;
            continue;
        }
        if ruled || MARKER.is_match(line) || begins {
            if begins && at < 4 && !kept.iter().any(|line| super::money::is_spoken_of(line)) {
                kept.clear();
            }
            in_header = true;
            continue;
        }
        if in_header && (line.is_empty() || HEADER.is_match(line)) {
            continue;
        }
        if TRAILER.is_match(line) {
            continue;
        }
        let prefix = PREFIX.find(line).filter(|_| in_header || kept.is_empty());
        let line = prefix.map_or(line.as_str(), |prefix| {
            line.get(prefix.end()..).unwrap_or_default()
        });
        if line.is_empty() {
            // A prefix on a line of its own.
            in_header = in_header || prefix.is_some();
            continue;
        }
        in_header = false;
        let line = SIGNATURE.replace(line, "");
        match (PART.find(&line), kept.last_mut()) {
            (Some(part), Some(first)) if !part.as_str().starts_with("(1") => {
                first.push(' ');
                first.push_str(line.get(part.end()..).unwrap_or_default());
            }
            _ => kept.push(line.into_owned()),
        }
    }
    if plain {
        rejoined(&kept)
    } else {
        kept.join("\n")
    }
}

/// How many lines stand before a relay's signature: "--" alone in its line, and no word of money behind it.
fn before_signature(lines: &[String]) -> usize {
    let mark = lines.iter().rposition(|line| line == "--");
    let signed = mark.filter(|at| {
        let behind = lines.get(at + 1..).unwrap_or_default();
        let spoken = |lines: &[String]| lines.iter().any(|l| super::money::is_spoken_of(l));
        behind.len() <= 6 && !spoken(behind) && lines.get(..*at).is_some_and(spoken)
    });
    signed.unwrap_or(lines.len())
}

/// A relay that sends its report as JSON: the text is the longest under one of the usual names.
fn of_json(text: &str) -> Option<String> {
    fn texts(value: &serde_json::Value, found: &mut Vec<String>) {
        if let serde_json::Value::Object(fields) = value {
            for (name, value) in fields {
                match value {
                    serde_json::Value::String(text)
                        if ["message", "text", "body", "content"].contains(&name.as_str()) =>
                    {
                        found.push(text.clone());
                    }
                    value => texts(value, found),
                }
            }
        }
    }
    let trimmed = text.trim();
    if !trimmed.starts_with('{') {
        return None;
    }
    let mut found = Vec::new();
    texts(&serde_json::from_str(trimmed).ok()?, &mut found);
    found.into_iter().max_by_key(String::len)
}

fn is_mail_header(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["sent:", "date:", "to:", "subject:"]
        .iter()
        .any(|name| lower.starts_with(name))
}

fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', ' ']).trim_end()
}

/// `| a | b |` as cells, without Markdown's marks; digits as ASCII.
fn cells(line: &str) -> String {
    let digits = |c: char| match c {
        '\u{0966}'..='\u{096f}'
        | '\u{09e6}'..='\u{09ef}'
        | '\u{0a66}'..='\u{0a6f}'
        | '\u{0ae6}'..='\u{0aef}'
        | '\u{0be6}'..='\u{0bef}'
        | '\u{0c66}'..='\u{0c6f}'
        | '\u{0ce6}'..='\u{0cef}' => {
            char::from_digit((u32::from(c) - 0x66) % 0x80 % 10, 10).unwrap_or(c)
        }
        _ => c,
    };
    let drawn = line.matches('|').count() >= 2;
    if !drawn {
        return line.chars().map(digits).collect();
    }
    let cells: Vec<String> = line
        .split('|')
        .map(|cell| {
            cell.replace("**", "")
                .replace('`', "")
                .trim()
                .chars()
                .map(digits)
                .collect()
        })
        .filter(|cell: &String| cell.chars().any(|c| !matches!(c, '-' | '=' | ':' | ' ')))
        .collect();
    cells.join("\t")
}

/// A line that begins with a label.
static LABELLED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^[A-Za-z][A-Za-z &/.()'’-]{1,34}?(?:\s?:|\s?\.{3,}|\s?=|\s[-–]\s)"));

/// A label and one word of a name.
static FIRST_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:name|remitter|sender|from|payer|paid by)\s*:\s*[A-Z][A-Za-z.]*$|\b(?:from|by) [A-Z]{3,}$",
    )
});

/// One or two words with capitals, and nothing else.
fn is_last_name(line: &str) -> bool {
    let words: Vec<&str> = line.trim_end_matches('.').split(' ').collect();
    words.len() <= 2
        && words.iter().all(|word| {
            word.starts_with(char::is_uppercase)
                && word.chars().all(char::is_alphabetic)
                && !super::name::is_bank(word)
                && !super::name::ends_names(word)
        })
}

/// `In case of …`: a word with a capital, and small letters behind it.
fn begins_sentence(line: &str) -> bool {
    let mut words = line.split(' ');
    let capital = |word: &str| word.starts_with(char::is_uppercase);
    words.next().is_some_and(capital)
        && words
            .next()
            .is_some_and(|word| word.starts_with(char::is_lowercase))
}

/// A bank's name alone, or what stands above it.
fn is_signed(line: &str) -> bool {
    const CLOSINGS: [&str; 6] = [
        "yours sincerely",
        "yours faithfully",
        "yours truly",
        "regards",
        "warm regards",
        "sincerely",
    ];
    let lower = line.trim_end_matches(['.', ',']).to_ascii_lowercase();
    CLOSINGS.contains(&lower.as_str())
        || line.split(' ').count() <= 4 && (lower.ends_with("bank") || lower.contains("bank of "))
}

/// Puts lines together again that are too long to be a row, and end without an end.
fn rejoined(lines: &[String]) -> String {
    const WRAPPED: usize = 40;
    let mut out = String::new();
    let mut open = false;
    for line in lines {
        let begin = line
            .split_once(". ")
            .map_or(line.as_str(), |(begin, _)| begin);
        let name_goes_on = FIRST_NAME.is_match(out.rsplit('\n').next().unwrap_or_default())
            && is_last_name(begin.split_once(" (").map_or(begin, |(name, _)| name));
        // An amount is whole; what begins behind it begins anew.
        let anew = out.ends_with(|c: char| c.is_ascii_digit()) && begins_sentence(line);
        if name_goes_on
            || open
                && !LABELLED.is_match(line)
                && !is_signed(line)
                && !anew
                && line
                    .chars()
                    .next()
                    .is_some_and(|c| !matches!(c, '-' | '*' | '•' | '#'))
        {
            out.push(' ');
        } else if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
        open = line.len() >= WRAPPED
            && !line.contains('\t')
            && !line.ends_with(['.', ':', '!', '?', ';', '।']);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unwrap;

    #[test]
    fn a_wrapping_is_taken_off_and_the_alert_is_left_whole() {
        let alert = "Date: 17-Sep-26\nSender: NIRVAN KALPNIK\nRs. 5 credited";
        for wrapped in [
            format!("From: VM-SBIUPI-S\nReceived: 20/09/2026 09:41\nDear you,\n{alert}"),
            format!(
                "FYI\n---------- Forwarded message ---------\nFrom: B <a@b.in>\nDate: Mon\nTo: x@y.in\n\nDear you,\n{alert}"
            ),
            format!(
                "> Begin forwarded message:\n> From: a\n> Subject: b\n> Dear you,\n> {}",
                alert.replace('\n', "\n> ")
            ),
            format!(
                "For the lamp.\nRegards\nX\nY\nFrom: B <a@b.in>\nSent: now\nTo: me\nSubject: s\nDear you,\n{alert}"
            ),
            format!("SMS from VM-SBIUPI-S at 20/09/2026 09:41:\nDear you,\n{alert}"),
            format!(
                "New text message\nSender\tVM-SBIUPI-S\nTime\t09:41\nMessage\tDear you,\n{alert}\nSent by SMS Gateway 4.2"
            ),
        ] {
            let got = unwrap(&wrapped, false);
            assert!(got.ends_with(alert), "{got}");
            assert!(
                !got.contains("VM-") && !got.contains("Subject") && !got.contains("09:41"),
                "{got}"
            );
        }
        assert_eq!(unwrap(alert, true), alert);
    }

    #[test]
    fn wrapped_lines_drawn_tables_and_other_digits_are_folded() {
        let wrapped = "Rs. 5 was credited to your account 1234 on 24-07-26 by\nUPI. Bye";
        assert_eq!(unwrap(wrapped, true), wrapped.replace('\n', " "));
        assert_eq!(
            unwrap("| **Amount** | `INR 7` |\n|---|---|", true),
            "Amount\tINR 7"
        );
        assert_eq!(unwrap("₹५,१०१.०० ৪", false), "₹5,101.00 4");
    }
}
