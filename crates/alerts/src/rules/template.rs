//! A template: one regular expression over the whole normalised text.
//!
//! Words in braces stand for captures of a fixed form, so that a rule file stays readable and no free text is unbounded:
//! `{amount}`, `{balance}`, `{utr}`, `{reference}` (12 digits are a `utr`, other lengths an `other_ref`), `{account_tail}`,
//! `{payer_vpa}`, `{payee_vpa}`, `{payer_name}`, `{note}`, `{holder}` (whoever is greeted), `{footer}` (any lines after the last
//! fact). The captures `at` and `on` are written out, with their form in `at_format` and `on_format`.
//!
//! How long a free text may be is checked after the match: counted in the pattern (`[^\n]{1,140}`) it would make the compiled
//! expression some hundred times as large.

use super::file::{RuleError, TemplateFile};
use super::refusal::{refusal, speaks_of_money};
use super::values::{amount, short_text, when};
use crate::facts::{Facts, Kind};
use crate::reading::{Doubt, RuleRef};
use domain::evidence::PaymentMode;
use domain::text::ShortText;
use regex::{Captures, Regex, RegexBuilder};
use std::sync::OnceLock;

const AMOUNT: &str = r"(?:(?:\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,10})(?:\.\d{1,2})?|\.\d{1,2})";
const VPA: &str = r"[A-Za-z0-9._-]+@[A-Za-z0-9.-]+";
/// One line, or a part of it; cells of a table are parted by tabs.
const WORDS: &str = r"[^\n\t]+";
/// Captures that the payer writes.
const FREE_TEXT: [&str; 3] = ["payer_vpa", "payer_name", "note"];
/// Every capture, and how many bytes of text it may hold.
const CAPTURES: [(&str, usize); 13] = [
    ("amount", 20),
    ("balance", 20),
    ("utr", 12),
    ("other_ref", 22),
    ("account_tail", 18),
    // 64 on either side of the @.
    ("payer_vpa", 129),
    ("payee_vpa", 129),
    ("payer_name", 160),
    ("note", 280),
    ("holder", 160),
    ("at", 40),
    ("on", 40),
    ("footer", usize::MAX),
];
/// Compiled size in bytes that no honest template needs.
const SIZE_LIMIT: usize = 256 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Template {
    id: String,
    pub(super) kind: Kind,
    mode: PaymentMode,
    pub(super) structures: Vec<String>,
    at_format: Option<String>,
    on_format: Option<String>,
    pattern: String,
    /// Compiled when a mail of this bank first asks: an installation sees few of the banks that there are.
    greedy: OnceLock<Regex>,
    /// The same with every repetition as short as possible: if it finds other facts, the text is ambiguous.
    lazy: OnceLock<Regex>,
}

impl Template {
    pub(super) fn new(file: TemplateFile) -> Self {
        Self {
            pattern: format!(r"\A(?:{})\z", expand(file.pattern.trim_matches('\n'))),
            id: file.id,
            kind: file.kind,
            mode: file.mode,
            structures: file.structures,
            at_format: file.at_format,
            on_format: file.on_format,
            greedy: OnceLock::new(),
            lazy: OnceLock::new(),
        }
    }

    /// Says what is wrong with it. No other method may be called before this has found nothing.
    pub(super) fn check(&self) -> Result<(), RuleError> {
        let bad = |problem: String| RuleError::Template {
            template: self.id.clone(),
            problem,
        };
        let greedy = self.build(false).map_err(|e| bad(e.to_string()))?;
        let has = |name: &str| greedy.capture_names().flatten().any(|n| n == name);
        let known = |name: &&str| CAPTURES.iter().any(|(capture, _)| capture == name);
        if let Some(unknown) = greedy.capture_names().flatten().find(|n| !known(n)) {
            return Err(bad(format!("no fact is called {unknown}")));
        }
        if self.kind != Kind::Other && !has("amount") {
            return Err(bad("money moves, but there is no amount".to_owned()));
        }
        if has("at") != self.at_format.is_some() || has("on") != self.on_format.is_some() {
            return Err(bad("at and on need their formats, and only they".to_owned()));
        }
        Ok(())
    }

    fn build(&self, swap_greed: bool) -> Result<Regex, regex::Error> {
        RegexBuilder::new(&self.pattern)
            .size_limit(SIZE_LIMIT)
            .swap_greed(swap_greed)
            .build()
    }

    fn compiled(&self, swap_greed: bool) -> &Regex {
        let cell = if swap_greed { &self.lazy } else { &self.greedy };
        cell.get_or_init(|| self.build(swap_greed).expect("it was checked"))
    }

    pub(super) fn reference(&self, bank: &str, version: u32) -> RuleRef {
        RuleRef {
            id: format!("{bank}/{}", self.id),
            version,
        }
    }

    pub(super) fn matches<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        let greedy = self.compiled(false).captures(text)?;
        let fits = |(name, bytes): &(&str, usize)| {
            greedy.name(name).is_none_or(|found| found.len() <= *bytes)
        };
        if !CAPTURES.iter().all(fits) {
            return None;
        }
        let lazy = self.compiled(true).captures(text)?;
        let spans = |c: &Captures<'_>| c.iter().map(|m| m.map(|m| m.range())).collect::<Vec<_>>();
        Some(Match {
            text,
            ambiguous: spans(&greedy) != spans(&lazy),
            captures: greedy,
        })
    }
}

