//! `fyr registry`, `fyr load` and `fyr export`, one after the other.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::process::{Server, run};

/// Organizations that go in and come out.
const ORGANIZATIONS: usize = 700;

fn base(server: &Server) -> String {
    format!("http://{}/fhir", server.address)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The resources of a text, by id, without what a server adds.
fn resources(text: &str) -> BTreeMap<String, Value> {
    let resource = |line: &str| {
        let mut resource: Value = serde_json::from_str(line).unwrap();
        resource.as_object_mut().unwrap().remove("meta");
        (resource["id"].as_str().unwrap().to_owned(), resource)
    };
    text.lines().map(resource).collect()
}

#[test]
fn what_was_loaded_is_exported() {
    let server = Server::start(&["--ephemeral"]);
    let place = tempfile::tempdir().unwrap();
    let registry = place.path().join("registry.ndjson");
    let count = ORGANIZATIONS.to_string();
    let (code, text, said) = run(&["registry", "--organizations", &count]);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(&registry, &text).unwrap();

    let base = base(&server);
    let (code, told, said) = run(&["load", path(&registry), "--base", &base]);
    assert_eq!(code, Some(0), "{said}");
    let expected = "700 resources in 2 transactions: 700 created, 0 there before";
    assert!(told.starts_with(expected), "{told}");

    let out = place.path().join("out");
    let export = [
        "export",
        "--base",
        &base,
        "--type",
        "Organization",
        "--out",
        path(&out),
    ];
    let (code, told, said) = run(&export);
    assert_eq!(code, Some(0), "{said}");
    assert!(told.contains("700  Organization"), "{told}");
    let exported = std::fs::read_to_string(out.join("Organization.1.ndjson")).unwrap();
    assert_eq!(resources(&exported), resources(&text));
    assert!(out.join("manifest.json").is_file());
    assert!(!out.join("unfinished.json").exists());

    let (code, _, said) = run(&export);
    assert_eq!(code, Some(2));
    assert!(said.contains("is not empty"), "{said}");
}

#[test]
fn an_export_that_is_refused_is_told_in_the_words_of_the_server() {
    let server = Server::start(&["--ephemeral"]);
    let place = tempfile::tempdir().unwrap();
    let (base, out) = (base(&server), place.path().join("out"));
    let export = [
        "export",
        "--base",
        &base,
        "--type",
        "Spaceship",
        "--out",
        path(&out),
    ];
    let (code, _, said) = run(&export);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("Spaceship"), "{said}");
}

#[test]
fn a_line_that_is_refused_is_told_with_its_place() {
    let server = Server::start(&["--ephemeral"]);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("two.ndjson");
    let lines = "{\"resourceType\":\"Organization\",\"id\":\"a\",\"name\":\"A\"}\n\
                 {\"resourceType\":\"Organization\",\"id\":\"b\",\"nome\":\"B\"}\n";
    std::fs::write(&file, lines).unwrap();
    let base = base(&server);
    let (code, _, said) = run(&["load", path(&file), "--base", &base]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("two.ndjson:2"), "{said}");
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("out");
    let nowhere = "http://127.0.0.1:1/fhir";
    let (code, _, said) = run(&["export", "--base", nowhere, "--out", path(&out)]);
    assert_eq!(code, Some(1));
    assert!(said.contains("cannot be reached"), "{said}");
}
