//! The documents say what the code does, where that can be checked.

use aws::config::VARIABLES;

fn document(path: &str) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    std::fs::read_to_string(format!("{root}/{path}")).unwrap()
}

#[test]
fn every_setting_is_in_the_operations_manual_as_the_program_explains_it() {
    let manual = document("docs/operations.md");
    for variable in VARIABLES {
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
        VARIABLES.len(),
        "a setting that is gone"
    );
}

#[test]
fn every_decision_is_numbered_once() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/adr");
    let mut numbers: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split('-').next().unwrap().to_owned())
        .collect();
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), all);
}
