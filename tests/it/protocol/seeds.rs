//! Published messages, as their authors printed them.

use serde_json::{Value, json};

use super::{
    entries::{organization_at, with},
    found::store,
    fyr::Fyr,
};

const HVO_AS_PUBLISHED: &str =
    include_str!("../../fixtures/seeds/hvo-transaction-bundle.as-published.request.json");
pub(super) const HVO_VALID: &str =
    include_str!("../../fixtures/seeds/hvo-transaction-bundle.valid.request.json");
const R4_TRANSACTION: &str =
    include_str!("../../fixtures/seeds/r4-bundle-transaction.request.json");
const R4_RESPONSE: &str = include_str!("../../fixtures/seeds/r4-bundle-response.json");
/// The code system of which the R4 transaction looks up a code, as far as that goes.
pub(super) const LOINC: &str = r#"{"resourceType": "CodeSystem", "id": "loinc",
    "url": "http://loinc.org", "version": "2.48", "name": "LOINC", "status": "active",
    "content": "fragment", "concept": [
        {"code": "1963-8", "display": "Bicarbonate [Moles/volume] in Serum or Plasma"},
        {"code": "parent", "concept": [{"code": "child", "display": "Child"}]}]}"#;

fn patient(id: &str, active: bool) -> Value {
    json!({"resourceType": "Patient", "id": id, "active": active})
}

/// The R4 specification's transaction, without the entries at these positions.
pub(super) fn r4_transaction_without(entries: &[usize]) -> Value {
    let mut bundle: Value = serde_json::from_str(R4_TRANSACTION).unwrap();
    let mut position = 0..;
    let all = bundle["entry"].as_array_mut().unwrap();
    all.retain(|_| !entries.contains(&position.next().unwrap()));
    bundle
}

/// A server that meets the preconditions of the R4 specification's transaction.
pub(super) fn with_r4_patients() -> Fyr {
    let fyr = Fyr::new();
    for (id, versions) in [("123", 3), ("123a", 2), ("234", 1), ("12334", 4)] {
        for version in 0..versions {
            fyr.put(&format!("/Patient/{id}"), &patient(id, version % 2 == 0));
        }
    }
    let numbered = json!([{"value": "123456"}]);
    fyr.put(
        "/Patient/numbered",
        &with(patient("numbered", true), "identifier", numbered),
    );
    fyr
}

#[test]
fn the_hvo_bundle_makes_a_hierarchy_as_published_and_as_corrected() {
    for bundle in [HVO_AS_PUBLISHED, HVO_VALID] {
        for path in ["", "/"] {
            let fyr = Fyr::new();
            let reply = fyr.ask("POST", path).text(bundle).send().expect(200);
            assert_eq!(reply.statuses(), ["201 Created", "201 Created"]);
            let (region, clinic) = (reply.target(0), reply.target(1));
            let stored = fyr.get(&format!("/{clinic}")).expect(200).json;
            assert_eq!(stored["partOf"]["reference"], region);
            assert_eq!(stored["name"], "Kardiologiska kliniken US, Linköping");
            let stored = fyr.get(&format!("/{region}")).expect(200).json;
            assert_eq!(stored["name"], "Region Östergötland");
            assert_ne!(stored["id"], "Organization1");
        }
    }
}

#[test]
fn the_answer_to_the_hvo_bundle_has_the_shape_that_r4_publishes() {
    let fyr = Fyr::new();
    let mut reply = fyr.ask("POST", "/").text(HVO_VALID).send().expect(200);
    for entry in [0, 1] {
        let location = format!("{}/_history/1", reply.target(entry));
        let response = &mut reply.json["entry"][entry]["response"];
        let narrative = response["outcome"]["text"].take();
        assert_eq!(narrative["status"], "generated");
        let system = "https://hapifhir.io/fhir/CodeSystem/hapi-fhir-storage-response-code";
        let coding = json!({"system": system, "code": "SUCCESSFUL_CREATE",
            "display": "Create succeeded."});
        let issue = json!({
            "severity": "information",
            "code": "informational",
            "details": {"coding": [coding]},
            "diagnostics": format!("Successfully created resource \"{location}\".")
        });
        assert_eq!(
            *response,
            json!({
                "status": "201 Created",
                "location": location,
                "etag": "W/\"1\"",
                "lastModified": "2026-01-01T00:00:00.000+00:00",
                "outcome": {"resourceType": "OperationOutcome", "issue": [issue], "text": null}
            })
        );
    }
}

