//! `GET [base]/metadata`.

use serde_json::{Value, json};

use super::fyr::{BASE, Fyr};

fn rest(fyr: &Fyr) -> Value {
    fyr.get("/metadata").expect(200).json["rest"][0].clone()
}

#[test]
fn the_statement_says_what_this_server_is_g10() {
    let statement = Fyr::new().get("/metadata").expect(200).json;
    assert_eq!(statement["resourceType"], "CapabilityStatement");
    assert_eq!(statement["kind"], "instance");
    assert_eq!(statement["status"], "active");
    assert_eq!(statement["fhirVersion"], "4.0.1");
    assert_eq!(statement["date"], "2026-01-01T00:00:00.000+00:00");
    assert_eq!(statement["implementation"]["url"], BASE);
    let formats = statement["format"].as_array().unwrap();
    assert!(formats.contains(&json!("application/fhir+json")));
    assert_eq!(statement["rest"][0]["mode"], "server");
}

#[test]
fn the_statement_is_a_resource_that_we_would_store_ourselves() {
    let fyr = Fyr::new();
    let statement = fyr.get("/metadata").expect(200).json;
    fyr.post("/CapabilityStatement", &statement).expect(201);
}

#[test]
fn every_type_that_can_be_stored_is_listed() {
    let rest = rest(&Fyr::new());
    let types: Vec<&str> = rest["resource"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["type"].as_str().unwrap())
        .collect();
    for kind in [
        "Account",
        "Bundle",
        "Organization",
        "Patient",
        "VisionPrescription",
    ] {
        assert!(types.contains(&kind), "{kind}");
    }
    for abstract_type in ["Resource", "DomainResource"] {
        assert!(!types.contains(&abstract_type), "{abstract_type}");
    }
    assert_eq!(
        types.len(),
        146,
        "the resource types of R4 without the two abstract ones"
    );
}

#[test]
fn the_statement_follows_the_settings() {
    let organization = |fyr: &Fyr| {
        let rest = rest(fyr);
        let types = rest["resource"].as_array().unwrap();
        types
            .iter()
            .find(|one| one["type"] == "Organization")
            .unwrap()
            .clone()
    };
    let defaults = Fyr::new();
    assert_eq!(organization(&defaults)["updateCreate"], true);
    let codes = |fyr: &Fyr| rest(fyr)["interaction"].clone();
    let history = json!({"code": "history-system"});
    let search = json!({"code": "search-system"});
    let both = json!([{"code": "transaction"}, {"code": "batch"}, search, history]);
    assert_eq!(codes(&defaults), both);
    let strict = Fyr::with(|settings| {
        settings.update_create = false;
        settings.allow_batch = false;
    });
    assert_eq!(organization(&strict)["updateCreate"], false);
    assert_eq!(
        codes(&strict),
        json!([{"code": "transaction"}, search, history])
    );
}

#[test]
fn what_is_listed_works() {
    let rest = rest(&Fyr::new());
    let one = &rest["resource"][0];
    let codes: Vec<&str> = one["interaction"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["code"].as_str().unwrap())
        .collect();
    for code in [
        "create",
        "read",
        "vread",
        "update",
        "delete",
        "history-instance",
        "history-type",
    ] {
        assert!(codes.contains(&code), "{code}");
    }
    assert_eq!(one["versioning"], "versioned-update");
    assert_eq!(one["conditionalCreate"], true);
    assert_eq!(one["conditionalUpdate"], true);
    assert_eq!(one["conditionalDelete"], "single");
    assert_eq!(one["conditionalRead"], "full-support");
    assert_eq!(one["readHistory"], true);
}

#[test]
fn each_type_lists_what_it_can_be_searched_by_and_what_can_be_included() {
    let rest = rest(&Fyr::new());
    let types = rest["resource"].as_array().unwrap();
    let organization = types.iter().find(|one| one["type"] == "Organization");
    let organization = organization.unwrap();
    let parameters = organization["searchParam"].as_array().unwrap();
    let named = |name: &str| parameters.iter().find(|one| one["name"] == name);
    assert_eq!(named("partof").unwrap()["type"], "reference");
    let definition = "http://hl7.org/fhir/SearchParameter/Organization-partof";
    assert_eq!(named("partof").unwrap()["definition"], definition);
    assert!(named("_lastUpdated").is_some());
    let includes = organization["searchInclude"].as_array().unwrap();
    assert!(includes.contains(&json!("Organization:partof")));
    let operations = organization["operation"].as_array().unwrap();
    let offered: Vec<&str> = operations
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        offered.contains(&"validate") && !offered.contains(&"lookup"),
        "{offered:?}"
    );
}

#[test]
fn every_operation_has_a_definition_that_can_be_read() {
    let fyr = Fyr::new();
    let rest = rest(&fyr);
    let of_types = rest["resource"].as_array().unwrap().iter();
    let all = of_types.chain([&rest]);
    let operations: Vec<&Value> = all
        .flat_map(|one| one["operation"].as_array().unwrap())
        .collect();
    assert!(operations.len() > 100, "every type has some");
    for name in ["reindex", "export", "lookup", "validate", "traverse-to-sor"] {
        let operation = operations.iter().find(|one| one["name"] == name).unwrap();
        let url = operation["definition"].as_str().unwrap();
        let id = url.rsplit('/').next().unwrap();
        let path = format!("/OperationDefinition/{id}");
        let definition = fyr.get(&path).expect(200).json;
        assert_eq!(
            (definition["url"].as_str(), &definition["code"]),
            (Some(url), &json!(name))
        );
        let on_system = ["reindex", "export"].contains(&name);
        let on_instances = ["validate", "traverse-to-sor"].contains(&name);
        let is_of_a_type = ["lookup", "validate"].contains(&name);
        assert_eq!(definition["system"], on_system, "{name}");
        assert_eq!(definition["type"], is_of_a_type, "{name}");
        assert_eq!(definition["instance"], on_instances, "{name}");
        fyr.post("/OperationDefinition", &definition).expect(201);
        let found = fyr.get(&format!("/OperationDefinition?url={url}"));
        assert_eq!(
            found.expect(200).json["total"],
            1,
            "only what is stored is found"
        );
    }
    fyr.get("/OperationDefinition/nonsense").expect(404);
}
