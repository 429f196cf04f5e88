//! The command as a process.

#![expect(
    clippy::unwrap_used,
    reason = "functions beside the tests panic as the tests do; clippy.toml allows it inside test functions alone"
)]

mod gateway;
mod listen;
mod mailbox;
mod migrate;
mod usage;
mod webhook;

use std::process::{Command, Output};

/// `noxpay` with these arguments, and nothing in its environment but these variables.
fn noxpay(arguments: &[&str], variables: &[(&str, &str)]) -> Ended {
    let output = Command::new(env!("CARGO_BIN_EXE_noxpay"))
        .args(arguments)
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    output.into()
}

/// What a process left.
#[derive(Debug)]
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }
}
