//! Servers that one test has for itself, because it kills them.

use crate::env;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use uuid::Uuid;

/// One of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    Postgres,
    RabbitMq,
    Dovecot,
}

impl Server {
    const fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::RabbitMq => "rabbitmq",
            Self::Dovecot => "dovecot",
        }
    }
}

/// `PostgreSQL`, `RabbitMQ` and Dovecot of this test's process alone. Stopped, and their data deleted, with the value.
pub struct OwnServers {
    directory: PathBuf,
}

impl OwnServers {
    /// Starts them, which takes some seconds. Everything of this crate uses them from then on, in this whole process: the
    /// runner gives every test a process of its own.
    ///
    /// # Panics
    /// If they do not start, or the process has its own already.
    pub fn up() -> Self {
        // Under /tmp, whatever TMPDIR is: Dovecot's sockets want a short path that its unprivileged user can enter.
        let id = Uuid::new_v4().simple().to_string();
        let directory = PathBuf::from(format!("/tmp/noxpay-own-{}", &id[..12]));
        let servers = Self { directory };
        servers.script(&["up"]);
        env::use_own(exported(&servers.directory.join("env")));
        servers
    }

    /// SIGKILL, with all its processes, as a crash would.
    pub fn kill(&self, server: Server) {
        self.script(&["kill", server.name()]);
    }

    /// Starts it again with the same port and data. Returns when it answers.
    pub fn start(&self, server: Server) {
        self.script(&["start", server.name()]);
    }

    fn script(&self, arguments: &[&str]) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/servers");
        let done = Command::new(script)
            .args(arguments)
            .arg(&self.directory)
            .output()
            .expect("scripts/servers");
        assert!(
            done.status.success(),
            "scripts/servers {arguments:?}: {}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
}

impl Drop for OwnServers {
    fn drop(&mut self) {
        let kept = std::thread::panicking();
        let down =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.script(&["down"])));
        if kept || down.is_err() {
            eprintln!("the servers' logs are in {}/log", self.directory.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.directory);
        }
    }
}

/// The variables of a file of `export NAME=value` lines.
fn exported(file: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file).expect("the servers' addresses");
    let pairs = text
        .lines()
        .filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
