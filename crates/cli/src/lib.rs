#![doc = include_str!("../README.md")]

mod args;
mod commands;
mod context;
mod failure;
mod gateway;
mod scope;
mod settings;
mod signature;
mod terminal;
mod views;

pub use settings::variables;

use clap::Parser as _;
use context::Context;
use runtime::Env;
use std::process::ExitCode;
use terminal::Terminal;

/// The whole `main` of the command: arguments, settings, work, exit code (0, 1 failed, 2 wrong argument or setting).
pub fn main() -> ExitCode {
    let args = args::Args::parse();
    let mut terminal = Terminal::of_process(args.json);
    let mut context = Context::new(Env::from_process(), args.url);
    runtime::install_crypto();
    let worked = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(tokio) => tokio.block_on(args.command.run(&mut context, &mut terminal)),
        Err(error) => Err(failure::Failure::failed(error)),
    };
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.failure(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
