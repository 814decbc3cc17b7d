//! Organizations by hand on the Danish platform (O1-O7).

use serde_json::{Value, json};

use super::super::{
    entries::{SOR, organization, post, with},
    fyr::Fyr,
    import::{code, extension, import_one, of_source, sor},
};

pub(super) const SSL: &str = "http://ehealth.sundhed.dk/organization/ssl";

pub(super) fn fyr() -> Fyr {
    Fyr::with(|settings| settings.rules.in_force = vec!["fut".to_owned()])
}

pub(super) fn identifiers(pairs: &[(&str, &str)]) -> Value {
    let one = |(system, value): &(&str, &str)| json!({"system": system, "value": value});
    pairs.iter().map(one).collect()
}

/// An organization that is kept by hand.
pub(super) fn manual(number: &str, name: &str) -> Value {
    let own = identifiers(&[("http://cvr.dk", "12345674"), (SSL, number)]);
    with(
        of_source("manual", "NotSynchronized", name),
        "identifier",
        own,
    )
}

pub(super) fn symbols(reply: &super::super::reply::Reply) -> Vec<&str> {
    let issues = reply.json["issue"].as_array().unwrap();
    issues
        .iter()
        .map(|issue| issue["details"]["coding"][0]["code"].as_str().unwrap())
        .collect()
}

#[test]
fn o1_only_organizations_with_source_manual_are_created_and_updated() {
    let fyr = fyr();
    let reply = fyr.post("/Organization", &sor("1", "A")).expect(422);
    assert_eq!(symbols(&reply), ["ORGANIZATION_SOURCE_MUST_BE_MANUAL"]);
    assert_eq!(
        reply.diagnostics(),
        "The operation can only be performed for Organization with source \"manual\""
    );
    let imported = import_one(&fyr, &sor("1", "A")).expect(200);
    let id = imported.target(0).rsplit('/').next().unwrap();
    let path = format!("/Organization/{id}");
    let stored = fyr.get(&path).json;
    let reply = fyr.put(
        &path,
        &with(stored.clone(), "contact", json!([{"name": {"text": "A"}}])),
    );
    assert_eq!(
        symbols(&reply.expect(422)),
        ["ORGANIZATION_SOURCE_MUST_BE_MANUAL"]
    );
    // whatever it says of itself now
    let disguised = with(manual("1", "A"), "id", id.into());
    let reply = fyr.put(&path, &disguised).expect(422);
    assert!(
        symbols(&reply).contains(&"ORGANIZATION_SOURCE_MUST_BE_MANUAL"),
        "{}",
        reply.text
    );
    fyr.post("/Organization", &manual("2", "B")).expect(201);
}

#[test]
fn o2_an_organization_by_hand_has_a_company_number_and_a_number_of_the_platform() {
    let fyr = fyr();
    let of = |pairs: &[(&str, &str)]| {
        let organization = with(manual("1", "A"), "identifier", identifiers(pairs));
        fyr.post("/Organization", &organization).expect(422)
    };
    let (ssl, cvr, system) = (
        "ORGANIZATION_IDENTIFIER_MUST_BE_SSL_WHEN_SOURCE_MANUAL",
        "ORGANIZATION_IDENTIFIER_MUST_CONTAIN_AT_LEAST_CVR_FOR_SOURCE_MANUAL",
        "ORGANIZATION_IDENTIFIER_SYSTEM_NOT_ALLOWED_FOR_SOURCE_MANUAL",
    );
    assert_eq!(symbols(&of(&[("http://cvr.dk", "12345674")])), [ssl]);
    assert_eq!(symbols(&of(&[(SSL, "1")])), [cvr]);
    assert_eq!(symbols(&of(&[(SOR, "1")])), [ssl, cvr, system]);
    let sts = of(&[
        (SSL, "1"),
        ("http://cvr.dk", "12345674"),
        ("https://www.kombit.dk/sts/organisation", "1"),
    ]);
    assert_eq!(symbols(&sts), [system]);
    assert_eq!(sts.places(), ["Organization.identifier[2].system"]);
    let legacy = [
        (SSL, "1"),
        ("urn:oid:2.16.840.1.113883.2.24.1.1", "11111111"),
    ];
    let legacy = with(manual("1", "A"), "identifier", identifiers(&legacy));
    fyr.post("/Organization", &legacy).expect(201);
}

