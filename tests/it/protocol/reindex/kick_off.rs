//! R1 to R3, A5: who may ask for what.

use serde_json::{Value, json};
use server::auth::Caller;

use super::super::{
    entries::{entry, organization, with},
    fyr::{BASE, Fyr},
};
use super::client::{ask, begin};

const REQUEST: &str = include_str!("../../../fixtures/seeds/reindex.request.json");
const RESPONSE: &str = include_str!("../../../fixtures/seeds/reindex.response.json");

#[test]
fn r1_a_url_is_relative_and_names_a_type() {
    let fyr = Fyr::new();
    for url in [
        "Organization",
        "https://fyr.example/fhir/Organization?",
        "/Organization?",
        "Organisation?",
        "?name=a",
        "",
        "Organization?nonsense=1",
        "Organization?partof:below=Organization/1",
    ] {
        let refused = ask(&fyr, &json!([{"name": "url", "valueString": url}])).expect(400);
        assert_eq!(refused.places(), ["Parameters.parameter[0]"], "{url}");
    }
    assert!(fyr.queue.take().is_empty());
}

#[test]
fn r1_values_that_cannot_be_are_refused_by_name() {
    let fyr = Fyr::new();
    let parameters = json!([
        {"name": "reindexSearchParameters", "valueCode": "SOME"},
        {"name": "optimizeStorage", "valueCode": "PERHAPS"},
        {"name": "nonsense", "valueCode": "1"}]);
    let refused = ask(&fyr, &parameters).expect(400);
    let text = refused.diagnostics();
    assert!(
        text.contains("Invalid reindexSearchParameters value: SOME"),
        "{text}"
    );
    assert!(
        text.contains("Invalid optimizeStorage value: PERHAPS"),
        "{text}"
    );
    assert_eq!(refused.codes().len(), 3);
}

#[test]
fn r1_a_reindex_is_asked_for_by_post() {
    let fyr = Fyr::new();
    let refused = fyr.get("/$reindex").expect(405);
    assert_eq!(refused.header("allow"), Some("POST"));
    fyr.ask("POST", "/$reindex").send().expect(202);
}

#[test]
fn r1_what_other_servers_know_is_taken() {
    let fyr = Fyr::new();
    let parameters = json!([
        {"name": "url", "valueString": "Organization?"},
        {"name": "url", "valueString": "Organization?name=a&_lastUpdated=gt2020"},
        {"name": "optimizeStorage", "valueCode": "CURRENT_VERSION"},
        {"name": "optimisticLock", "valueBoolean": false},
        {"name": "correctCurrentVersion", "valueCode": "ALL"},
        {"name": "batchSize", "valueDecimal": 100}]);
    ask(&fyr, &parameters).expect(202);
}

#[test]
fn r2_r3_the_published_request_has_the_published_answer_whatever_is_preferred() {
    let fyr = Fyr::new();
    let request: Value = serde_json::from_str(REQUEST).unwrap();
    let published: Value = serde_json::from_str(RESPONSE).unwrap();
    for prefer in [None, Some("respond-async")] {
        let mut asked = fyr.ask("POST", "/$reindex").json(&request);
        if let Some(prefer) = prefer {
            asked = asked.header("prefer", prefer);
        }
        let reply = asked.send().expect(202);
        let status = reply.header("content-location").unwrap();
        let id = status.rsplit_once('=').unwrap().1;
        assert_eq!(
            status,
            format!("{BASE}/$hapi.fhir.reindex-status?_jobId={id}")
        );
        let told = published["issue"][0]["diagnostics"].as_str().unwrap();
        let (before, place) = told.split_once("https://").unwrap();
        let (_, there) = place.split_once("/fhir/").unwrap();
        let (there, _) = there.rsplit_once('=').unwrap();
        let expected = format!("{before}{BASE}/{there}={id}");
        assert_eq!(reply.json["issue"][0]["diagnostics"], json!(expected));
        for part in ["severity", "code"] {
            assert_eq!(reply.json["issue"][0][part], published["issue"][0][part]);
        }
        assert_eq!(reply.json["text"]["status"], published["text"]["status"]);
    }
}

#[test]
fn a5_only_systems_with_the_role_may_reindex_and_look() {
    let fyr = Fyr::new();
    let somebody = |kind: &str, roles: &[&str]| {
        fyr.seen_by(Caller::from_claims(&json!({
            "user_id": "somebody", "user_type": kind, "realm_access": {"roles": roles}
        })))
    };
    let status = begin(&somebody("SYSTEM", &["$reindex"]), &json!([]));
    somebody("SYSTEM", &["$reindex"]).get(&status).expect(202);
    for other in [
        somebody("PRACTITIONER", &["$reindex"]),
        somebody(
            "SYSTEM",
            &["$bulk-export", "Organization.*", "FHIR.transaction"],
        ),
        fyr.seen_by(Caller::from_claims(&json!({
            "user_id": "other", "user_type": "SYSTEM", "realm_access": {"roles": []}}))),
    ] {
        ask(&other, &json!([])).expect(403);
        other.get(&status).expect(403);
    }
    fyr.seen_by(Caller::anonymous()).get(&status).expect(401);
}

#[test]
fn a_user_has_two_reindexes_under_way_at_most() {
    let fyr = Fyr::new();
    begin(&fyr, &json!([]));
    begin(&fyr, &json!([]));
    let refused = ask(&fyr, &json!([])).expect(429);
    assert_eq!(
        refused.diagnostics(),
        "2 reindexes are under way; the limit is 2 at a time"
    );
    fyr.work_off();
    begin(&fyr, &json!([]));
}

#[test]
fn a_reindex_is_no_entry_of_a_bundle() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let parameters = json!({"resourceType": "Parameters"});
    let reindex = with(entry("POST", "$reindex"), "resource", parameters);
    let refused = fyr.transaction(&[reindex]).expect(422);
    assert_eq!(refused.entries_at_fault(), [0]);
}

#[test]
fn the_capability_statement_lists_both_operations() {
    let fyr = Fyr::new();
    let statement = fyr.get("/metadata").expect(200).json;
    let operations = statement["rest"][0]["operation"].as_array().unwrap();
    let names: Vec<&str> = operations
        .iter()
        .map(|operation| operation["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"reindex") && names.contains(&"hapi.fhir.reindex-status"));
}
