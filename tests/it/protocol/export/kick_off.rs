//! X1 to X7, and who may.

use serde_json::{Value, json};
use server::auth::Caller;

use super::super::{
    entries::{entry, organization},
    fyr::Fyr,
};
use super::client::{ask, begin, export, place};

#[test]
fn x1_only_everything_is_exported_and_not_a_patient_or_a_group() {
    let fyr = Fyr::new();
    assert!([400, 404].contains(&fyr.get("/Patient/$export").status));
    assert!([400, 404].contains(&fyr.get("/Group/1/$export").status));
}

#[test]
fn x1_an_export_is_asked_for_by_get_or_by_post() {
    let fyr = Fyr::new();
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "_outputFormat", "valueString": "application/fhir+ndjson"},
        {"name": "_type", "valueString": "Organization,CareTeam"},
        {"name": "_since", "valueInstant": "2020-01-01T00:00:00Z"}]});
    let ask = fyr
        .ask("POST", "/$export")
        .header("prefer", "respond-async");
    let status = place(&ask.json(&parameters).send().expect(202));
    fyr.work_off();
    let manifest = fyr.get(&status).expect(200).json;
    assert_eq!(manifest["request"], "https://fyr.example/fhir/$export");
    fyr.ask("POST", "/$export")
        .header("prefer", "respond-async")
        .send()
        .expect(202);
}

#[test]
fn x2_an_export_must_be_asked_for_as_asynchronous() {
    let fyr = Fyr::new();
    let refused = fyr.get("/$export").expect(400);
    assert_eq!(
        refused.diagnostics(),
        "Must request async processing for $export"
    );
    let ask = fyr
        .ask("GET", "/$export")
        .header("prefer", "return=minimal, respond-async");
    ask.send().expect(202);
}

#[test]
fn x3_all_problems_of_the_parameters_are_told_at_once() {
    let fyr = Fyr::new();
    let refused = ask(
        &fyr,
        "?_type=Organisation&_since=2026&_outputFormat=csv&_typeFilter=x&patient=1",
    );
    let refused = refused.expect(400);
    assert_eq!(
        refused.codes(),
        ["value", "value", "value", "value", "not-supported"]
    );
    assert_eq!(
        refused.places(),
        ["_type", "_since", "_outputFormat", "_typeFilter", "patient"]
    );
    for query in [
        "?_type=Binary",
        "?_since=2026-01-01T00:00:00Z&_since=2026-01-01T00:00:00Z",
    ] {
        ask(&fyr, query).expect(400);
    }
    for format in [
        "application/fhir%2Bndjson",
        "application/fhir+ndjson",
        "application/ndjson",
        "ndjson",
    ] {
        let status = begin(&fyr, &format!("?_outputFormat={format}"));
        fyr.delete(&status).expect(202);
    }
}

#[test]
fn x3_what_is_not_supported_is_in_the_error_file_when_the_client_is_lenient() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let lenient = fyr
        .ask("GET", "/$export?includeAssociatedData=x&organizeOutputBy=y")
        .header("prefer", "respond-async")
        .header("prefer", "handling=lenient");
    let status = place(&lenient.send().expect(202));
    fyr.work_off();
    let exported = super::client::Exported::of(&fyr, &status);
    assert_eq!(exported.ids(&fyr).len(), 1);
    let errors = exported.lines(&fyr, "error");
    let texts: Vec<&Value> = errors
        .iter()
        .map(|error| &error["issue"][0]["diagnostics"])
        .collect();
    assert!(
        texts[0].as_str().unwrap().contains("includeAssociatedData"),
        "{texts:?}"
    );
    assert_eq!(texts.len(), 2);
}

#[test]
fn x4_a_kick_off_is_202_without_a_body_and_tells_where_the_status_is() {
    let fyr = Fyr::new();
    let reply = ask(&fyr, "").expect(202);
    assert_eq!(
        (reply.text.as_str(), reply.header("content-length")),
        ("", Some("0"))
    );
    let status = place(&reply);
    let id = status.strip_prefix("/$export-poll-status?_jobId=").unwrap();
    assert_eq!(id.len(), 36);
}

#[test]
fn x6_the_same_request_again_is_another_export() {
    let fyr = Fyr::new();
    assert_ne!(begin(&fyr, ""), begin(&fyr, ""));
}

#[test]
fn x7_a_user_has_a_limited_number_of_exports_under_way() {
    let fyr = Fyr::with(|settings| settings.export.at_a_time = 2);
    let first = begin(&fyr, "");
    begin(&fyr, "");
    let refused = ask(&fyr, "").expect(429);
    assert_eq!(refused.codes(), ["throttled"]);
    assert!(refused.header("retry-after").is_some());
    // another user has places of his own, and a cancelled export frees one
    let other = fyr.with_roles(&["$bulk-export", "Organization.search"]);
    begin(&other, "");
    fyr.delete(&first).expect(202);
    begin(&fyr, "");
    ask(&fyr, "").expect(429);
    fyr.work_off();
    begin(&fyr, "");
}

#[test]
fn a4_an_export_needs_its_own_role_and_the_search_of_every_type() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    fyr.created(&json!({"resourceType": "Patient"}));
    ask(&fyr.with_roles(&["Organization.search"]), "").expect(403);
    ask(&fyr.with_roles(&["$bulk-export"]), "").expect(403);
    let somebody = fyr.with_roles(&["$bulk-export", "Organization.search", "Binary.read"]);
    ask(&somebody, "?_type=Organization,Patient").expect(403);
    // without types, those that the caller may
    let exported = export(&somebody, "");
    let types: Vec<_> = exported.lines(&somebody, "output");
    assert_eq!(types.len(), 1);
    assert_eq!(types[0]["resourceType"], "Organization");
    ask(&fyr.seen_by(Caller::anonymous()), "").expect(401);
}

#[test]
fn a5_an_export_is_for_systems() {
    let fyr = Fyr::new();
    let person = Caller::from_claims(&json!({
        "user_id": "p", "user_type": "PRACTITIONER",
        "realm_access": {"roles": ["$bulk-export", "Organization.search"]}
    }));
    let refused = ask(&fyr.seen_by(person), "").expect(403);
    assert_eq!(
        refused.diagnostics(),
        "Operation not allowed for user type: PRACTITIONER"
    );
}

#[test]
fn an_export_is_not_begun_from_inside_a_bundle() {
    let fyr = Fyr::new();
    fyr.transaction(&[entry("GET", "$export")]).expect(422);
    let batch = fyr.bundle(
        "batch",
        &[
            entry("GET", "$export"),
            entry("DELETE", "$export-poll-status"),
        ],
    );
    let statuses = batch.expect(200);
    assert!(
        statuses
            .statuses()
            .iter()
            .all(|status| status.starts_with("422"))
    );
    assert!(fyr.queue.take().is_empty());
}
