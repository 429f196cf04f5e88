//! The last line of `noxpay alerts check`.

use super::Line;
use super::expectation::{Difference, Expectation, as_map};
use crate::facts::Kind;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::time::Duration;

/// What one file with an expectation adds to the summary; each is 0 or 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Without a difference; the bank's code does not count.
    pub exact: u32,
    /// Expectations of kind credit, also unauthentic ones.
    pub credits: u32,
    pub credits_exact: u32,
    /// Something else read as a credit, or a credit with a wrong amount or UTR.
    pub wrong_credit: u32,
    /// A credit read as something else.
    pub missed_credit: u32,
    pub forged_accepted: u32,
    pub genuine_refused: u32,
}

impl Counts {
    pub(super) fn of(expected: &Expectation, line: &Line, differences: &[Difference]) -> Self {
        let got = as_map(line);
        let exact = differences.iter().all(|d| d.key == "bank");
        let (is, should_be) = (line.kind == Kind::Credit, expected.kind == Kind::Credit);
        let money_fits = expected.agrees(&got, "amount_paise") && expected.agrees(&got, "utr");
        Self {
            exact: u32::from(exact),
            credits: u32::from(should_be),
            credits_exact: u32::from(should_be && exact),
            wrong_credit: u32::from(is && !(should_be && money_fits)),
            missed_credit: u32::from(should_be && !is),
            forged_accepted: u32::from(expected.authentic == Some(false) && line.authentic),
            genuine_refused: u32::from(expected.authentic == Some(true) && !line.authentic),
        }
    }
}

/// Counts over a folder. Without any expectation all but the speed are null.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Pairs of a mail and an expectation, and their sums.
    pairs: Option<(u32, Counts)>,
    /// Mails read per second, rounded.
    speed: Option<u64>,
}

impl Summary {
    /// Adds one file.
    pub fn add(&mut self, counts: Option<Counts>) {
        let Some(one) = counts else { return };
        let (files, all) = self.pairs.get_or_insert_default();
        *files += 1;
        all.exact += one.exact;
        all.credits += one.credits;
        all.credits_exact += one.credits_exact;
        all.wrong_credit += one.wrong_credit;
        all.missed_credit += one.missed_credit;
        all.forged_accepted += one.forged_accepted;
        all.genuine_refused += one.genuine_refused;
    }

    /// Sets the speed: how many mails, expected or not, were read in how long.
    pub fn timed(&mut self, mails: u64, took: Duration) {
        self.speed = u64::try_from(took.as_micros())
            .ok()
            .and_then(|us| mails.saturating_mul(1_000_000).checked_div(us));
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let count = |of: fn(&Counts) -> u32| self.pairs.as_ref().map(|(_, counts)| of(counts));
        let mut map = serializer.serialize_struct("Summary", 9)?;
        map.serialize_field("files", &self.pairs.as_ref().map(|(files, _)| files))?;
        map.serialize_field("exact", &count(|c| c.exact))?;
        map.serialize_field("credits", &count(|c| c.credits))?;
        map.serialize_field("credits_exact", &count(|c| c.credits_exact))?;
        map.serialize_field("wrong_credit", &count(|c| c.wrong_credit))?;
        map.serialize_field("missed_credit", &count(|c| c.missed_credit))?;
        map.serialize_field("forged_accepted", &count(|c| c.forged_accepted))?;
        map.serialize_field("genuine_refused", &count(|c| c.genuine_refused))?;
        map.serialize_field("mails_per_second", &self.speed)?;
        map.end()
    }
}
