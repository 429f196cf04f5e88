//! The process; see the crate's documentation.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let service = runtime::Service {
        name: "webhook-dispatcher",
        version: env!("CARGO_PKG_VERSION"),
        about: "delivers signed webhooks from a durable schedule",
    };
    runtime::main(service, webhook_dispatcher::run)
}
