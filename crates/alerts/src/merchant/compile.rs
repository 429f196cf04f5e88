//! A merchant's pattern, and what may be wrong with it.

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::ErrorKind;
use regex_syntax::hir::{Hir, HirKind};
use std::fmt;

/// Longest pattern, in characters.
const LONGEST: usize = 500;
/// Compiled size in bytes that no honest pattern needs.
const SIZE_LIMIT: usize = 256 * 1024;
/// Memory that a search may keep for itself.
const CACHE_LIMIT: usize = 256 * 1024;
/// Groups within groups.
const DEPTH: u32 = 30;

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// The field's name, as in [`super::RuleFields`].
    pub field: &'static str,
    /// The character of the field at which the fault begins, counted from 1.
    pub position: Option<usize>,
    /// Continues a sentence that begins with the field.
    pub problem: String,
}

impl RuleFault {
    pub(super) fn whole(field: &'static str, problem: impl Into<String>) -> Self {
        Self {
            field,
            position: None,
            problem: problem.into(),
        }
    }

    pub(super) fn at(field: &'static str, position: usize, problem: impl Into<String>) -> Self {
        Self {
            position: Some(position),
            ..Self::whole(field, problem)
        }
    }

    /// What is wrong, without the field's name.
    pub fn said(&self) -> String {
        match self.position {
            Some(at) => format!("at character {at}: {}", self.problem),
            None => self.problem.clone(),
        }
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.said())
    }
}

impl std::error::Error for RuleFault {}

/// Compiles a pattern whose first group reads something.
pub(super) fn pattern(field: &'static str, text: &str) -> Result<Regex, RuleFault> {
    let whole = |problem: &str| RuleFault::whole(field, problem);
    if text.trim().is_empty() {
        return Err(whole("is missing"));
    }
    if text.chars().count() > LONGEST {
        return Err(whole("must have at most 500 characters"));
    }
    let parsed = regex_syntax::ParserBuilder::new()
        .case_insensitive(true)
        .nest_limit(DEPTH)
        .build()
        .parse(text)
        .map_err(|error| placed(field, text, &error))?;
    if parsed.properties().minimum_len().is_none_or(|l| l == 0) {
        return Err(whole(
            "matches the empty string: at least one character of it must have to be there",
        ));
    }
    let group = first_group(&parsed).ok_or_else(|| {
        whole("has no capture group: put what is to be read in brackets, such as Rs ([0-9,.]+)")
    })?;
    if group.properties().minimum_len().is_none_or(|l| l == 0) {
        return Err(whole(
            "has a first group that may read nothing: use + where * stands in it",
        ));
    }
    RegexBuilder::new(&ascii_classes(text))
        .case_insensitive(true)
        .nest_limit(DEPTH)
        .size_limit(SIZE_LIMIT)
        .dfa_size_limit(CACHE_LIMIT)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => {
                whole("is too large when compiled: repeat less, {1,20} instead of {1,2000}")
            }
            other => whole(&format!("cannot be used: {other}")),
        })
}

/// `\w` and `\d` as banks print: ASCII's, beside which all of Unicode's would take a hundred times the memory.
fn ascii_classes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (c, characters.clone().next()) {
            ('\\', Some(next)) => {
                characters.next();
                match next {
                    'w' => out.push_str("[0-9A-Za-z_]"),
                    'd' => out.push_str("[0-9]"),
                    other => out.extend(['\\', other]),
                }
            }
            (c, _) => out.push(c),
        }
    }
    out
}

fn placed(field: &'static str, text: &str, error: &regex_syntax::Error) -> RuleFault {
    let (offset, problem) = match error {
        regex_syntax::Error::Parse(e) => (e.span().start.offset, said(e.kind())),
        regex_syntax::Error::Translate(e) => (e.span().start.offset, e.kind().to_string()),
        other => return RuleFault::whole(field, format!("is no regular expression: {other}")),
    };
    let before = text.get(..offset).unwrap_or_default();
    RuleFault::at(field, before.chars().count() + 1, problem)
}

fn said(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::UnsupportedLookAround => {
            "look-around is not supported: match the words around it, and put what is to be read in brackets".to_owned()
        }
        ErrorKind::UnsupportedBackreference => {
            "a reference back to a group is not supported".to_owned()
        }
        ErrorKind::NestLimitExceeded(_) => "the groups are nested too deeply".to_owned(),
        other => other.to_string(),
    }
}

/// What stands in the group with number 1. Recursion ends: the depth was limited.
fn first_group(hir: &Hir) -> Option<&Hir> {
    match hir.kind() {
        HirKind::Capture(group) if group.index == 1 => Some(&group.sub),
        HirKind::Capture(group) => first_group(&group.sub),
        HirKind::Repetition(repeated) => first_group(&repeated.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().find_map(first_group),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => None,
    }
}
