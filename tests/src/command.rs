//! The `noxpay` command, run as an operator runs it.

use crate::process::program;
use crate::stack::Stack;
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// What a command left.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ended {
    /// What it printed for people.
    ///
    /// # Panics
    /// If it failed.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    /// Why it failed.
    ///
    /// # Panics
    /// If it did not, or by a wrong argument.
    pub fn failed(self) -> String {
        assert_eq!(self.code, 1, "{}{}", self.out, self.err);
        self.err
    }
}

impl Stack {
    /// `noxpay` with these arguments, about the demo merchant in test mode: the only merchant, and development's mode.
    pub async fn noxpay(&self, arguments: &[&str]) -> Ended {
        self.noxpay_typing("", arguments).await
    }

    /// The same with something on standard input.
    pub async fn noxpay_typing(&self, typed: &str, arguments: &[&str]) -> Ended {
        let mut command = Command::new(program("noxpay"));
        command.args(arguments).env_clear();
        for variable in ["NOXPAY_ENV", "NOXPAY_PUBLIC_URL", "NOXPAY_ADMIN_KEY"] {
            command.env(variable, self.setting(variable));
        }
        let typed = typed.to_owned();
        let run = move || {
            let mut child = command
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("noxpay; build the binaries");
            let mut input = child.stdin.take().expect("standard input");
            // A command that asks for nothing may be gone already.
            let _ = input.write_all(typed.as_bytes());
            drop(input);
            child.wait_with_output().expect("its output")
        };
        let output = tokio::task::spawn_blocking(run).await.expect("a thread");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ended {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// What it prints for scripts.
    ///
    /// # Panics
    /// If it failed.
    pub async fn noxpay_json(&self, arguments: &[&str]) -> Value {
        let arguments = [arguments, &["--json"]].concat();
        let out = self.noxpay(&arguments).await.ok();
        serde_json::from_str(&out).expect("a line of JSON")
    }
}
