use super::*;
use std::sync::{Arc, Mutex};

/// What was written to a capturing terminal.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn people_and_scripts_read_different_things() {
    let (mut people, shown) = Terminal::capturing(false);
    people.line("a line");
    people.result(&["data"]).unwrap();
    assert_eq!(shown.text(), "a line\n");

    let (mut script, shown) = Terminal::capturing(true);
    script.line("a line");
    script.result(&["data"]).unwrap();
    assert_eq!(shown.text(), "[\"data\"]\n");
}

#[test]
fn a_cell_cannot_begin_a_line_of_its_own() {
    let (mut terminal, shown) = Terminal::capturing(false);
    let mut table = Table::new(["NAME", "NOTE"], "nothing");
    table.row(["a\nb".to_owned(), "\u{1b}[1m".to_owned()]);
    table.row(["c".to_owned(), String::new()]);
    terminal.table(&table);
    assert_eq!(shown.text(), "NAME  NOTE\na?b   ?[1m\nc     -\n");
}

#[test]
fn an_empty_table_says_so() {
    let (mut terminal, shown) = Terminal::capturing(false);
    terminal.table(&Table::new(["NAME"], "no merchants yet"));
    assert_eq!(shown.text(), "no merchants yet\n");
}
