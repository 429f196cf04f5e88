//! As much of an HTTP client as RabbitMQ's management API takes, blocking so that `Drop` can use it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::env;

const PATIENCE: Duration = Duration::from_secs(30);

/// Where the API is and who may use it.
pub(super) struct Address {
    pub(super) user: String,
    password: String,
    host: String,
}

impl Address {
    /// From `http://user:password@host:port`.
    pub(super) fn from_env() -> Self {
        let url = env::rabbit_api();
        let parts = url
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once('@'))
            .and_then(|(who, host)| Some((who.split_once(':')?, host)));
        let ((user, password), host) = parts.expect("http://user:password@host:port");
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            host: host.trim_end_matches('/').to_owned(),
        }
    }
}

/// The answer's body, if its status is 2xx; else an error that shows the answer.
pub(super) fn call(method: &str, path: &str, body: &str) -> Result<String, String> {
    let answer = exchange(method, path, body).map_err(|error| error.to_string())?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status.starts_with('2') {
        Ok(body.to_owned())
    } else {
        Err(format!("{method} {path}: {status} {body}"))
    }
}

fn exchange(method: &str, path: &str, body: &str) -> std::io::Result<String> {
    let address = Address::from_env();
    let credentials = STANDARD.encode(format!("{}:{}", address.user, address.password));
    let mut stream = TcpStream::connect(&address.host)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Version 1.0: the answer comes in one piece and ends with the connection.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nHost: {}\r\nAuthorization: Basic {credentials}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        address.host,
        body.len(),
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
