//! `$lookup`, `$meta` and `$validate`.

use serde_json::{Value, json};

use super::{
    entries::{entry, organization_at, post},
    found::store,
    fyr::Fyr,
    seeds::LOINC,
};

fn with_loinc() -> Fyr {
    let fyr = Fyr::new();
    store(&fyr, &serde_json::from_str(LOINC).unwrap());
    fyr
}

fn value<'a>(parameters: &'a Value, name: &str) -> &'a Value {
    let all = parameters["parameter"].as_array().unwrap();
    let found = all.iter().find(|parameter| parameter["name"] == name);
    &found.unwrap()["valueString"]
}

#[test]
fn a_code_is_looked_up_in_the_code_systems_stored_here() {
    let fyr = with_loinc();
    let coding = json!({"resourceType": "Parameters", "parameter": [{"name": "coding",
        "valueCoding": {"system": "http://loinc.org", "code": "1963-8"}}]});
    for kind in ["CodeSystem", "ValueSet"] {
        let answer = fyr
            .post(&format!("/{kind}/$lookup"), &coding)
            .expect(200)
            .json;
        assert_eq!(value(&answer, "name"), "LOINC");
        assert_eq!(
            value(&answer, "display"),
            "Bicarbonate [Moles/volume] in Serum or Plasma"
        );
        fyr.post("/Parameters", &answer).expect(201);
    }
    let found = |query: &str| fyr.get(&format!("/CodeSystem/$lookup?{query}"));
    found("system=http://loinc.org&code=1963-8").expect(200);
    found("system=http://loinc.org&code=1963-8&version=2.48").expect(200);
    found("system=http://loinc.org&code=1963-8&version=1").expect(404);
    found("system=http://loinc.org&code=child").expect(200);
    assert_eq!(
        found("system=http://loinc.org&code=0").expect(404).codes(),
        ["not-found"]
    );
    found("system=http://example.org&code=1963-8").expect(404);
    found("code=1963-8").expect(400);
    let caller = fyr.with_roles(&["Patient.read"]);
    caller
        .get("/CodeSystem/$lookup?system=http://loinc.org&code=1963-8")
        .expect(403);
}

#[test]
fn a_transaction_looks_up_what_is_stored_or_fails_as_a_whole() {
    let fyr = with_loinc();
    let unknown = entry("GET", "CodeSystem/$lookup?system=http://loinc.org&code=0");
    let organization = post(&organization_at("1", "A"));
    let reply = fyr
        .transaction(&[organization.clone(), unknown])
        .expect(404);
    assert_eq!(reply.entries_at_fault(), [1]);
    let known = entry(
        "GET",
        "CodeSystem/$lookup?system=http://loinc.org&code=1963-8",
    );
    let reply = fyr.transaction(&[organization, known.clone()]).expect(200);
    assert_eq!(
        reply.json["entry"][1]["resource"]["resourceType"],
        "Parameters"
    );
    let fyr = Fyr::new();
    let own = post(&serde_json::from_str(LOINC).unwrap());
    let reply = fyr.transaction(&[own, known]).expect(200);
    assert_eq!(
        reply.statuses(),
        ["201 Created", "200 OK"],
        "it brings the code itself"
    );
}

#[test]
fn the_meta_of_a_resource_is_told_without_it() {
    let fyr = Fyr::new();
    let mut organization = organization_at("1", "A");
    organization["meta"] = json!({"tag": [{"code": "t"}]});
    store(&fyr, &organization);
    let expected =
        json!([{"name": "return", "valueMeta": fyr.get("/Organization/1").json["meta"]}]);
    for method in ["GET", "POST"] {
        let reply = fyr.ask(method, "/Organization/1/$meta").send().expect(200);
        assert_eq!(reply.json["parameter"], expected);
    }
    fyr.get("/Organization/2/$meta").expect(404);
    let reply = fyr
        .transaction(&[entry("GET", "Organization/1/$meta")])
        .expect(200);
    assert_eq!(reply.json["entry"][0]["resource"]["parameter"], expected);
    fyr.delete("/Organization/1").expect(200);
    fyr.get("/Organization/1/$meta").expect(410);
    let entries = [
        post(&organization_at("1", "A")),
        entry("GET", "Organization/1/$meta"),
    ];
    fyr.transaction(&entries).expect(410);
}

