//! The process: everything is in the library.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let service = runtime::Service {
        name: api_gateway::NAME,
        version: env!("CARGO_PKG_VERSION"),
        about: "Serves the REST API, the checkout pages and the admin routes.",
    };
    runtime::main(service, api_gateway::run)
}