#[test]
fn the_oddities_of_the_published_bundle_are_tolerated_and_told_t3() {
    let fyr = Fyr::new();
    let reply = fyr
        .ask("POST", "/")
        .text(HVO_AS_PUBLISHED)
        .send()
        .expect(200);
    let issues = reply.response(0)["outcome"]["issue"].as_array().unwrap();
    assert_eq!(issues[2]["severity"], "warning");
    assert_eq!(
        issues[2]["expression"][0],
        "Bundle.entry[0].resource.alias[0]"
    );
    let stored = fyr.get(&format!("/{}", reply.target(0))).json;
    assert_eq!(stored.get("alias"), None);
    assert_eq!(issues[1]["details"]["coding"][0]["code"], "2-34-317");
    let start = &stored["extension"][1]["valuePeriod"]["start"];
    assert_eq!(start, "1970-01-01", "H13: the date that it was in Sweden");
}

#[test]
fn what_the_hvo_bundle_made_is_read_updated_and_has_a_history() {
    let fyr = Fyr::new();
    let reply = fyr.ask("POST", "/").text(HVO_VALID).send().expect(200);
    let path = format!("/{}", reply.target(1));
    let read = fyr.get(&path).expect(200);
    assert_eq!(read.header("etag"), Some("W/\"1\""));
    fyr.advance(60_000);

    let renamed = with(
        read.json.clone(),
        "name",
        "Hjärtkliniken US, Linköping".into(),
    );
    let update = |tag: &str| {
        fyr.ask("PUT", &path)
            .json(&renamed)
            .header("if-match", tag)
            .send()
    };
    let updated = update("W/\"1\"").expect(200);
    assert_eq!(updated.header("etag"), Some("W/\"2\""));
    assert_eq!(updated.json["partOf"]["reference"], reply.target(0));
    update("\"1\"").expect(412);

    let history = fyr.get(&format!("{path}/_history")).expect(200).json;
    assert_eq!(history["total"], 2);
    assert_eq!(
        history["entry"][0]["resource"]["name"],
        "Hjärtkliniken US, Linköping"
    );
    assert_eq!(history["entry"][1]["resource"], read.json);
    assert_eq!(
        history["entry"][1]["request"],
        json!({"method": "POST", "url": "Organization"})
    );
    assert_eq!(
        fyr.get(&format!("{path}/_history/1")).expect(200).text,
        read.text
    );
}

#[test]
fn the_hvo_bundle_cannot_be_posted_twice_since_its_identifiers_are_unique() {
    let fyr = Fyr::new();
    let first = fyr.ask("POST", "/").text(HVO_VALID).send().expect(200);
    let reply = fyr
        .ask("POST", "/")
        .text(HVO_AS_PUBLISHED)
        .send()
        .expect(422);
    assert_eq!(reply.entries_at_fault(), [0, 1]);
    assert_eq!(reply.codes(), ["duplicate", "duplicate"]);
    for entry in [0, 1] {
        assert!(
            reply.diagnostics().contains(first.target(entry)),
            "{}",
            reply.text
        );
        let path = format!("/{}/_history", first.target(entry));
        assert_eq!(fyr.get(&path).json["total"], 1);
    }
}

