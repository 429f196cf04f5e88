//! Whether this process can do its work, as pushed state: those who hold a connection say how it is, so that a probe
//! never does I/O of its own.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;

/// What a failing check means for the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    Required,
    Degrading,
}

struct Check {
    weight: Weight,
    /// Why it is down; `None` while it is up.
    down: Option<String>,
}

/// The checks of one process. Clones share them.
#[derive(Clone, Default)]
pub struct Health(Arc<Mutex<BTreeMap<&'static str, Check>>>);

/// One check, held by whoever knows its state. Clones set the same check.
#[derive(Clone)]
pub struct HealthFlag {
    health: Health,
    name: &'static str,
}

/// The answer to a readiness probe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    pub status: Status,
    /// Degrading checks that are down.
    pub degraded: Vec<&'static str>,
    /// Required checks that are down.
    pub failing: Vec<&'static str>,
    /// Why each of them is.
    pub reasons: BTreeMap<&'static str, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ready,
    /// Serving, with something missing that can wait.
    Degraded,
    Unready,
}

impl Health {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A check without which no request can be served. It is down until it is said to be up.
    #[must_use]
    pub fn required(&self, name: &'static str) -> HealthFlag {
        self.register(name, Weight::Required)
    }

    /// A check whose failure delays work but loses nothing. It is down until it is said to be up.
    #[must_use]
    pub fn degrading(&self, name: &'static str) -> HealthFlag {
        self.register(name, Weight::Degrading)
    }

    #[must_use]
    pub fn readiness(&self) -> Readiness {
        let (mut degraded, mut failing) = (Vec::new(), Vec::new());
        let mut reasons = BTreeMap::new();
        for (name, check) in self.lock().iter() {
            if let Some(reason) = &check.down {
                match check.weight {
                    Weight::Required => failing.push(*name),
                    Weight::Degrading => degraded.push(*name),
                }
                reasons.insert(*name, reason.clone());
            }
        }
        let status = match (failing.is_empty(), degraded.is_empty()) {
            (false, _) => Status::Unready,
            (true, false) => Status::Degraded,
            (true, true) => Status::Ready,
        };
        Readiness {
            status,
            degraded,
            failing,
            reasons,
        }
    }

    fn register(&self, name: &'static str, weight: Weight) -> HealthFlag {
        let down = Some("not yet up".to_owned());
        self.lock().insert(name, Check { weight, down });
        HealthFlag {
            health: self.clone(),
            name,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<&'static str, Check>> {
        // Every change is one assignment: a panic elsewhere leaves nothing half-changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HealthFlag {
    pub fn up(&self) {
        self.set(None);
    }

    /// `reason` is shown to whoever can reach the admin listener: no secret, no personal data.
    pub fn down(&self, reason: impl fmt::Display) {
        self.set(Some(reason.to_string()));
    }

    /// Up for `Ok`, down with the error's text otherwise.
    pub fn set_from<T, E: fmt::Display>(&self, result: &Result<T, E>) {
        self.set(result.as_ref().err().map(E::to_string));
    }

    #[must_use]
    pub fn is_up(&self) -> bool {
        let checks = self.health.lock();
        checks.get(self.name).is_some_and(|c| c.down.is_none())
    }

    fn set(&self, down: Option<String>) {
        let mut checks = self.health.lock();
        let Some(check) = checks.get_mut(self.name) else {
            return;
        };
        let changed = check.down.is_some() != down.is_some();
        check.down = down;
        if changed {
            match &check.down {
                Some(reason) => tracing::warn!(check = self.name, reason, "down"),
                None => tracing::info!(check = self.name, "up"),
            }
        }
    }
}

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Health").field(&self.readiness()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_required_check_decides_and_a_degrading_one_only_shows() {
        let health = Health::new();
        assert_eq!(health.readiness().status, Status::Ready);
        let db = health.required("postgres");
        let bus = health.degrading("rabbitmq");
        assert_eq!(health.readiness().failing, ["postgres"]);
        db.up();
        bus.down("connection refused");
        insta::assert_json_snapshot!(health.readiness(), @r#"
        {
          "status": "degraded",
          "degraded": [
            "rabbitmq"
          ],
          "failing": [],
          "reasons": {
            "rabbitmq": "connection refused"
          }
        }
        "#);
        bus.up();
        assert_eq!(health.readiness().status, Status::Ready);
        db.set_from(&Err::<(), _>("pool timed out"));
        assert!(!db.is_up());
        assert_eq!(health.readiness().status, Status::Unready);
    }
}
