//! The plans by which PostgreSQL ran what the services asked it, from its own log (`auto_explain`): no statement is written
//! twice.

use crate::sql::Sql;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;
use testkit::TestDb;

/// A statement that was run, and how.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plan {
    pub statement: String,
    /// A line per node, indented: its type, its index, its table.
    pub shape: String,
    /// Tables that were read from end to end.
    pub scanned: BTreeSet<String>,
}

/// Follows the log from where it stands.
pub struct Watch {
    log: PathBuf,
    read: usize,
}

impl Watch {
    /// From now on every new session of the database logs its plans. Plans are made as for a statement that was run often:
    /// without a look at its parameters.
    ///
    /// # Panics
    /// If PostgreSQL is away.
    pub async fn prepare(sql: &Sql, db: &TestDb) {
        let settings = [
            ("session_preload_libraries", "auto_explain"),
            ("auto_explain.log_min_duration", "0"),
            ("auto_explain.log_format", "json"),
            ("plan_cache_mode", "force_generic_plan"),
        ];
        // The first loads the library, which knows the names of the others.
        sql.run("LOAD 'auto_explain'").await;
        for (name, value) in settings {
            sql.run(&format!(
                "ALTER DATABASE {} SET {name} = '{value}'",
                db.name()
            ))
            .await;
        }
    }

    /// From here on.
    ///
    /// # Panics
    /// If the log cannot be read.
    pub fn begin() -> Self {
        let log = testkit::env::servers_dir().join("log/postgres.out");
        let read = std::fs::read(&log).expect("PostgreSQL's log").len();
        Self { log, read }
    }

    /// What the sessions that are open now have run since then.
    ///
    /// # Panics
    /// If the log cannot be read.
    pub async fn plans(&self, sql: &Sql) -> BTreeSet<Plan> {
        let sessions = sql
            .rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
            .await;
        let sessions: BTreeSet<String> = sessions.into_iter().flatten().collect();
        let log = std::fs::read(&self.log).expect("PostgreSQL's log");
        let text = String::from_utf8_lossy(&log[self.read..]).into_owned();
        entries(&text)
            .filter(|(pid, _)| sessions.contains(*pid))
            .filter_map(|(_, plan)| read(&plan))
            .collect()
    }
}

/// The plans in a log, with the process that ran each. Lines that follow an entry's first begin with a tab.
fn entries(log: &str) -> impl Iterator<Item = (&str, String)> {
    let mut lines = log.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let line = lines.next()?;
            if !(line.contains(" LOG:  duration: ") && line.ends_with(" plan:")) {
                continue;
            }
            let pid = line
                .split_once('[')
                .and_then(|(_, rest)| rest.split_once(']'));
            let mut plan = String::new();
            while let Some(more) = lines.next_if(|line| line.starts_with('\t')) {
                plan.push_str(more);
                plan.push('\n');
            }
            if let Some((pid, _)) = pid {
                return Some((pid, plan));
            }
        }
    })
}

/// `None` for what was cut off by a full buffer, or by another process's line.
fn read(json: &str) -> Option<Plan> {
    let entry: Value = serde_json::from_str(json).ok()?;
    let mut plan = Plan {
        statement: words(entry["Query Text"].as_str()?),
        shape: String::new(),
        scanned: BTreeSet::new(),
    };
    plan.add(&entry["Plan"], 0);
    Some(plan)
}

/// With single spaces, without quotes.
fn words(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    words.join(" ").replace('"', "")
}

impl Plan {
    fn add(&mut self, node: &Value, depth: usize) {
        let text = |name: &str| node[name].as_str();
        let kind = text("Node Type").unwrap_or("?");
        let indent = "  ".repeat(depth);
        let mut line = format!("{indent}{kind}");
        if let Some(index) = text("Index Name") {
            line.push_str(&format!(" using {index}"));
        }
        if let Some(table) = text("Relation Name") {
            line.push_str(&format!(" on {table}"));
            if kind == "Seq Scan" {
                self.scanned.insert(table.to_owned());
            }
        }
        self.shape.push_str(&line);
        self.shape.push('\n');
        for child in node["Plans"].as_array().into_iter().flatten() {
            self.add(child, depth + 1);
        }
    }
}