#[test]
fn o3_numbers_of_the_platform_are_unique_and_company_numbers_are_not() {
    let fyr = fyr();
    fyr.post("/Organization", &manual("1", "A")).expect(201);
    fyr.post("/Organization", &manual("2", "B")).expect(201);
    let reply = fyr
        .transaction(&[post(&manual("3", "C")), post(&manual("1", "D"))])
        .expect(422);
    assert_eq!(symbols(&reply), ["ORGANIZATION_IDENTIFIER_NOT_UNIQUE"]);
    assert_eq!(
        reply.diagnostics(),
        format!("Organization Identifier not unique: {SSL}|1")
    );
    assert_eq!(reply.places(), ["Bundle.entry[1]"]);
    assert_eq!(reply.codes(), ["duplicate"]);
}

#[test]
fn o4_a_company_number_has_its_check_digit() {
    let fyr = fyr();
    let wrong = identifiers(&[(SSL, "1"), ("http://cvr.dk", "22222222")]);
    let reply = fyr
        .post(
            "/Organization",
            &with(manual("1", "A"), "identifier", wrong),
        )
        .expect(422);
    assert_eq!(reply.places(), ["Organization.identifier[1].value"]);
    assert_eq!(symbols(&reply), ["GENERAL_VALIDATION_ERROR"]);
}

#[test]
fn o5_all_that_breaks_the_profile_is_told_at_once() {
    let fyr = fyr();
    let mut wrong = manual("1", "A");
    wrong.as_object_mut().unwrap().remove("name");
    wrong["extension"].as_array_mut().unwrap().extend([
        extension("regionCode", &json!("1081")),
        extension("regionCode", &json!("1082")),
        extension("cvrNumber", &json!("x")),
        extension(
            "specialty",
            &json!([{"url": "primaryIndicator", "valueBoolean": true}]),
        ),
        extension(
            "relatedTo",
            &json!([{"url": "target", "valueReference": {"reference": "Organization/1"}}]),
        ),
    ]);
    wrong["telecom"] = json!([{"system": "phone"}]);
    wrong["endpoint"] = json!([{"reference": "Endpoint/1"}]);
    wrong["partOf"] = json!({"reference": "#p"});
    wrong["contact"] = json!([{"telecom": [{"system": "phone", "value": "1"}]}]);
    let reply = fyr
        .transaction(&[post(&manual("2", "B")), post(&wrong)])
        .expect(422);
    let places: Vec<String> = [
        "name",
        "extension",
        "extension[5]",
        "extension[6]",
        "extension[6]",
        "telecom[0].value",
        "contact[0].telecom[0].system",
        "contact[0].telecom[0].value",
        "contact[0].telecom[0].extension",
        "contact[0].telecom[0].extension",
        "contact[0].telecom[0].extension",
        "partOf",
        "endpoint[0]",
        "extension[4]",
    ]
    .map(|place| format!("Bundle.entry[1].resource.{place}"))
    .to_vec();
    assert_eq!(reply.places(), places);
}

#[test]
fn o5_source_and_status_are_required_and_are_codes_of_the_platform() {
    let fyr = fyr();
    let plain = fyr.post("/Organization", &organization("A")).expect(422);
    assert_eq!(
        plain.places(),
        [
            "Organization.identifier",
            "Organization.extension",
            "Organization.extension"
        ]
    );
    let unknown = with(
        of_source("paper", "Sometimes", "A"),
        "identifier",
        identifiers(&[(SSL, "1")]),
    );
    let reply = fyr.post("/Organization", &unknown).expect(422);
    assert!(
        reply.diagnostics().contains("source must be"),
        "{}",
        reply.text
    );
    assert!(
        reply
            .diagnostics()
            .contains("synchronizationStatus must be"),
        "{}",
        reply.text
    );
}

