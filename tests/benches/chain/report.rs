//! The table at the end.

/// A figure, and what it is measured against.
struct Row {
    name: String,
    value: String,
    against: String,
}

/// Figures in the order in which they were measured, under headings.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

/// Says on stderr what is being done.
pub(crate) fn step(what: &str) {
    eprintln!("bench: {what}");
}

impl Report {
    pub(crate) fn heading(&mut self, text: &str) {
        self.add(&format!("\n{text}"), String::new(), String::new());
    }

    pub(crate) fn add(&mut self, name: &str, value: String, against: String) {
        eprintln!("bench:   {} {value} {against}", name.trim());
        self.rows.push(Row {
            name: name.to_owned(),
            value,
            against,
        });
    }

    /// A figure without anything to compare it with.
    pub(crate) fn note(&mut self, name: &str, value: String) {
        self.add(name, value, String::new());
    }

    /// A rate, as a part of what is possible in the same run.
    pub(crate) fn ratio(&mut self, name: &str, rate: f64, limit: (&str, f64), aim: Option<f64>) {
        let aim = aim.map_or_else(String::new, |aim| format!(" (aim ≥ {aim:.2})"));
        self.add(
            name,
            format!("{rate:.0}/s"),
            format!("{:.2} of {} {:.0}/s{aim}", rate / limit.1, limit.0, limit.1),
        );
    }

    pub(crate) fn print(&self) {
        for row in &self.rows {
            println!("{:<52} {:>16}   {}", row.name, row.value, row.against);
        }
    }
}

/// The value that a share (0 to 1) of the sorted values does not exceed.
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (0..=last).find(|n| count(*n + 1) >= share * count(sorted.len()));
    sorted
        .get(place.unwrap_or(last))
        .copied()
        .unwrap_or_default()
}

/// A number of things, to reckon with.
pub(crate) fn count(things: usize) -> f64 {
    f64::from(u32::try_from(things).unwrap_or(u32::MAX))
}
