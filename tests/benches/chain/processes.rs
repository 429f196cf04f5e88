//! Which process takes how much of the machine, read from `/proc`.

use crate::report::count;
use e2e::process::SERVICES;
use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::time::Instant;

/// Linux counts CPU time in hundredths of a second.
const TICKS_PER_SECOND: f64 = 100.0;
const KIB_PER_MIB: f64 = 1024.0;

/// The processes of one part of the installation: its name, and their ids.
type Parts = BTreeMap<String, Vec<u32>>;

/// The time that each part has used.
pub(crate) struct Cpu {
    at: Instant,
    ticks: BTreeMap<String, u64>,
}

/// What a process holds, in MiB.
pub(crate) struct Memory {
    pub(crate) service: &'static str,
    pub(crate) rss: f64,
    pub(crate) pss: f64,
    /// Of the PSS: what no file stands behind.
    pub(crate) anonymous: f64,
    pub(crate) threads: usize,
}

impl Cpu {
    pub(crate) fn now() -> Self {
        let ticks = parts().into_iter().map(|(name, pids)| {
            let used = pids.iter().filter_map(|pid| ticks(*pid)).sum();
            (name, used)
        });
        Self {
            at: Instant::now(),
            ticks: ticks.collect(),
        }
    }

    /// Cores that each part kept busy since then, most first.
    pub(crate) fn shares(&self) -> Vec<(String, f64)> {
        let now = Self::now();
        let seconds = (now.at - self.at).as_secs_f64();
        let mut shares: Vec<(String, f64)> = now
            .ticks
            .into_iter()
            .map(|(name, ticks)| {
                let used = ticks.saturating_sub(self.ticks.get(&name).copied().unwrap_or(0));
                let used = f64::from(u32::try_from(used).unwrap_or(u32::MAX));
                (name, used / TICKS_PER_SECOND / seconds)
            })
            .collect();
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }
}

/// What each service holds now.
pub(crate) fn memory() -> Vec<Memory> {
    let parts = parts();
    let of = |service: &&'static str| {
        let pid = *parts.get(*service)?.first()?;
        let rollup = rollup(&pid.to_string())?;
        let mib = |field| mib(&rollup, field);
        Some(Memory {
            service,
            rss: mib("Rss:"),
            pss: mib("Pss:"),
            anonymous: mib("Pss_Anon:"),
            threads: std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.count(),
        })
    };
    SERVICES.iter().filter_map(of).collect()
}

/// What this process holds now (RSS), in MiB.
pub(crate) fn own_memory() -> f64 {
    rollup("self").map_or(f64::NAN, |rollup| mib(&rollup, "Rss:"))
}

fn rollup(pid: &str) -> Option<String> {
    read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()
}

fn mib(rollup: &str, field: &str) -> f64 {
    let line = rollup.lines().find_map(|l| l.strip_prefix(field));
    let kib = line.and_then(|l| l.split_whitespace().next()?.parse::<u32>().ok());
    f64::from(kib.unwrap_or_default()) / KIB_PER_MIB
}

/// The services are children of this process; the servers' ids stand in their directory.
fn parts() -> Parts {
    let me = std::process::id();
    let parents = parents();
    let mut parts = Parts::new();
    for (pid, parent) in &parents {
        if *parent == me {
            let name = name(*pid);
            parts.entry(name).or_default().push(*pid);
        }
    }
    parts.insert("the clients".to_owned(), vec![me]);
    for server in ["postgres", "rabbitmq", "dovecot"] {
        let file = testkit::env::servers_dir().join("pid").join(server);
        let pid = read_to_string(file).ok().and_then(|text| {
            let first = text.split_whitespace().next()?;
            first.parse().ok()
        });
        if let Some(pid) = pid {
            parts.insert(server.to_owned(), descendants(pid, &parents));
        }
    }
    parts
}

/// The program's name, which the kernel cuts in `comm`.
fn name(pid: u32) -> String {
    let line = read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = line.split('\0').next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    name.to_owned()
}

fn parents() -> BTreeMap<u32, u32> {
    let processes = std::fs::read_dir("/proc").expect("/proc");
    let numbers = processes.filter_map(|p| p.ok()?.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter_map(|pid| Some((pid, stat(pid)?.get(1)?.parse().ok()?)))
        .collect()
}

fn descendants(root: u32, parents: &BTreeMap<u32, u32>) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        let children = parents.iter().filter(|(_, p)| **p == parent);
        found.extend(children.map(|(child, _)| *child));
        next += 1;
    }
    found
}

/// User and system time, also of children that have ended.
fn ticks(pid: u32) -> Option<u64> {
    let fields = stat(pid)?;
    let number = |n: usize| fields.get(n)?.parse::<u64>().ok();
    (11..15).map(number).sum()
}

/// `/proc/PID/stat` from the state on: the name before it may hold anything.
fn stat(pid: u32) -> Option<Vec<String>> {
    let line = read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(") ")?;
    Some(rest.split_whitespace().map(ToOwned::to_owned).collect())
}

/// Adds up what a metric's lines say that have all of `labels`.
pub(crate) fn metric(text: &str, name: &str, labels: &[&str]) -> f64 {
    let lines = text.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['{', ' ']))
            && labels.iter().all(|label| line.contains(label))
    });
    let values: Vec<f64> = lines
        .filter_map(|line| line.rsplit(' ').next()?.parse().ok())
        .collect();
    debug_assert!(count(values.len()) < 1e6);
    values.iter().sum()
}
