//! R8: what a reindex does, and what it leaves alone.

use serde_json::json;

use super::super::{
    entries::{identified, organization, organization_at},
    fyr::Fyr,
};
use super::client::{changed, reindex, stale, strip};

const SYSTEM: &str = "urn:oid:2.5.4.97";

#[test]
fn r8_a_resource_is_found_again_and_stays_the_version_that_it_is() {
    let fyr = Fyr::new();
    let id = fyr.created(&identified(SYSTEM, "2321000040"));
    reindex(&fyr, &json!([]));
    let before = fyr.get(&format!("/Organization/{id}")).expect(200);
    strip(&fyr, "Organization", &id);
    assert_eq!(stale(&fyr), 1);
    fyr.advance(60_000);
    assert_eq!(changed(&reindex(&fyr, &json!([]))), 1);
    assert_eq!(stale(&fyr), 0);
    let after = fyr.get(&format!("/Organization/{id}")).expect(200);
    assert_eq!(after.json, before.json, "version, time and content");
    assert_eq!(after.header("etag"), before.header("etag"));
    let same = identified(SYSTEM, "2321000040");
    let refused = fyr.post("/Organization", &same);
    assert_eq!(refused.status, 422, "its identifier is its own again");
}

#[test]
fn r8_reindexing_again_changes_nothing() {
    let fyr = Fyr::new();
    fyr.created(&identified(SYSTEM, "2321000040"));
    let first = reindex(&fyr, &json!([]));
    let second = reindex(&fyr, &json!([]));
    assert_eq!((changed(&first), changed(&second)), (1, 1));
    assert_eq!(stale(&fyr), 0);
}

#[test]
fn r8_a_dry_run_tells_and_does_nothing() {
    let fyr = Fyr::new();
    for n in 0..3 {
        fyr.put(
            &format!("/Organization/{n}"),
            &organization_at(&n.to_string(), "A"),
        );
    }
    reindex(&fyr, &json!([]));
    strip(&fyr, "Organization", "0");
    strip(&fyr, "Organization", "2");
    let text = reindex(&fyr, &json!([{"name": "dryRun", "valueBoolean": true}]));
    assert!(text.contains("nothing was changed"), "{text}");
    assert_eq!((changed(&text), stale(&fyr)), (2, 2));
}

#[test]
fn r8_only_what_a_url_names_is_reindexed() {
    let fyr = Fyr::new();
    for (id, name) in [("a", "Alpha"), ("b", "Beta")] {
        fyr.put(&format!("/Organization/{id}"), &organization_at(id, name));
    }
    let location = json!({"resourceType": "Location", "id": "l", "name": "Alpha"});
    fyr.put("/Location/l", &location);
    fyr.put("/Organization/gone", &organization_at("gone", "Alpha"));
    fyr.delete("/Organization/gone");
    for (url, expected) in [
        ("Organization?", 2),
        ("Organization?name=alp", 1),
        ("Organization?name=alp,bet", 2),
        ("Organization?_id=b", 1),
        ("Organization?_lastUpdated=lt2000", 0),
        ("Location?", 1),
        ("Patient?", 0),
    ] {
        let report = reindex(&fyr, &json!([{"name": "url", "valueString": url}]));
        assert_eq!(changed(&report), expected, "{url}: {report}");
    }
    let both = json!([
        {"name": "url", "valueString": "Organization?_id=a"},
        {"name": "url", "valueString": "Location?"}]);
    assert_eq!(changed(&reindex(&fyr, &both)), 2);
    assert_eq!(changed(&reindex(&fyr, &json!([]))), 3);
}

#[test]
fn r8_without_the_search_parameters_nothing_is_done_to_the_index() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    reindex(&fyr, &json!([]));
    strip(&fyr, "Organization", &id);
    reindex(
        &fyr,
        &json!([{"name": "reindexSearchParameters", "valueCode": "NONE"}]),
    );
    assert_eq!(stale(&fyr), 1);
}

#[test]
fn superseded_entries_go_after_their_grace() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    reindex(&fyr, &json!([]));
    strip(&fyr, "Organization", &id);
    assert!(!reindex(&fyr, &json!([])).contains("Index Entries Removed"));
    fyr.advance(25 * 60 * 60 * 1000);
    let text = reindex(&fyr, &json!([]));
    assert!(text.contains("Index Entries Removed"), "{text}");
    assert!(!reindex(&fyr, &json!([])).contains("Index Entries Removed"));
}

#[test]
fn a_search_parameter_of_the_server_comes_into_force_by_a_reindex() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("Alpha"));
    fyr.created(&organization("Beta"));
    let parameter = json!({
        "resourceType": "SearchParameter", "status": "active", "url": "https://fyr.example/sp/called",
        "name": "called", "code": "called", "description": "the name", "base": ["Organization"],
        "type": "string", "expression": "Organization.name"});
    fyr.created(&parameter);
    fyr.get("/Organization?called=alp").expect(400);
    let text = reindex(&fyr, &json!([]));
    assert_eq!(changed(&text), 3, "{text}");
    fyr.advance(31_000);
    let found = fyr.get("/Organization?called=alp").expect(200).json;
    assert_eq!(found["entry"].as_array().unwrap().len(), 1);
    assert_eq!(found["entry"][0]["resource"]["id"], json!(id));
    let next = fyr.created(&organization("Alphabet"));
    let found = fyr.get("/Organization?called=alphab").expect(200).json;
    assert_eq!(found["entry"][0]["resource"]["id"], json!(next));
}

#[test]
fn guards_of_criteria_go_after_their_grace() {
    let fyr = Fyr::new();
    let create = || {
        fyr.ask("POST", "/Organization")
            .header("if-none-exist", "name=Alpha")
            .json(&organization("Alpha"))
            .send()
    };
    create().expect(201);
    assert!(!reindex(&fyr, &json!([])).contains("Index Entries Removed"));
    fyr.advance(25 * 60 * 60 * 1000);
    let text = reindex(&fyr, &json!([]));
    assert!(text.contains("Index Entries Removed     : 1\n"), "{text}");
    create().expect(200);
}
