//! What is printed, and where. Everything goes through here, so that no command can forget to clean what came from outside.

mod clean;
mod table;

pub(crate) use table::Table;

use crate::failure::Failure;
use clean::{clean, clean_json};
use serde::Serialize;
use std::io::{IsTerminal as _, Write};

/// Standard output and error of one command.
pub(crate) struct Terminal {
    json: bool,
    interactive: bool,
    out: Box<dyn Write + Send>,
    err: Box<dyn Write + Send>,
}

impl Terminal {
    /// The process's own.
    pub(crate) fn of_process(json: bool) -> Self {
        Self {
            json,
            interactive: std::io::stdout().is_terminal(),
            out: Box::new(std::io::stdout()),
            err: Box::new(std::io::stderr()),
        }
    }

    #[cfg(test)]
    pub(crate) fn capturing(json: bool) -> (Self, tests::Captured) {
        let (out, err) = (tests::Captured::default(), tests::Captured::default());
        let terminal = Self {
            json,
            interactive: true,
            out: Box::new(out.clone()),
            err: Box::new(err),
        };
        (terminal, out)
    }

    /// Whether a person looks at it.
    pub(crate) const fn is_interactive(&self) -> bool {
        self.interactive
    }

    /// A line for people; nothing where a script reads.
    pub(crate) fn line(&mut self, text: impl AsRef<str>) {
        if !self.json {
            write_line(&mut self.out, &clean(text.as_ref()));
        }
    }

    /// A line for people that tells how far the work is: on standard error, so that it mixes with no result.
    pub(crate) fn progress(&mut self, text: impl AsRef<str>) {
        write_line(&mut self.err, &clean(text.as_ref()));
    }

    /// A table for people; nothing where a script reads.
    pub(crate) fn table(&mut self, table: &Table) {
        for line in table.lines() {
            self.line(line);
        }
    }

    /// The result for a script, on one line; nothing where people read.
    pub(crate) fn result(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
        if self.json {
            self.data(value)?;
        }
        Ok(())
    }

    /// A line of JSON, whoever reads.
    pub(crate) fn data(&mut self, value: &(impl Serialize + ?Sized)) -> Result<(), Failure> {
        let json = serde_json::to_string(value).map_err(Failure::failed)?;
        write_line(&mut self.out, &clean_json(&json));
        Ok(())
    }

    /// Why the command failed.
    pub(crate) fn failure(&mut self, failure: &Failure) {
        match failure {
            Failure::Told => {}
            Failure::Failed(why) => self.progress(format!("noxpay: {why}")),
            // A line for each wrong setting.
            Failure::Usage(why) => why
                .lines()
                .for_each(|line| self.progress(format!("noxpay: {line}"))),
        }
    }
}

/// A reader that went away (`| head`) is no failure of ours.
fn write_line(sink: &mut impl Write, line: &str) {
    let _ = writeln!(sink, "{line}").and_then(|()| sink.flush());
}

#[cfg(test)]
mod tests;
