//! A payer's browser: headless Chromium, driven by WebDriver (<https://www.w3.org/TR/webdriver2/>) and, where that has no
//! word for it, by the DevTools protocol through it. WebDriver is JSON over HTTP, so the REST client of these tests speaks it.

use crate::process::free_address;
use crate::rest::Rest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use testkit::wait::{PATIENCE, until};

/// Debian's packages `chromium` and `chromium-driver`.
const CHROMIUM: &str = "/usr/bin/chromium";
const DRIVER: &str = "/usr/bin/chromedriver";
/// What is wrong with the page as it is drawn now.
const MEASURE: &str = include_str!("browser/measure.js");

/// A browser with a profile of its own, which ends with it.
pub struct Browser {
    driver: Child,
    chromium: String,
    profile: PathBuf,
    session: Rest,
}

/// What a page is looked at on.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// CSS pixels.
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

impl Screen {
    /// Looked at in the hand: touched, not pointed at.
    const fn is_phone(self) -> bool {
        self.width < 600
    }
}

impl Browser {
    /// A fresh browser with an empty page.
    pub async fn open() -> Self {
        let id = uuid::Uuid::new_v4().simple();
        let profile = std::env::temp_dir().join(format!("noxpay-browser-{id}"));
        std::fs::create_dir_all(&profile).expect("a directory");
        let address = free_address();
        let driver = Command::new(DRIVER)
            .arg(format!("--port={}", address.port()))
            // What Chromium writes beside its profile goes with the profile.
            .env("HOME", &profile)
            .env("XDG_CONFIG_HOME", &profile)
            .env("XDG_CACHE_HOME", &profile)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("{DRIVER} does not start: {error}; run `scripts/install browser`")
            });
        let mut browser = Self {
            driver,
            chromium: String::new(),
            profile,
            session: Rest::new(format!("http://{address}")),
        };
        browser.start_session().await;
        browser
    }

    async fn start_session(&mut self) {
        let driver = self.session.clone();
        until(PATIENCE, async || {
            match driver.try_send(Method::GET, "/status", None).await {
                Ok(answer) if answer.json()["value"]["ready"] == true => Ok(()),
                Ok(answer) => Err(answer.text),
                Err(error) => Err(error.to_string()),
            }
        })
        .await;
        let profile = format!("--user-data-dir={}", self.profile.display());
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": CHROMIUM, "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                // A small /dev/shm is usual in containers.
                "--disable-dev-shm-usage", profile,
            ] },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        } } });
        let session = driver.post("/session", &wanted).await.ok();
        let id = session["value"]["sessionId"].as_str().expect("a session");
        self.chromium = session["value"]["capabilities"]["goog:processID"].to_string();
        self.session = Rest::new(format!("{}/session/{id}", driver.base()));
    }

    /// Opens a page and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.session.post("/url", &json!({ "url": url })).await.ok();
    }

    /// What a function body returns in the page; a promise is waited for.
    pub async fn run(&self, script: &str) -> Value {
        self.try_run(script)
            .await
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The same; `Err` with the reason, as while the page is being replaced.
    pub async fn try_run(&self, script: &str) -> Result<Value, String> {
        let body = json!({ "script": script, "args": [] });
        let answer = self.session.post("/execute/sync", &body).await;
        if answer.status.is_success() {
            Ok(answer.json()["value"].take())
        } else {
            Err(answer.text)
        }
    }

    /// What a reader sees.
    pub async fn text(&self) -> String {
        let text = self.run("return document.body.innerText").await;
        text.as_str().expect("text").to_owned()
    }

    /// Waits until a function body returns true in the page.
    pub async fn shows(&self, condition: &str) {
        until(PATIENCE, async || match self.try_run(condition).await {
            Ok(Value::Bool(true)) => Ok(()),
            seen => {
                let text = self.try_run("return document.body.innerText").await;
                Err((condition.to_owned(), seen, text))
            }
        })
        .await;
    }

    /// Errors and warnings of the console since it was asked last.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.log("browser").await.into_iter();
        let loud = entries.filter(|e| e["level"] == "SEVERE" || e["level"] == "WARNING");
        loud.map(|entry| entry["message"].to_string()).collect()
    }

    /// The hosts (with ports) that were asked for anything since this was asked last, whether they answered or not.
    pub async fn asked_hosts(&self) -> BTreeSet<String> {
        let entries = self.log("performance").await.into_iter();
        let messages = entries.filter_map(|entry| {
            let text = entry["message"].as_str()?;
            serde_json::from_str::<Value>(text).ok()
        });
        messages
            .filter(|m| m["message"]["method"] == "Network.requestWillBeSent")
            .filter_map(|m| Url::parse(m["message"]["params"]["request"]["url"].as_str()?).ok())
            // A fresh window shows a page of Chromium's own before the first that a test opens.
            .filter(|url| !(url.scheme() == "data" || url.scheme().starts_with("chrome")))
            .map(|url| url.authority().to_owned())
            .collect()
    }

    /// As when a payer has switched scripts off: [`Browser::run`] still works.
    pub async fn without_scripts(&self) {
        let params = json!({ "value": true });
        self.devtools("Emulation.setScriptExecutionDisabled", params)
            .await;
    }

    /// Shows pages as this screen does.
    pub async fn use_screen(&self, screen: Screen) {
        let (width, height, phone) = (screen.width, screen.height, screen.is_phone());
        let scheme = if screen.dark { "dark" } else { "light" };
        for (command, params) in [
            (
                "Emulation.setDeviceMetricsOverride",
                json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone }),
            ),
            (
                "Emulation.setTouchEmulationEnabled",
                json!({ "enabled": phone }),
            ),
            (
                "Emulation.setEmulatedMedia",
                json!({ "features": [
                    { "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ] }),
            ),
        ] {
            self.devtools(command, params).await;
        }
    }

    /// What keeps the page from being read and used: too little contrast, small targets, overflow, layout that moved, …
    pub async fn faults(&self) -> Vec<String> {
        let faults = self.run(MEASURE).await;
        serde_json::from_value(faults).expect("a list")
    }

    /// A picture of the whole page.
    pub async fn picture(&self, path: &Path) {
        let params = json!({ "captureBeyondViewport": true });
        let shot = self.devtools("Page.captureScreenshot", params).await;
        let png = STANDARD.decode(shot["data"].as_str().expect("a picture"));
        std::fs::write(path, png.expect("base64")).expect("a file");
    }

    async fn devtools(&self, command: &str, params: Value) -> Value {
        let body = json!({ "cmd": command, "params": params });
        let answer = self.session.post("/goog/cdp/execute", &body).await;
        answer.ok()["value"].take()
    }

    /// The entries since the last call.
    async fn log(&self, kind: &str) -> Vec<Value> {
        let answer = self.session.post("/se/log", &json!({ "type": kind })).await;
        let entries = answer.ok()["value"].take();
        serde_json::from_value(entries).expect("entries")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its other processes end with the first one, and none of them with the driver.
        if !self.chromium.is_empty() {
            let _ = Command::new("kill")
                .args(["-KILL", &self.chromium])
                .status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}
