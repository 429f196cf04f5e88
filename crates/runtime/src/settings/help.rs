//! What `--help` and the reference table print about the variables that were read.

use std::fmt::Write as _;

/// Whether a variable must be set, and what holds if it is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
    /// The value used when the variable is unset.
    Default(String),
}

/// One environment variable that a process reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    pub name: &'static str,
    pub need: Need,
    /// One line without a full stop.
    pub doc: &'static str,
    /// A secret may also be given as a file by `<name>_FILE`, and its value is never printed.
    pub secret: bool,
}

impl Variable {
    fn need_text(&self) -> String {
        match &self.need {
            Need::Required => "required".to_owned(),
            Need::Optional => "optional".to_owned(),
            Need::Default(value) if value.is_empty() => "default none".to_owned(),
            Need::Default(value) => format!("default {value}"),
        }
    }

    fn doc_text(&self) -> String {
        if self.secret {
            format!("{} (secret; or {}_FILE)", self.doc, self.name)
        } else {
            self.doc.to_owned()
        }
    }
}

/// The variables as text columns for a terminal.
#[must_use]
pub fn help_text(variables: &[Variable]) -> String {
    let width = |text: fn(&Variable) -> usize| variables.iter().map(text).max().unwrap_or(0);
    let name = width(|v| v.name.len());
    let need = width(|v| v.need_text().len());
    let mut out = String::new();
    for v in variables {
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "  {:name$}  {:need$}  {}",
            v.name,
            v.need_text(),
            v.doc_text()
        );
    }
    out
}

/// The variables as a Markdown table, for the reference in `docs/`.
#[must_use]
pub fn markdown_table(variables: &[Variable]) -> String {
    let mut out = "| variable | needed | what it is |\n|---|---|---|\n".to_owned();
    for v in variables {
        let need = match &v.need {
            Need::Default(value) if !value.is_empty() => format!("default `{value}`"),
            _ => v.need_text(),
        };
        let _ = writeln!(
            out,
            "| `{}` | {need} | {} |",
            v.name,
            v.doc_text().replace('|', "\\|")
        );
    }
    out
}
