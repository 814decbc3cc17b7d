//! What an import changes of what is stored (I10).

use serde_json::{Value, json};

use super::{
    super::{entries::with, fyr::Fyr},
    CUSTODIAN, code, extension, import_one, path, sor, stored,
};

/// A contact point of a custodian; none is left out.
fn point(value: &str, custodian: Option<&str>) -> Value {
    let mut extensions = vec![
        extension("telecomValue", &json!(value)),
        extension("telecomSystem", &code("contactpoint-system", "EAN")),
    ];
    let custodian = custodian.map(|one| code("contactpoint-custodian", one));
    extensions.extend(custodian.map(|one| extension("telecomCustodian", &one)));
    json!({"extension": extensions})
}

fn contact(name: &str, points: &[Value]) -> Value {
    json!({"name": {"text": name}, "telecom": points})
}

/// What a person changes by hand.
fn edit(fyr: &Fyr, path: &str, name: &str, value: Value) {
    let stored = fyr.get(path).expect(200).json;
    fyr.put(path, &with(stored, name, value)).expect(200);
}

#[test]
fn i10_a_stored_contact_survives_an_import() {
    let fyr = Fyr::new();
    let first = import_one(&fyr, &sor("1", "A")).expect(200);
    let at = path(&first, 0);
    let by_hand = json!([contact("reception", &[point("1", Some("MAN"))])]);
    edit(&fyr, &at, "contact", by_hand.clone());
    let reply = import_one(&fyr, &sor("1", "B")).expect(200);
    let now = fyr.get(&at).json;
    assert_eq!((&now["name"], &now["contact"]), (&json!("B"), &by_hand));
    assert_eq!(reply.response(0)["etag"], "3");
    let again = import_one(&fyr, &sor("1", "B")).expect(200);
    assert_eq!(stored(&again, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
}

#[test]
fn i10_a_stored_relation_survives_an_import() {
    let fyr = Fyr::new();
    let first = import_one(&fyr, &sor("1", "A")).expect(200);
    let at = path(&first, 0);
    let relation = extension(
        "relatedTo",
        &json!([
            {"url": "target", "valueReference": {"reference": "Organization/x"}},
            {"url": "relationType", "valueCodeableConcept": code("organization-relation-type", "related-to-SOR")},
            {"url": "period", "valuePeriod": {"start": "2026-01-01"}}
        ]),
    );
    let mut extensions = fyr.get(&at).json["extension"].as_array().unwrap().clone();
    extensions.insert(0, relation.clone());
    edit(&fyr, &at, "extension", extensions.into());
    let unchanged = import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(stored(&unchanged, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
    let mut numbered = sor("1", "A");
    let region = extension("regionCode", &json!("1081"));
    numbered["extension"]
        .as_array_mut()
        .unwrap()
        .push(region.clone());
    import_one(&fyr, &numbered).expect(200);
    let now = fyr.get(&at).json["extension"].as_array().unwrap().clone();
    assert!(now.contains(&relation) && now.contains(&region), "{now:?}");
    assert_eq!(now.len(), 4);
}

#[test]
fn i10_the_register_replaces_what_it_owns_and_what_it_leaves_out_goes() {
    let fyr = Fyr::new();
    let mut before = with(sor("1", "A"), "alias", json!(["a"]));
    before["address"] = json!([{"city": "Aarhus"}]);
    before["type"] = json!([code("sor-organization-type", "726")]);
    before["extension"]
        .as_array_mut()
        .unwrap()
        .push(extension("providerIdentifier", &json!("7")));
    let first = import_one(&fyr, &before).expect(200);
    let after = with(sor("1", "A"), "address", json!([{"city": "Odense"}]));
    import_one(&fyr, &after).expect(200);
    let now = fyr.get(&path(&first, 0)).json;
    assert_eq!(now["address"], json!([{"city": "Odense"}]));
    for gone in ["alias", "type"] {
        assert_eq!(now.get(gone), None, "{gone}");
    }
    assert_eq!(now["extension"].as_array().unwrap().len(), 2);
}

#[test]
fn i10_tags_of_the_platform_stay_and_profiles_are_the_registers() {
    let fyr = Fyr::new();
    let first = import_one(&fyr, &sor("1", "A")).expect(200);
    let at = path(&first, 0);
    edit(
        &fyr,
        &at,
        "meta",
        json!({"tag": [{"system": "urn:x", "code": "1"}], "profile": ["urn:old"]}),
    );
    let profiled = with(sor("1", "A"), "meta", json!({"profile": ["urn:new"]}));
    import_one(&fyr, &profiled).expect(200);
    let meta = fyr.get(&at).json["meta"].clone();
    assert_eq!(meta["tag"][0]["code"], "1");
    assert_eq!(meta["profile"], json!(["urn:new"]));
}

#[test]
fn i10_contact_points_of_other_custodians_stay_and_the_registers_own_are_replaced() {
    let fyr = Fyr::new();
    let points = [
        point("old", Some("SOR")),
        point("by hand", Some("MAN")),
        point("sts", Some("ORG")),
    ];
    let first = import_one(
        &fyr,
        &with(sor("1", "A"), "contact", json!([contact("desk", &points)])),
    );
    let first = first.expect(200);
    let sent = json!([contact(
        "desk",
        &[point("new", Some("SOR")), point("theirs", Some("MAN"))]
    )]);
    import_one(&fyr, &with(sor("1", "A"), "contact", sent.clone())).expect(200);
    let at = path(&first, 0);
    let expected = [
        points[1].clone(),
        points[2].clone(),
        point("new", Some("SOR")),
    ];
    assert_eq!(
        fyr.get(&at).json["contact"],
        json!([contact("desk", &expected)])
    );
    let again = import_one(&fyr, &with(sor("1", "A"), "contact", sent)).expect(200);
    assert_eq!(stored(&again, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
}

#[test]
fn i10_contact_points_without_custodian_get_the_importing_register() {
    let fyr = Fyr::new();
    let mut organization = with(
        sor("1", "A"),
        "contact",
        json!([contact("desk", &[point("1", None)])]),
    );
    organization["telecom"] = json!([{"system": "phone", "value": "7000"}]);
    let first = import_one(&fyr, &organization).expect(200);
    let now = fyr.get(&path(&first, 0)).json;
    assert_eq!(
        now["contact"],
        json!([contact("desk", &[point("1", Some("SOR"))])])
    );
    assert_eq!(now["telecom"][0]["extension"][0]["url"], CUSTODIAN);
    let again = import_one(&fyr, &organization).expect(200);
    assert_eq!(stored(&again, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
    organization["telecom"][0]["value"] = json!("8000");
    import_one(&fyr, &organization).expect(200);
    let now = fyr.get(&path(&first, 0)).json;
    assert_eq!(now["telecom"].as_array().unwrap().len(), 1);
    assert_eq!(now["telecom"][0]["value"], "8000");
}

#[test]
fn i10_a_contact_of_the_register_goes_with_its_contact_points() {
    let fyr = Fyr::new();
    let nameless = json!([{"telecom": [point("1", None)]}]);
    let first = import_one(&fyr, &with(sor("1", "A"), "contact", nameless)).expect(200);
    import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(fyr.get(&path(&first, 0)).json.get("contact"), None);
}
