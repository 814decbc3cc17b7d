//! Organizations by hand on the Danish platform: patches (O6), value sets (O5), test environments (O1).

use serde_json::{Value, json};

use super::{
    super::{
        entries::with,
        fyr::Fyr,
        import::{code, extension, import_one, of_source, sor},
        reply::Reply,
    },
    fut::{SSL, fyr, identifiers, manual, symbols},
};

fn patch(fyr: &Fyr, path: &str, operations: &Value) -> Reply {
    fyr.ask("PATCH", path)
        .bytes("application/json-patch+json", operations.to_string())
        .send()
}

#[test]
fn o6_a_patch_changes_by_hand_what_an_update_may_and_no_more() {
    let fyr = fyr();
    let synchronized = with(
        of_source("manual", "EligibleForSynchronization", "A"),
        "identifier",
        identifiers(&[("http://cvr.dk", "12345674"), (SSL, "1")]),
    );
    for organization in [manual("2", "B"), synchronized.clone()] {
        let path = format!("/Organization/{}", fyr.created(&organization));
        let never = json!([
            {"op": "replace", "path": "/identifier/1/value", "value": "9"},
            {"op": "add", "path": "/partOf", "value": {"reference": "Organization/x"}},
            {"op": "replace", "path": "/extension/1",
                "value": extension("synchronizationStatus",
                    &code("organization-synchronization-status", "NoLongerSynchronized"))}
        ]);
        let reply = patch(&fyr, &path, &never).expect(422);
        let places = ["identifier", "partOf", "extension"];
        let places = places.map(|place| format!("Organization.{place}"));
        assert_eq!(reply.places(), places);
        let desk =
            json!([{"op": "add", "path": "/contact", "value": [{"name": {"text": "desk"}}]}]);
        patch(&fyr, &path, &desk).expect(200);
    }
    let renamed = json!([{"op": "replace", "path": "/name", "value": "C"}]);
    let found = fyr.get(&format!("/Organization?identifier={SSL}|1"));
    let id = found.json["entry"][0]["resource"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reply = patch(&fyr, &format!("/Organization/{id}"), &renamed).expect(422);
    assert_eq!(reply.places(), ["Organization.name"]);
}

#[test]
fn o6_a_patch_may_change_contacts_of_an_organization_of_a_register() {
    let fyr = fyr();
    let imported = import_one(&fyr, &sor("1", "A")).expect(200);
    let id = imported.target(0).rsplit('/').next().unwrap();
    let path = format!("/Organization/{id}");
    let desk = json!([{"op": "add", "path": "/contact", "value": [{"name": {"text": "desk"}}]}]);
    patch(&fyr, &path, &desk).expect(200);
    let renamed = json!([{"op": "replace", "path": "/name", "value": "B"}]);
    assert_eq!(
        patch(&fyr, &path, &renamed).expect(422).places(),
        ["Organization.name"]
    );
}

#[test]
fn o5_a_type_has_a_code_of_the_registers_or_of_snomed() {
    let fyr = fyr();
    let typed = |number: &str, coding: Value| {
        with(manual(number, "A"), "type", json!([{"coding": [coding]}]))
    };
    let cs = "http://ehealth.sundhed.dk/cs/";
    let good = [
        json!({"system": format!("{cs}sor-organization-type"), "code": "726"}),
        json!({"system": format!("{cs}oio-organization-type"), "code": "OrganisationEnhed"}),
        json!({"system": "http://snomed.info/sct", "code": "22232009"}),
        json!({"system": "http://snomed.info/sct/554471000005108/version/20180331", "code": "1"}),
    ];
    for (n, coding) in good.into_iter().enumerate() {
        fyr.post("/Organization", &typed(&format!("g{n}"), coding))
            .expect(201);
    }
    let wrong = [
        json!({"system": format!("{cs}sor-organization-type"), "code": "727"}),
        json!({"system": "http://snomed.info/sctx", "code": "22232009"}),
        json!({"code": "726"}),
    ];
    for coding in wrong {
        let reply = fyr.post("/Organization", &typed("w", coding)).expect(422);
        assert_eq!(reply.places(), ["Organization.type[0]"]);
    }
    let brought = with(sor("1", "A"), "type", json!([{"text": "clinic"}]));
    let reply = import_one(&fyr, &brought).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry[0].resource.type[0]"]);
}

#[test]
fn o5_a_specialty_of_another_list_is_told_and_stored() {
    let fyr = fyr();
    let special = |system: &str| {
        let concept = json!({"coding": [{"system": system, "code": "394577000"}]});
        let parts = json!([{"url": "specialty", "valueCodeableConcept": concept}]);
        let mut organization = sor("1", "A");
        let all = organization["extension"].as_array_mut().unwrap();
        all.push(extension("specialty", &parts));
        organization
    };
    let reply = import_one(&fyr, &special("urn:x")).expect(200);
    let issues = reply.response(0)["outcome"]["issue"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(issues.len(), 2);
    assert_eq!(issues[1]["severity"], "warning");
    assert_eq!(
        issues[1]["expression"],
        json!(["Bundle.entry[0].resource.extension[2]"])
    );
    let reply = import_one(&fyr, &special("http://snomed.info/sct")).expect(200);
    let issues = reply.response(0)["outcome"]["issue"].as_array().unwrap();
    assert_eq!(issues.len(), 1);
}

#[test]
fn o1_in_a_test_environment_a_role_may_create_what_registers_bring() {
    let test = |is_on: bool| {
        Fyr::with(|settings| {
            settings.rules.in_force = vec!["fut".to_owned()];
            settings.rules.test_only_create = is_on;
        })
    };
    let roles = ["Organization.write", "$test-only-create"];
    let refused = |fyr: &Fyr, roles: &[&str]| {
        let reply = fyr.with_roles(roles).post("/Organization", &sor("1", "A"));
        assert_eq!(
            symbols(&reply.expect(422)),
            ["ORGANIZATION_SOURCE_MUST_BE_MANUAL"]
        );
    };
    refused(&test(false), &roles);
    refused(&test(true), &roles[..1]);
    let fyr = test(true).with_roles(&roles);
    let created = fyr.post("/Organization", &sor("1", "A")).expect(201);
    // created, not updated
    let id = created
        .header("location")
        .unwrap()
        .split('/')
        .nth(5)
        .unwrap();
    let path = format!("/Organization/{id}");
    let renamed = with(sor("1", "B"), "id", id.into());
    fyr.put(&path, &renamed).expect(422);
}
