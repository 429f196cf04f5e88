//! The process. What it does is in the library's documentation.

use imap_verifier::{Config, run};
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let service = runtime::Service {
        name: "imap-verifier",
        version: env!("CARGO_PKG_VERSION"),
        about: "Reads bank alerts in merchants' mailboxes and says which of them prove a payment.",
    };
    runtime::main(service, |config: Config, shutdown| run(config, shutdown))
}
