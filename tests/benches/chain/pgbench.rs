//! What PostgreSQL alone can do, measured by its own `pgbench` in the same run.

use e2e::answers::MERCHANT;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use testkit::TestDb;

/// How long it runs.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Seconds(u64),
    /// Of each client.
    Transactions(u64),
}

/// A script of `sql/`, run as a role of intent-service.
pub(crate) struct Pgbench<'a> {
    pub(crate) script: &'a str,
    pub(crate) role: &'a str,
    pub(crate) account: &'a str,
    /// What stands in the outbox.
    pub(crate) envelope: &'a str,
    pub(crate) clients: usize,
    /// Of several with one script: its rows are its own.
    pub(crate) round: usize,
}

impl Pgbench<'_> {
    /// Transactions per second, connecting not counted.
    ///
    /// # Panics
    /// If `pgbench` is not there, or any transaction fails.
    pub(crate) fn run(&self, db: &TestDb, until: Until) -> f64 {
        let path = std::env::temp_dir().join(format!("{}.sql", db.name()));
        let mut file = std::fs::File::create(&path).expect("a file");
        file.write_all(self.script.as_bytes()).expect("the script");
        let (option, length) = match until {
            Until::Seconds(seconds) => ("-T", seconds),
            Until::Transactions(number) => ("-t", number),
        };
        let ran = Command::new(program())
            .args(["-n", "-M", "prepared", "-j", "2", option])
            .arg(length.to_string())
            .args(["-c", &self.clients.to_string()])
            .arg("-f")
            .arg(&path)
            .args(["-D", &format!("n={}", self.round * 1_000_000)])
            .args(["-D", &format!("merchant={MERCHANT}")])
            .args(["-D", &format!("account={}", self.account)])
            .args(["-D", &format!("envelope={}", self.envelope)])
            .arg(db.url(self.role))
            .env("PGOPTIONS", "-c search_path=intents,noxpay,public")
            .output()
            .expect("pgbench");
        let _ = std::fs::remove_file(&path);
        let said = String::from_utf8_lossy(&ran.stdout);
        let errors = String::from_utf8_lossy(&ran.stderr);
        assert!(
            ran.status.success() && !errors.contains("aborted"),
            "{said}{errors}"
        );
        let tps = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let tps = tps.and_then(|text| text.split(' ').next()?.parse().ok());
        tps.unwrap_or_else(|| panic!("no tps in {said}"))
    }
}

/// The newest that is installed: it comes with the server.
fn program() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL");
    let mut found: Vec<(u32, PathBuf)> = versions
        .filter_map(|version| {
            let path = version.ok()?.path();
            let number = path.file_name()?.to_str()?.parse().ok()?;
            Some((number, path.join("bin/pgbench"))).filter(|(_, path)| path.exists())
        })
        .collect();
    found.sort();
    found.pop().expect("pgbench").1
}