fn expand(pattern: &str) -> String {
    let named = |name: &str, inner: &str| format!("(?<{name}>{inner})");
    pattern
        .replace("{amount}", &named("amount", AMOUNT))
        .replace("{balance}", &named("balance", AMOUNT))
        .replace("{utr}", &named("utr", r"\d{12}"))
        .replace(
            "{reference}",
            r"(?:(?<utr>\d{12})|(?<other_ref>\d{6,11}|\d{13,22}))",
        )
        .replace("{account_tail}", &named("account_tail", r"\d{1,18}"))
        .replace("{payer_vpa}", &named("payer_vpa", VPA))
        .replace("{payee_vpa}", &named("payee_vpa", VPA))
        .replace("{payer_name}", &named("payer_name", WORDS))
        .replace("{note}", &named("note", WORDS))
        .replace("{holder}", &named("holder", WORDS))
        .replace("{footer}", &named("footer", r"(?:\n[^\n]+)*"))
        // Banks print ASCII digits. All of Unicode's would be accepted otherwise, at ten times the memory.
        .replace(r"\d", "[0-9]")
}

/// A template that fits a text.
pub(super) struct Match<'t> {
    text: &'t str,
    captures: Captures<'t>,
    ambiguous: bool,
}

impl Match<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.captures.name(name).map(|m| m.as_str())
    }

    /// The text with everything that the payer wrote blanked out.
    pub(super) fn without_free_text(&self) -> String {
        let mut spans: Vec<_> = FREE_TEXT
            .iter()
            .filter_map(|n| self.captures.name(n))
            .map(|m| m.range())
            .collect();
        spans.sort_by_key(|span| span.start);
        let mut out = String::with_capacity(self.text.len());
        let mut position = 0;
        for span in spans {
            out.push_str(self.text.get(position..span.start).unwrap_or_default());
            out.push('*');
            position = span.end;
        }
        out.push_str(self.text.get(position..).unwrap_or_default());
        out
    }

    /// A refusing word within a name or note that the bank's own words follow in the same line: it may be the bank's as well
    /// ("From:ASHA RAO stands reversed. Bal …"). At the end of a line or cell it is the payer's.
    fn swallowed_refusal(&self) -> Option<&'static str> {
        ["payer_name", "note"].iter().find_map(|name| {
            let free = self.captures.name(name)?;
            let after = self.text.get(free.end()..).unwrap_or_default();
            let ends_its_line = after.is_empty() || after.starts_with(['\n', '\t', '/', '|']);
            refusal(free.as_str()).filter(|_| !ends_its_line)
        })
    }

    /// A shop's refund arrives in exactly the form of a payment; only the payer's VPA tells. Such money never settles alone.
    fn mode(&self, printed: PaymentMode) -> PaymentMode {
        let from = self
            .get("payer_vpa")
            .unwrap_or_default()
            .to_ascii_lowercase();
        if from.contains("refund") {
            PaymentMode::Other
        } else {
            printed
        }
    }

    /// `Ok(None)` for [`Kind::Other`].
    pub(super) fn facts(
        &self,
        template: &Template,
        note_fillers: &[String],
    ) -> Result<Option<Facts>, Doubt> {
        if self.ambiguous {
            return Err(Doubt::Ambiguous);
        }
        let footer = self.get("footer").unwrap_or_default();
        if speaks_of_money(footer) || crate::general::takes_back(footer) {
            return Err(Doubt::BadFact("footer"));
        }
        if let Some(word) = self.swallowed_refusal() {
            return Err(Doubt::Refused(word));
        }
        if template.kind == Kind::Other {
            return Ok(None);
        }
        let text = |name: &'static str| {
            self.get(name)
                .map(|t| short_text(t).ok_or(Doubt::BadFact(name)))
                .transpose()
        };
        let filler = |note: &ShortText| {
            note_fillers
                .iter()
                .any(|f| f.eq_ignore_ascii_case(note.as_str()))
        };
        let payer = template.kind == Kind::Credit;
        let printed = self
            .get("amount")
            .and_then(amount)
            .filter(|a| a.is_positive());
        Ok(Some(Facts {
            amount: printed.ok_or(Doubt::BadFact("amount"))?,
            utr: self.get("utr").map(str::to_owned),
            other_ref: self.get("other_ref").map(str::to_owned),
            payer_vpa: text("payer_vpa")?.filter(|_| payer),
            payer_name: text("payer_name")?.filter(|_| payer),
            account_tail: self.get("account_tail").map(str::to_owned),
            payee_vpa: text("payee_vpa")?,
            note: text("note")?.filter(|n| payer && !filler(n)),
            occurred: when(
                self.get("at").zip(template.at_format.as_deref()),
                self.get("on").zip(template.on_format.as_deref()),
            )?,
            mode: self.mode(template.mode),
            balance: self
                .get("balance")
                .map(|b| amount(b).ok_or(Doubt::BadFact("balance")))
                .transpose()?,
        }))
    }
}
