//! `events/<function>/<case>.json`: what each function is shown, and that it can be shown bad things.

use super::sources::{folders, root};

/// The names of a function's cases, without their endings.
fn cases(function: &str) -> Vec<String> {
    let folder = root().join("events").join(function);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|_| panic!("no events/{function}"));
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut cases: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
        .filter(|name| !name.ends_with(".expected"))
        .collect();
    cases.sort();
    cases
}

fn expected(function: &str, case: &str) -> serde_json::Value {
    let path = root().join(format!("events/{function}/{case}.expected.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// A status of 400 or more, a message that stays on its queue, an invocation that fails.
fn is_bad(expected: &serde_json::Value) -> bool {
    let status = expected["statusCode"].as_u64();
    let failures = expected["batchItemFailures"].as_array();
    status.is_some_and(|status| status >= 400)
        || failures.is_some_and(|failures| !failures.is_empty())
        || !expected["errorMessage"].is_null()
}

#[test]
fn every_function_has_a_happy_case_and_two_bad_ones() {
    for function in folders("functions") {
        let all = cases(&function);
        let bad = all.iter().filter(|case| is_bad(&expected(&function, case)));
        let bad = bad.count();
        assert!(all.len() > bad, "events/{function} has no happy case");
        assert!(bad >= 2, "events/{function} has {bad} bad cases");
    }
}

#[test]
fn every_folder_of_events_is_that_of_a_function() {
    assert_eq!(folders("events"), folders("functions"));
}

#[test]
fn a_case_is_named_by_its_turn_and_by_what_it_is_about() {
    for function in folders("functions") {
        for (turn, case) in cases(&function).iter().enumerate() {
            let turn = format!("{:02}-", turn + 1);
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(
                case.starts_with(&turn) && case.chars().all(plain),
                "events/{function}/{case}.json: expected {turn}…"
            );
        }
    }
}

#[test]
fn every_event_is_json_of_the_kind_that_calls_the_function() {
    for function in folders("functions") {
        for case in cases(&function) {
            let path = root().join(format!("events/{function}/{case}.json"));
            let event = std::fs::read_to_string(path).unwrap();
            let event: serde_json::Value = serde_json::from_str(&event).unwrap();
            let kinds = ["requestContext", "Records", "source"];
            let known = kinds.iter().any(|member| !event[member].is_null());
            assert!(known, "events/{function}/{case}.json is of no known kind");
        }
    }
}

#[test]
fn a_token_of_an_event_is_minted_for_its_replay() {
    for function in folders("functions") {
        for case in cases(&function) {
            let path = format!("events/{function}/{case}.json");
            let event = std::fs::read_to_string(root().join(&path)).unwrap();
            assert!(
                !event.contains("Bearer ey"),
                "{path} has a token that nobody signed; write {{token user role}} in its place"
            );
        }
    }
}
