//! The real thing: one long-lived Node that writes JSON anew.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const PROGRAM: &str = r#"
const lines = require("node:readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const text = Buffer.from(line, "base64").toString("utf8");
  let answer;
  try {
    answer = "=" + JSON.stringify(JSON.parse(text));
  } catch (error) {
    answer = "!" + error;
  }
  process.stdout.write(Buffer.from(answer, "utf8").toString("base64") + "\n");
});
"#;

pub(in crate::message) struct Node {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    pub(in crate::message) fn start() -> Self {
        let mut process = Command::new("node")
            .args(["-e", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("node cannot be started ({error}): scripts/install verifiers installs Debian's nodejs")
            });
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Self {
            process,
            questions,
            answers,
        }
    }

    /// `JSON.stringify(JSON.parse(text))`, or what it threw.
    pub(in crate::message) fn normal(&mut self, text: &str) -> Result<String, String> {
        writeln!(self.questions, "{}", STANDARD.encode(text)).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answer = String::from_utf8(STANDARD.decode(line.trim()).unwrap()).unwrap();
        match answer.strip_prefix('=') {
            Some(json) => Ok(json.to_owned()),
            None => Err(answer),
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
