//! The process `intent-service`.

use intent_service::run;
use runtime::Service;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let service = Service {
        name: "intent-service",
        version: env!("CARGO_PKG_VERSION"),
        about: "Receiving accounts, intents, and the evidence that settles them.",
    };
    runtime::main(service, run)
}
