//! The encrypted connection as the IMAP client sees it: it can be stopped and woken, answers within a time, and has an end.

use domain::Clock;
use imap::extensions::idle::SetReadTimeout;
use jiff::{SignedDuration, Timestamp};
use native_tls::TlsStream;
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How soon a stop or a wake is noticed.
pub(crate) const SLICE: Duration = Duration::from_millis(250);
/// The installation's clock was moved if it went on by so much more or less than real time did.
const JUMP: SignedDuration = SignedDuration::from_secs(1);
/// A server that says nothing for so long while it owes an answer is gone.
pub(crate) const ANSWER: Duration = Duration::from_secs(12);

/// The reins of a connection. Clones hold the same connection.
#[derive(Clone, Debug)]
pub(crate) struct Reins(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    stop: CancellationToken,
    clock: Clock,
    /// The installation's clock was moved: what is known is worth announcing at once.
    clock_moved: AtomicBool,
    /// How many bytes the server may still send as part of its answer.
    allowance: AtomicUsize,
    /// The whole connection ends then.
    deadline: Option<Instant>,
}

impl Reins {
    /// `stop` ends the connection at once, `deadline` when it is over.
    pub(crate) fn new(stop: CancellationToken, clock: Clock, deadline: Option<Instant>) -> Self {
        Self(Arc::new(Inner {
            stop,
            clock,
            clock_moved: AtomicBool::new(false),
            allowance: AtomicUsize::new(0),
            deadline,
        }))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// From now on the server may send so many bytes: an announced literal of 4 GB costs no more than this.
    pub(super) fn allow(&self, bytes: usize) {
        self.0.allowance.store(bytes, Ordering::Relaxed);
    }

    /// # Errors
    /// `ConnectionAborted` when told to stop, `TimedOut` when the whole time is over.
    pub(super) fn check(&self) -> Result<()> {
        if self.is_stopped() {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        match self.0.deadline {
            Some(deadline) if Instant::now() >= deadline => Err(ErrorKind::TimedOut.into()),
            _ => Ok(()),
        }
    }

    /// Whether the last wait ended because the installation's clock was moved.
    pub(super) fn take_clock_moved(&self) -> bool {
        self.0.clock_moved.swap(false, Ordering::Relaxed)
    }

    /// Waits without the server, for one that cannot IDLE.
    pub(super) fn sleep(&self, length: Duration) -> Result<()> {
        let wait = Wait::new(length, &self.0.clock);
        while !wait.is_over(self) {
            self.check()?;
            std::thread::sleep(SLICE.min(wait.until.saturating_duration_since(Instant::now())));
        }
        Ok(())
    }

    fn spend(&self, bytes: usize) -> Result<()> {
        let left = self.0.allowance.load(Ordering::Relaxed);
        match left.checked_sub(bytes) {
            Some(left) => {
                self.0.allowance.store(left, Ordering::Relaxed);
                Ok(())
            }
            None => Err(Error::new(
                ErrorKind::InvalidData,
                "the server sends more than was asked for",
            )),
        }
    }
}

/// A wait for mail, which also ends when the installation's clock is moved.
#[derive(Clone, Copy, Debug)]
struct Wait {
    begun: (Instant, Timestamp),
    until: Instant,
}

impl Wait {
    fn new(length: Duration, clock: &Clock) -> Self {
        let begun = (Instant::now(), clock.now());
        Self {
            begun,
            until: begun.0 + length,
        }
    }

    fn is_over(&self, reins: &Reins) -> bool {
        let now = (Instant::now(), reins.0.clock.now());
        if jumped(self.begun, now) {
            reins.0.clock_moved.store(true, Ordering::Relaxed);
            return true;
        }
        now.0 >= self.until
    }
}

fn jumped(then: (Instant, Timestamp), now: (Instant, Timestamp)) -> bool {
    let real = now.0.saturating_duration_since(then.0);
    let real = SignedDuration::try_from(real).unwrap_or(SignedDuration::MAX);
    now.1.duration_since(then.1).saturating_sub(real).abs() >= JUMP
}

/// See the module. Its socket must have [`SLICE`] as its read timeout.
#[derive(Debug)]
pub(crate) struct Wire {
    tls: TlsStream<TcpStream>,
    reins: Reins,
    /// Set while the client idles.
    idle: Option<Wait>,
}

impl Wire {
    pub(super) fn new(tls: TlsStream<TcpStream>, reins: Reins) -> Self {
        Self {
            tls,
            reins,
            idle: None,
        }
    }
}

/// Whether the socket only had nothing to give within its slice.
fn is_timeout(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

impl Read for Wire {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let answer_due = Instant::now() + ANSWER;
        loop {
            self.reins.check()?;
            let over = match &self.idle {
                Some(wait) => wait.is_over(&self.reins),
                None => Instant::now() >= answer_due,
            };
            if over {
                return Err(ErrorKind::TimedOut.into());
            }
            match self.tls.read(buffer) {
                Ok(read) => {
                    self.reins.spend(read)?;
                    return Ok(read);
                }
                Err(error) if is_timeout(&error) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.reins.check()?;
        self.tls.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.tls.flush()
    }
}

impl SetReadTimeout for Wire {
    /// `None` means the ordinary time for an answer, never for ever: the client says so at the end of an IDLE.
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> imap::error::Result<()> {
        self.idle = timeout.map(|length| Wait::new(length, &self.reins.0.clock));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_clock_is_noticed_and_a_running_one_is_not() {
        let (real, shown) = (Instant::now(), Clock::new().now());
        let later = |real_s: u64, shown_s: i64| {
            (
                real + Duration::from_secs(real_s),
                shown + SignedDuration::from_secs(shown_s),
            )
        };
        assert!(!jumped((real, shown), later(600, 600)));
        assert!(jumped((real, shown), later(1, 3600)));
        assert!(jumped((real, shown), later(1, -3600)));
    }

    #[test]
    fn more_than_was_allowed_ends_the_connection() {
        let reins = Reins::new(CancellationToken::new(), Clock::new(), None);
        reins.allow(10);
        assert!(reins.spend(10).is_ok());
        assert_eq!(reins.spend(1).unwrap_err().kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn a_stopped_reader_does_not_sleep_on() {
        let stop = CancellationToken::new();
        stop.cancel();
        let reins = Reins::new(stop, Clock::new(), None);
        assert_eq!(
            reins.sleep(Duration::from_secs(3600)).unwrap_err().kind(),
            ErrorKind::ConnectionAborted
        );
    }
}