#[test]
fn the_r4_transaction_fails_as_a_whole_without_the_code_that_it_looks_up() {
    let fyr = with_r4_patients();
    let reply = fyr.ask("POST", "/").text(R4_TRANSACTION).send().expect(404);
    assert_eq!(reply.entries_at_fault(), [7]);
    assert_eq!(reply.codes(), ["not-found"]);
    assert!(reply.diagnostics().contains("http://loinc.org"));
    assert_eq!(fyr.get("/Patient/123").header("etag"), Some("W/\"3\""));
    fyr.get("/Patient/234").expect(200);
}

#[test]
fn the_r4_transaction_runs_whole_and_its_answer_has_the_published_shape() {
    let fyr = with_r4_patients();
    store(&fyr, &serde_json::from_str(LOINC).unwrap());
    let reply = fyr.ask("POST", "/").text(R4_TRANSACTION).send().expect(200);
    let (created, ok, gone) = ("201 Created", "200 OK", "204 No Content");
    let expected = [
        created,
        created,
        ok,
        created,
        ok,
        gone,
        gone,
        ok,
        ok,
        "304 Not Modified",
    ];
    assert_eq!(reply.statuses(), expected);
    assert_eq!(reply.response(2)["location"], "Patient/123/_history/4");
    assert_eq!(reply.response(4)["location"], "Patient/123a/_history/3");
    assert_eq!(reply.response(4)["etag"], "W/\"3\"");
    let published: Value = serde_json::from_str(R4_RESPONSE).unwrap();
    assert_eq!(reply.json["type"], published["type"]);
    let (ours, theirs) = (&reply.json["entry"], &published["entry"]);
    let lookup = &ours[7]["resource"]["parameter"];
    assert_eq!(lookup[0], theirs[7]["resource"]["parameter"][0]);
    for entry in [7, 8] {
        let name = |entry: &Value| entry["fullUrl"].as_str().unwrap()[..9].to_owned();
        assert_eq!(name(&ours[entry]), name(&theirs[entry]));
        let kind = "resourceType";
        assert_eq!(
            ours[entry]["resource"][kind],
            theirs[entry]["resource"][kind]
        );
    }
    let found = &ours[8]["resource"];
    assert_eq!(found["type"], theirs[8]["resource"]["type"]);
    assert_eq!(found["link"][0]["relation"], "self");
    assert_eq!(
        found["total"], 5,
        "what the transaction wrote is found: {found}"
    );
    fyr.get("/Patient/234").expect(410);
    fyr.get("/Patient/numbered").expect(410);
}

#[test]
fn the_r4_transaction_a_second_time_meets_what_the_first_made() {
    let fyr = with_r4_patients();
    // without the stale ifMatch, too
    let bundle = r4_transaction_without(&[4, 7, 8]);
    let first = fyr.post("/", &bundle).expect(200);
    let second = fyr.post("/", &bundle).expect(200);
    let (ok, gone) = ("200 OK", "204 No Content");
    let expected = ["201 Created", ok, ok, ok, gone, gone, "304 Not Modified"];
    assert_eq!(second.statuses(), expected);
    assert_ne!(first.target(0), second.target(0));
    assert_eq!(first.target(1), second.target(1));
    assert_eq!(first.target(3), second.target(3));
    assert_eq!(second.response(2)["etag"], "W/\"4\"", "nothing changed");
}

#[test]
fn the_r4_transaction_without_its_preconditions_names_each_that_fails() {
    let fyr = Fyr::new();
    let reply = fyr.post("/", &r4_transaction_without(&[7, 8]));
    assert_eq!(reply.entries_at_fault(), [4, 7]);
    reply.expect(400);
    fyr.get("/Patient/123").expect(404);
}

#[test]
fn a_bundle_of_organizations_for_other_servers_is_not_mistaken_for_ours() {
    let fyr = Fyr::new();
    fyr.put(
        "/Organization/Organization1",
        &organization_at("Organization1", "ours"),
    )
    .expect(201);
    fyr.ask("POST", "/").text(HVO_VALID).send().expect(200);
    assert_eq!(fyr.get("/Organization/Organization1").json["name"], "ours");
}
