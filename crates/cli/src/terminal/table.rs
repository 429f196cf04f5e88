//! Columns for people.

use super::clean::clean;

/// Rows under headers, each column as wide as its widest cell.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    /// What is said instead of a table without rows.
    empty: &'static str,
}

impl Table {
    pub(crate) fn new<const N: usize>(headers: [&str; N], empty: &'static str) -> Self {
        let headers = headers.iter().map(|h| (*h).to_owned()).collect();
        Self {
            rows: vec![headers],
            empty,
        }
    }

    /// Cells are cleaned here already: a width is only known of what is shown. An empty one becomes `-`.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        let cells = cells.map(|cell| match clean(&cell) {
            cell if cell.is_empty() => "-".to_owned(),
            cell => cell,
        });
        self.rows.push(cells.into());
    }

    pub(super) fn lines(&self) -> Vec<String> {
        if self.rows.len() < 2 {
            return vec![self.empty.to_owned()];
        }
        let widths: Vec<usize> = (0..self.rows.iter().map(Vec::len).max().unwrap_or(0))
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let padded = cells.map(|(cell, width)| format!("{cell:width$}  "));
            padded.collect::<String>().trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}
