//! A service as a process of its own, to be started, drained and killed.

use std::collections::BTreeMap;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The services, in the order in which they start.
pub const SERVICES: [&str; 4] = [
    "intent-service",
    "imap-verifier",
    "webhook-dispatcher",
    "api-gateway",
];

/// A service with its settings, running or not.
pub struct Process {
    program: &'static str,
    /// Its own, where several run the same program.
    name: String,
    env: BTreeMap<String, String>,
    log: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Process {
    /// Not started yet. Its output goes to `directory/<name>.log`.
    pub fn new(
        program: &'static str,
        name: &str,
        env: BTreeMap<String, String>,
        directory: &Path,
    ) -> Self {
        Self {
            program,
            name: name.to_owned(),
            env,
            log: directory.join(format!("{name}.log")),
            child: Mutex::default(),
        }
    }

    /// Starts it with nothing in its environment but its settings.
    pub fn start(&self) {
        let mut running = self.child();
        assert!(running.is_none(), "{} is running", self.name);
        let log = File::options()
            .create(true)
            .append(true)
            .open(&self.log)
            .expect("a log file");
        let child = Command::new(program(self.program))
            .env_clear()
            .envs(&self.env)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{} does not start: {error}; build the binaries", self.name)
            });
        *running = Some(child);
    }

    /// SIGKILL: nothing is finished, nothing is said.
    pub fn kill(&self) {
        let mut child = self.child().take().expect("it is running");
        child.kill().expect("SIGKILL");
        child.wait().expect("a dead child");
    }

    /// The service that it is.
    pub fn program(&self) -> &'static str {
        self.program
    }

    /// SIGSTOP: it stands still, and keeps what it holds.
    pub fn pause(&self) {
        self.signal("STOP");
    }

    /// SIGCONT: it goes on, as if no time had passed.
    pub fn resume(&self) {
        self.signal("CONT");
    }

    /// SIGTERM: it stops intake and drains. [`Process::try_wait`] tells how it ended.
    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child().as_ref().expect("it is running").id()
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, signal: &str) {
        let pid = self.pid();
        let sent = Command::new("kill")
            .args(["-s", signal, &pid.to_string()])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    /// How it ended, once it did.
    pub fn try_wait(&self) -> Option<ExitStatus> {
        let mut running = self.child();
        let ended = running.as_mut()?.try_wait().expect("a child");
        if ended.is_some() {
            *running = None;
        }
        ended
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.env.insert(name.to_owned(), value.into());
    }

    /// Everything that it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Where probes are answered.
    pub fn admin(&self) -> &str {
        self.env
            .get("NOXPAY_ADMIN_LISTEN")
            .expect("an admin listener")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(mut child) = self.child().take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Built by the same `cargo build` as this test: it stands two folders above (`target/<profile>/deps/<test>`).
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test's path");
    test.ancestors()
        .nth(2)
        .expect("target/<profile>")
        .join(name)
}

/// An address on loopback that nobody listens on at this moment, and that nobody else will take: below the range from which
/// the system gives ports to outgoing connections, and apart from those of tests that run at the same time.
pub fn free_address() -> SocketAddr {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let run = testkit::env::pg_port() % RUNS;
    let first = FIRST_PORT + (run * SLOTS + slot()) * PORTS;
    for _ in 0..PORTS {
        let port = first + GIVEN.fetch_add(1, Ordering::Relaxed) % PORTS;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no port from {first} on is free");
}

const FIRST_PORT: u16 = 10_000;
/// Ports of one test.
const PORTS: u16 = 100;
/// Tests at the same time, of one run.
const SLOTS: u16 = 4;
/// Runs at the same time, told apart by their servers.
const RUNS: u16 = 55;

/// Which of the tests that run at the same time this is: the runner says so.
#[expect(
    clippy::disallowed_methods,
    reason = "the runner's own variable; tests have no settings"
)]
fn slot() -> u16 {
    let slot = std::env::var("NEXTEST_TEST_GLOBAL_SLOT").ok();
    slot.and_then(|slot| slot.parse::<u16>().ok()).unwrap_or(0) % SLOTS
}
