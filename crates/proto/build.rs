//! Compiles every contract under `proto/` without `protoc`.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../../proto");
    println!("cargo:rerun-if-changed={}", root.display());
    let contracts = [
        "common/v1/common.proto",
        "intent/v1/intent.proto",
        "mail/v1/mail.proto",
        "webhook/v1/webhook.proto",
    ];
    let descriptors = protox::compile(contracts, [root])?;
    tonic_prost_build::configure()
        .build_transport(true)
        .compile_fds(descriptors)?;
    Ok(())
}