#[test]
fn o6_what_is_never_changed_by_hand() {
    let fyr = fyr();
    let id = fyr.created(&manual("1", "A"));
    let path = format!("/Organization/{id}");
    let stored = fyr.get(&path).json;
    let mut changed = with(
        stored.clone(),
        "identifier",
        identifiers(&[("http://cvr.dk", "12345674"), (SSL, "9")]),
    );
    changed["partOf"] = json!({"reference": "Organization/x"});
    changed["extension"][1] = extension(
        "synchronizationStatus",
        &code(
            "organization-synchronization-status",
            "EligibleForSynchronization",
        ),
    );
    let reply = fyr.put(&path, &changed).expect(422);
    let places = [
        "Organization.identifier",
        "Organization.partOf",
        "Organization.extension",
    ];
    assert_eq!(reply.places(), places);
    let renamed = with(
        with(stored, "name", "B".into()),
        "contact",
        json!([{"name": {"text": "desk"}}]),
    );
    fyr.put(&path, &renamed).expect(200);
}

#[test]
fn o6_of_a_synchronized_organization_only_contacts_and_relations_are_changed_by_hand() {
    let fyr = fyr();
    let synchronized = with(
        of_source("manual", "EligibleForSynchronization", "A"),
        "identifier",
        identifiers(&[("http://cvr.dk", "12345674"), (SSL, "1")]),
    );
    let id = fyr.created(&synchronized);
    let path = format!("/Organization/{id}");
    let stored = fyr.get(&path).json;
    let mut changed = with(stored.clone(), "name", "B".into());
    changed["alias"] = json!(["b"]);
    changed["extension"]
        .as_array_mut()
        .unwrap()
        .push(extension("regionCode", &json!("1")));
    let reply = fyr.put(&path, &changed).expect(422);
    let places = [
        "Organization.alias",
        "Organization.name",
        "Organization.extension",
    ];
    assert_eq!(reply.places(), places);
    fyr.put(
        &path,
        &with(stored, "contact", json!([{"name": {"text": "desk"}}])),
    )
    .expect(200);
}

#[test]
fn o7_the_walk_upwards_ends_at_the_first_organization_of_sor() {
    let fyr = Fyr::new();
    let part_of = |name: &str, parent: &str| {
        with(
            organization(name),
            "partOf",
            json!({"reference": format!("Organization/{parent}")}),
        )
    };
    let top = fyr.created(&organization("top"));
    let region = fyr.created(&with(
        sor("1", "region"),
        "partOf",
        json!({"reference": format!("Organization/{top}")}),
    ));
    let clinic = fyr.created(&part_of("clinic", &region));
    let team = fyr.created(&part_of("team", &clinic));
    let walk = |id: &str| fyr.get(&format!("/Organization/{id}/$traverse-to-sor"));
    for start in [&team, &clinic, &region] {
        assert_eq!(walk(start).expect(200).id(), region);
    }
    let reply = walk(&top).expect(404);
    assert_eq!(
        reply.diagnostics(),
        format!("No related SOR organization could be found for: Organization/{top}")
    );
    assert_eq!(
        symbols(&reply),
        ["ORGANIZATION_TRAVERSE_TO_SOR_NOT_POSSIBLE"]
    );
    walk("unknown").expect(404);
    fyr.delete(&format!("/Organization/{team}")).expect(200);
    walk(&team).expect(410);
    fyr.get("/Patient/1/$traverse-to-sor").expect(400);
    fyr.post(&format!("/Organization/{top}/$traverse-to-sor"), &json!({}))
        .expect(405);
}

#[test]
fn o7_a_walk_in_a_circle_ends() {
    let fyr = Fyr::new();
    for (id, parent) in [("a", "b"), ("b", "a")] {
        let organization = json!({"resourceType": "Organization", "id": id, "name": id,
            "partOf": {"reference": format!("Organization/{parent}")}});
        fyr.put(&format!("/Organization/{id}"), &organization)
            .expect(201);
    }
    fyr.get("/Organization/a/$traverse-to-sor").expect(404);
}

#[test]
fn q2_without_the_setting_organizations_are_plain_r4() {
    let fyr = Fyr::new();
    fyr.post("/Organization", &organization("A")).expect(201);
    fyr.post("/Organization", &sor("1", "A")).expect(201);
}
