//! Files that can be read in one sitting, and names that say what is in them.

use super::sources::{Source, all_sources, folders, text};

const MAX_LINES: usize = 300;
/// For a file that is mostly rows of a table.
const MAX_TABLE_LINES: usize = 400;
const MAX_TEST_LINES: usize = 500;
const MAX_MAIN_LINES: usize = 40;
/// A file in which one line in so many is a row counts as a table.
const ROWS_OF_A_TABLE: usize = 3;

#[test]
fn no_file_is_longer_than_its_limit() {
    let mut found = Vec::new();
    for source in all_sources().iter().filter(|source| !is_generated(source)) {
        let (lines, limit) = (production_lines(source), limit(source));
        if lines > limit {
            found.push(format!("{}: {lines} lines, limit {limit}", source.path));
        }
    }
    assert!(found.is_empty(), "split by noun:\n{}", found.join("\n"));
}

#[test]
fn no_file_is_named_after_nothing() {
    let nothing = [
        "util", "utils", "helper", "helpers", "common", "misc", "stuff", "part2",
    ];
    for source in all_sources() {
        let path = source.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let name = path.rsplit('/').next().unwrap();
        assert!(
            !nothing.contains(&name),
            "{}: name it after what is in it",
            source.path
        );
    }
}

#[test]
fn a_function_is_wiring_alone() {
    for function in folders("functions") {
        let main = text(&format!("functions/{function}/src/main.rs"));
        let lines = main.lines().count();
        assert!(
            lines <= MAX_MAIN_LINES,
            "functions/{function}: {lines} lines in main.rs"
        );
    }
}

#[test]
fn every_file_starts_by_saying_what_it_is() {
    let exempt = |source: &&Source| !is_generated(source) && !source.is_test();
    for source in all_sources().iter().filter(exempt) {
        assert!(
            source.text.starts_with("//!"),
            "{}: no line that says what it is",
            source.path
        );
    }
}

/// A file's tests, at its end, do not count.
fn production_lines(source: &Source) -> usize {
    if source.is_test() {
        return source.text.lines().count();
    }
    source
        .text
        .lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .count()
}

fn limit(source: &Source) -> usize {
    let rows = source.text.lines().filter(|line| is_row(line)).count();
    match source {
        source if source.is_test() => MAX_TEST_LINES,
        source if rows * ROWS_OF_A_TABLE > source.text.lines().count() => MAX_TABLE_LINES,
        _ => MAX_LINES,
    }
}

/// A row of a table: a tuple, a string or a macro's row that ends with a comma.
fn is_row(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(['(', '"', '[']) && line.ends_with(',')
}

fn is_generated(source: &Source) -> bool {
    source
        .text
        .lines()
        .take(3)
        .any(|line| line.contains("@generated"))
}
