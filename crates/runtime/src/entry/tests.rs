//! Each of these starts this test binary again, as the process under test.

use std::{
    convert::Infallible,
    io::{BufRead as _, BufReader},
    process::{Command, Output, Stdio},
};

use super::*;
use crate::{CommonSettings, Invalid};

struct Config {
    common: CommonSettings,
    /// `ready`, `fail`, `panic` or `hang`.
    mode: String,
}

impl Settings for Config {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let mode = env.required("NOXPAY_TEST_MODE", "what the process does");
        Ok(Self {
            common: common?,
            mode: mode?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

const SERVICE: Service = Service {
    name: "echo",
    version: "1.2.3",
    about: "Answers.",
};

async fn run(config: Config, shutdown: Shutdown) -> Result<(), std::io::Error> {
    let (soft, mode) = (shutdown.soft.clone(), config.mode.clone());
    match mode.as_str() {
        "fail" => return Err(std::io::Error::other("the port is taken")),
        "hang" => std::future::pending::<()>().await,
        _ => {}
    }
    shutdown.spawn("worker", async move {
        assert_ne!(mode, "panic", "as asked");
        println!("up");
        soft.cancelled().await;
        println!("drained");
        Ok::<_, Infallible>(())
    });
    Ok(())
}

#[test]
#[ignore = "the process under test, started by the others"]
fn the_process() {
    let env = Env::from_process();
    if env.is_set("NOXPAY_TEST_CHILD") {
        let arguments = std::env::args().skip_while(|a| a != "--").skip(1);
        std::process::exit(run_process(SERVICE, arguments, env, run).into());
    }
}

fn process(mode: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--quiet",
            "--nocapture",
            "--ignored",
            "--exact",
            "entry::tests::the_process",
        ])
        .env("NOXPAY_TEST_CHILD", "1")
        .env("NOXPAY_ENV", "development")
        .env("NOXPAY_LOG", "warn")
        .env("NOXPAY_TEST_MODE", mode);
    command
}

fn ended(command: &mut Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = [stdout, stderr].concat();
    (status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_wrong_setting_is_one_line_and_exit_code_2() {
    let (code, text) = ended(process("ready").env("NOXPAY_SHUTDOWN_GRACE_MS", "soon"));
    assert_eq!(code, Some(2));
    let line = "NOXPAY_SHUTDOWN_GRACE_MS: \"soon\" is not usable: invalid digit found in string\n";
    assert!(text.ends_with(line), "{text}");
    let (code, text) = ended(&mut process(""));
    assert_eq!(code, Some(2));
    assert!(
        text.ends_with("NOXPAY_TEST_MODE: is not set; it is what the process does\n"),
        "{text}"
    );
}

#[test]
fn help_and_version_need_no_settings() {
    let empty = || Env::from_map::<String, String>([]);
    for argument in ["--help", "-h", "--version", "-V"] {
        let arguments = [argument.to_owned()].into_iter();
        assert_eq!(run_process(SERVICE, arguments, empty(), run), 0);
    }
    let arguments = ["--hepl".to_owned()].into_iter();
    assert_eq!(run_process(SERVICE, arguments, empty(), run), 2);
    assert!(usage::<Config>(SERVICE).contains("NOXPAY_TEST_MODE"));
}

#[test]
fn a_failed_start_and_a_panic_exit_with_1() {
    for mode in ["fail", "panic"] {
        let (code, text) = ended(&mut process(mode));
        assert_eq!(code, Some(1), "{text}");
    }
}

#[test]
fn sigterm_drains_and_exits_with_0() {
    let mut child = process("ready").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().ends_with("up")));
    let pid = child.id().to_string();
    Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(lines.any(|line| line.unwrap() == "drained"));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
