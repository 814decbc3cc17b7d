//! The documents say what the code does, where that can be checked.

use std::path::Path;

use aws::config::variables;

use crate::architecture::all_sources;

/// Tests run in the folder of their package.
const ROOT: &str = "..";

fn document(path: &str) -> String {
    std::fs::read_to_string(Path::new(ROOT).join(path)).unwrap()
}

#[test]
fn every_setting_is_in_the_operations_manual_as_the_program_explains_it() {
    let manual = document("docs/operations.md");
    for variable in variables() {
        let row = format!(
            "| `{}` | {} | {} |",
            variable.name, variable.meaning, variable.default
        );
        assert!(
            manual.contains(&row),
            "docs/operations.md has no row\n{row}"
        );
    }
    assert_eq!(
        manual.matches("\n| `FYR_").count(),
        variables().count(),
        "a setting that is gone"
    );
}

#[test]
fn every_document_that_is_referred_to_is_there() {
    let documents = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
    ];
    let documents = documents.map(|path| (path.to_owned(), document(path)));
    let sources = all_sources()
        .into_iter()
        .map(|source| (source.path, source.text));
    for (path, text) in documents.into_iter().chain(sources) {
        for (at, _) in text.match_indices("docs/") {
            let named = text[at..].split(|c: char| c.is_whitespace() || "`)\"*;,:".contains(c));
            let name = named.into_iter().next().unwrap().trim_end_matches('.');
            let is_a_name = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "/.-".contains(c));
            assert!(!is_a_name || is_there(name), "{path} refers to {name}");
        }
    }
}

/// A file, a folder, or a decision by its number alone.
fn is_there(name: &str) -> bool {
    let path = Path::new(ROOT).join(name);
    let number = path.file_name().unwrap().to_string_lossy().into_owned();
    path.exists()
        || std::fs::read_dir(path.parent().unwrap())
            .into_iter()
            .flatten()
            .any(|file| {
                file.unwrap()
                    .file_name()
                    .to_string_lossy()
                    .starts_with(&number)
            })
}

#[test]
fn every_decision_is_numbered_once() {
    let mut numbers: Vec<String> = std::fs::read_dir(Path::new(ROOT).join("docs/adr"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split('-').next().unwrap().to_owned())
        .collect();
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), all);
}

/// The rules that docs/rule-sets.md must have a row for: a letter, and the last number.
const RULES: [(char, usize); 3] = [('O', 7), ('I', 21), ('H', 15)];

#[test]
fn every_rule_has_a_status_and_what_is_done_has_a_test_that_names_it() {
    let manual = document("docs/rule-sets.md");
    let sources = all_sources();
    let is_tested = |rule: &str| {
        let name = format!("fn {}_", rule.to_lowercase());
        sources.iter().any(|source| source.text.contains(&name))
    };
    let mut told = Vec::new();
    for row in manual.lines().filter(|line| line.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [rules, _, status] = cells.as_slice() else {
            continue;
        };
        for rule in rules.split(", ") {
            let is_done = status.starts_with("done");
            assert!(!is_done || is_tested(rule), "no test is called {rule}");
            told.push(rule.to_owned());
        }
    }
    for (letter, last) in RULES {
        for number in 1..=last {
            let rule = format!("{letter}{number}");
            assert!(
                told.contains(&rule),
                "docs/rule-sets.md has no row for {rule}"
            );
        }
    }
}

/// A row such as `| read | 1 | 1.0 | 0.0 | 1 |` is a line of the golden file.
#[test]
fn every_count_on_the_page_of_performance_is_the_golden_one() {
    let (page, golden) = (
        document("docs/performance.md"),
        document("benches/counts.golden"),
    );
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let measured: Vec<Vec<String>> = golden.lines().map(words).collect();
    let mut told = 0;
    for row in page.lines().filter(|row| row.starts_with("| ")) {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_counted = cells.len() == 5 && cells[1].parse::<u64>().is_ok();
        if is_counted {
            told += 1;
            assert!(measured.contains(&words(&cells.join(" "))), "{row}");
        }
    }
    assert!(told >= 20, "{told} rows");
}

/// The last of the rules about bundles (docs/conformance.md, "Rule numbers").
const LAST_OF_BUNDLES: usize = 26;

#[test]
fn every_rule_about_bundles_has_a_test_that_names_it() {
    let sources = all_sources();
    let texts = sources.iter().map(|source| source.text.as_str());
    let text: String = texts.collect();
    for number in 1..=LAST_OF_BUNDLES {
        let name = format!("_t{number}");
        let is_tested = ["(", "_t"]
            .iter()
            .any(|end| text.contains(&format!("{name}{end}")));
        assert!(is_tested, "no test is called …{name}");
    }
}
