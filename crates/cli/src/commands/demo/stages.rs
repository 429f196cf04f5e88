//! A line per stage with its milliseconds.

use crate::terminal::Terminal;
use serde::Serialize;
use tokio::time::Instant;

#[derive(Serialize)]
struct Stage {
    stage: &'static str,
    ms: u128,
    text: String,
}

/// How long each stage took, and all together.
pub(super) struct Stages {
    begun: Instant,
    last: Instant,
    done: Vec<Stage>,
}

#[derive(Serialize)]
pub(super) struct Times<'a> {
    stages: &'a [Stage],
    total_ms: u128,
}

impl Stages {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self {
            begun: now,
            last: now,
            done: Vec::new(),
        }
    }

    /// Prints what was reached, with the time since the stage before.
    pub(super) fn reached(&mut self, stage: &'static str, text: String, terminal: &mut Terminal) {
        self.reached_at(Instant::now(), stage, text, terminal);
    }

    fn reached_at(
        &mut self,
        now: Instant,
        stage: &'static str,
        text: String,
        terminal: &mut Terminal,
    ) {
        let ms = now.duration_since(self.last).as_millis();
        self.last = now;
        terminal.line(format!("{stage:9} {ms:>6} ms  {text}"));
        self.done.push(Stage { stage, ms, text });
    }

    pub(super) fn total(&self, terminal: &mut Terminal) -> Times<'_> {
        let times = Times {
            stages: &self.done,
            total_ms: self.last.duration_since(self.begun).as_millis(),
        };
        terminal.line(format!("{:9} {:>6} ms", "total", times.total_ms));
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_total_is_the_sum_of_the_stages() {
        let (mut terminal, shown) = Terminal::capturing(false);
        let mut stages = Stages::begin();
        let after = |ms| stages.begun + Duration::from_millis(ms);
        for (at, stage, text) in [
            (after(12), "intent", "created"),
            (after(312), "webhook", "received"),
        ] {
            stages.reached_at(at, stage, text.to_owned(), &mut terminal);
        }
        stages.total(&mut terminal);
        assert_eq!(
            shown.text(),
            "intent        12 ms  created\nwebhook      300 ms  received\ntotal        312 ms\n"
        );
    }
}