#[test]
fn a_resource_is_validated_without_being_stored() {
    let fyr = Fyr::new();
    let good = organization_at("1", "A");
    let bad = json!({"resourceType": "Organization", "nmae": "A", "active": "yes"});
    let text = "No issues detected during validation";
    let severity = |path: &str, body: &Value| {
        let reply = fyr.post(path, body).expect(200);
        assert_eq!(reply.json["resourceType"], "OperationOutcome");
        reply.json["issue"][0]["severity"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let reply = fyr.post("/Organization/$validate", &good).expect(200);
    assert_eq!(reply.json["issue"][0]["diagnostics"], text);
    assert_eq!(severity("/Organization/$validate", &bad), "error");
    assert_eq!(
        fyr.post("/Organization/$validate", &bad).json["issue"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(severity("/Patient/$validate", &good), "error");
    assert_eq!(severity("/Organization/2/$validate", &good), "error");
    assert_eq!(severity("/Organization/1/$validate", &good), "information");
    let wrapped =
        json!({"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": bad}]});
    assert_eq!(severity("/Organization/$validate", &wrapped), "error");
    fyr.ask("POST", "/Organization/$validate")
        .send()
        .expect(400);
    fyr.get("/Organization/1/$validate").expect(404);
    store(&fyr, &good);
    assert_eq!(
        fyr.get("/Organization/1/$validate").expect(200).json["issue"][0]["diagnostics"],
        text
    );
}

#[test]
fn the_rules_of_the_profiles_that_are_asked_for_are_part_of_a_validation() {
    let fyr = Fyr::new();
    let profile = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization";
    let organization = organization_at("1", "A");
    let severities = |reply: &Value| -> Vec<String> {
        let issues = reply["issue"].as_array().unwrap().iter();
        issues
            .map(|issue| issue["severity"].as_str().unwrap().to_owned())
            .collect()
    };
    let validate = |path: &str, body: &Value| fyr.post(path, body).expect(200).json;
    let plain = validate("/Organization/$validate", &organization);
    assert_eq!(severities(&plain), ["information"]);
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "resource", "resource": organization},
        {"name": "profile", "valueUri": profile}]});
    let mut claimed = organization.clone();
    claimed["meta"] = json!({"profile": [profile]});
    let by_query = format!("/Organization/$validate?profile={profile}");
    for (path, body) in [
        ("/Organization/$validate", &parameters),
        ("/Organization/$validate", &claimed),
        (by_query.as_str(), &organization),
    ] {
        let told = severities(&validate(path, body));
        assert!(told.contains(&"error".to_owned()), "{path}: {body}");
    }
    fyr.get("/Organization/1").expect(404);
}

#[test]
fn the_rules_in_force_judge_what_a_validation_says_is_to_be_done() {
    let fyr = Fyr::with(|settings| settings.rules.in_force = vec!["fut".to_owned()]);
    let trace = json!({"resourceType": "Provenance", "recorded": "2026-01-01T00:00:00Z",
        "target": [{"reference": "Organization/1"}], "agent": [{"who": {"display": "a"}}]});
    let create = fyr.post("/Provenance/$validate?mode=create", &trace);
    assert!(
        create
            .expect(200)
            .diagnostics()
            .contains("can only be read")
    );
    let consistent = fyr.post("/Provenance/$validate", &trace).expect(200);
    assert!(consistent.diagnostics().contains("No issues"));
    let imported = fyr.post(
        "/Organization/$validate?mode=create",
        &organization_at("1", "A"),
    );
    assert!(imported.expect(200).codes().len() > 1);
    fyr.post("/Organization/$validate?mode=perhaps", &trace)
        .expect(400);
    fyr.post(
        "/Organization/1/$validate?mode=delete",
        &organization_at("1", "A"),
    )
    .expect(404);
}
