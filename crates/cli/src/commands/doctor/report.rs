//! What the doctor found: a line each.

use crate::failure::Failure;
use crate::terminal::Terminal;
use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Level {
    Ok,
    /// Works, but somebody should look.
    Warn,
    Fail,
    /// Could not be looked at from here.
    Skip,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Line {
    pub(super) level: Level,
    pub(super) subject: String,
    /// What is the case, and, where it is not well, what to do.
    pub(super) text: String,
}

/// Every line so far.
#[derive(Debug, Default)]
pub(super) struct Report(Vec<Line>);

impl Report {
    pub(super) fn ok(&mut self, subject: &str, text: impl Into<String>) {
        self.add(Level::Ok, subject, text.into());
    }

    pub(super) fn warn(&mut self, subject: &str, text: impl Into<String>) {
        self.add(Level::Warn, subject, text.into());
    }

    pub(super) fn fail(&mut self, subject: &str, text: impl Into<String>) {
        self.add(Level::Fail, subject, text.into());
    }

    pub(super) fn skip(&mut self, subject: &str, text: impl Into<String>) {
        self.add(Level::Skip, subject, text.into());
    }

    fn add(&mut self, level: Level, subject: &str, text: String) {
        let subject = subject.to_owned();
        self.0.push(Line {
            level,
            subject,
            text,
        });
    }

    #[cfg(test)]
    pub(super) fn lines(&self) -> &[Line] {
        &self.0
    }

    /// Prints everything; fails if a line does.
    pub(super) fn end(self, terminal: &mut Terminal) -> Result<(), Failure> {
        let width = self.0.iter().map(|l| l.subject.chars().count()).max();
        let width = width.unwrap_or_default();
        for line in &self.0 {
            let (level, subject) = (line.level.word(), &line.subject);
            terminal.line(format!("{level:4}  {subject:width$}  {}", line.text));
        }
        terminal.result(&self.0)?;
        let failing = self.0.iter().filter(|l| l.level == Level::Fail).count();
        match failing {
            0 => Ok(()),
            _ => Err(Failure::Told),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_line_fails_the_command_and_a_warning_does_not() {
        let (mut terminal, shown) = Terminal::capturing(false);
        let mut report = Report::default();
        report.ok("gateway", "answers");
        report.warn("clock", "is 9 s off: set it");
        assert!(report.end(&mut terminal).is_ok());
        assert_eq!(
            shown.text(),
            "ok    gateway  answers\nwarn  clock    is 9 s off: set it\n"
        );
        let mut report = Report::default();
        report.fail("x", "y");
        assert_eq!(report.end(&mut terminal).unwrap_err().exit_code(), 1);
    }
}
