//! Which stored organization an entry is about (I6-I9, I14, I15).

use serde_json::json;

use super::{
    super::{
        entries::{SOR, identified, with},
        fyr::Fyr,
    },
    STS, code, entry, extension, import, import_one, of_source, path, sor, stored,
};

#[test]
fn i6_the_number_of_the_register_decides_and_no_other_identifier() {
    let fyr = Fyr::new();
    let cvr = json!({"system": "http://cvr.dk", "value": "12345674"});
    let with_cvr = |number: &str, name: &str| {
        with(
            sor(number, name),
            "identifier",
            json!([cvr, {"system": SOR, "value": number}]),
        )
    };
    let first = import_one(&fyr, &with_cvr("1", "A")).expect(200);
    let other = import_one(&fyr, &with_cvr("2", "B")).expect(200);
    assert_ne!(path(&first, 0), path(&other, 0));
    let again = import_one(&fyr, &with_cvr("1", "A2")).expect(200);
    assert_eq!(again.status_of(0), "200 OK");
    assert_eq!(path(&first, 0), path(&again, 0));
    assert_eq!(again.response(0)["etag"], "2");
    assert_eq!(stored(&again, 0), "SUCCESSFUL_UPDATE");
}

#[test]
fn i6_each_register_has_its_own_numbers() {
    let fyr = Fyr::new();
    let sts = with(
        of_source("STS-ORG", "NotSynchronized", "A"),
        "identifier",
        json!([{"system": STS, "value": "1"}, {"system": "urn:x", "value": "7"}]),
    );
    let first = import_one(&fyr, &sts).expect(200);
    let second = import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(second.status_of(0), "201 Created");
    assert_ne!(path(&first, 0), path(&second, 0));
    assert_eq!(import_one(&fyr, &sts).expect(200).status_of(0), "200 OK");
}

#[test]
fn i7_an_entry_without_the_number_of_its_register_is_refused() {
    let fyr = Fyr::new();
    let only_cvr = json!([{"system": "http://cvr.dk", "value": "12345674"}]);
    let reply = import_one(&fyr, &with(sor("1", "A"), "identifier", only_cvr)).expect(422);
    assert_eq!(
        reply.diagnostics(),
        "Organization urn:uuid:it does not have identifier of type: SOR"
    );
    let coding = &reply.json["issue"][0]["details"]["coding"][0];
    assert_eq!(coding["code"], "ORGANIZATION_MISSING_IDENTIFIER");
}

#[test]
fn i7_several_matches_are_refused() {
    let fyr = Fyr::with(|settings| settings.unique_systems = server::UniqueSystems::none());
    for _ in 0..2 {
        fyr.post("/Organization", &identified(SOR, "1")).expect(201);
    }
    let reply = import(
        &fyr,
        &[entry("a", &sor("2", "B")), entry("b", &sor("1", "A"))],
    )
    .expect(422);
    assert_eq!(
        reply.diagnostics(),
        format!(
            "Unable to find unique Organization with identifier: {SOR}|1. Number of search results: 2"
        )
    );
    assert_eq!(reply.places(), ["Bundle.entry[1]"]);
}

#[test]
fn i7_two_entries_with_one_number_are_refused_stored_or_not() {
    let fyr = Fyr::new();
    let twice = [entry("a", &sor("1", "A")), entry("b", &sor("1", "B"))];
    assert_eq!(import(&fyr, &twice).expect(400).entries_at_fault(), [0, 1]);
    import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(import(&fyr, &twice).expect(400).entries_at_fault(), [0, 1]);
}

#[test]
fn i8_an_organization_of_another_source_is_left_alone() {
    let fyr = Fyr::new();
    let mut manual = of_source("manual", "NotSynchronized", "A");
    manual["identifier"] = json!([{"system": SOR, "value": "1"}]);
    let id = fyr.created(&manual);
    let reply = import_one(&fyr, &sor("1", "A")).expect(422);
    assert!(
        reply.diagnostics().contains("has the source manual"),
        "{}",
        reply.text
    );
    assert_eq!(
        fyr.get(&format!("/Organization/{id}")).header("etag"),
        Some("W/\"1\"")
    );
}

#[test]
fn i9_a_deleted_organization_comes_back_under_its_id() {
    let fyr = Fyr::new();
    let first = import_one(&fyr, &sor("1", "A")).expect(200);
    fyr.delete(&path(&first, 0)).expect(200);
    let back = import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(path(&first, 0), path(&back, 0));
    assert_eq!(back.statuses(), ["201 Created", "201 Created"]);
    assert_eq!(back.response(0)["etag"], "3");
    assert_eq!(fyr.get(&path(&first, 0)).expect(200).json["name"], "A");
    // and is found again like any other
    assert_eq!(
        import_one(&fyr, &sor("1", "B")).expect(200).response(0)["etag"],
        "4"
    );
}

#[test]
fn i9_a_deleted_organization_stays_so_when_another_has_its_number() {
    let fyr = Fyr::new();
    let first = import_one(&fyr, &sor("1", "A")).expect(200);
    fyr.delete(&path(&first, 0)).expect(200);
    let other = fyr.created(&sor("1", "B"));
    let reply = import_one(&fyr, &sor("1", "C")).expect(200);
    assert_eq!(path(&reply, 0), format!("/Organization/{other}"));
    fyr.get(&path(&first, 0)).expect(410);
}

#[test]
fn i14_unchanged_content_is_no_new_version_and_no_provenance() {
    let fyr = Fyr::new();
    let first = import(
        &fyr,
        &[entry("a", &sor("1", "A")), entry("b", &sor("2", "B"))],
    )
    .expect(200);
    fyr.advance(60_000);
    let reply = import(
        &fyr,
        &[entry("a", &sor("1", "A")), entry("b", &sor("2", "B"))],
    )
    .expect(200);
    assert_eq!(reply.statuses(), ["200 OK", "200 OK"]);
    for n in 0..2 {
        assert_eq!(stored(&reply, n), "SUCCESSFUL_UPDATE_NO_CHANGE");
        let (ours, before) = (reply.response(n), first.response(n));
        for name in ["location", "etag", "lastModified"] {
            assert_eq!(ours[name], before[name]);
        }
    }
    let cost = reply.header("x-fyr-cost").unwrap();
    assert!(cost.contains("wru=0;"), "{cost}");
    fyr.advance(1_000);
    assert_eq!(fyr.get("/Provenance/_history").len(), 1);
}

#[test]
fn i14_the_order_of_elements_is_no_change() {
    let fyr = Fyr::new();
    let organization = sor("1", "A");
    import_one(&fyr, &organization).expect(200);
    let mut turned = json!({"name": "A"});
    for name in ["identifier", "extension", "resourceType"] {
        turned[name] = organization[name].clone();
    }
    turned["extension"].as_array_mut().unwrap().reverse();
    let reply = import_one(&fyr, &turned).expect(200);
    assert_eq!(stored(&reply, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
}

#[test]
fn i15_what_the_import_does_not_name_is_not_touched() {
    let fyr = Fyr::new();
    let both = import(
        &fyr,
        &[entry("a", &sor("1", "A")), entry("b", &sor("2", "B"))],
    )
    .expect(200);
    import(&fyr, &[entry("a", &sor("1", "A2"))]).expect(200);
    assert_eq!(
        fyr.get(&path(&both, 1)).expect(200).header("etag"),
        Some("W/\"1\"")
    );
}

#[test]
fn i11_an_organization_that_is_no_longer_synchronized_is_left_as_it_is() {
    let fyr = Fyr::new();
    let mut last = sor("1", "A");
    let status = code(
        "organization-synchronization-status",
        "NoLongerSynchronized",
    );
    last["extension"][1] = extension("synchronizationStatus", &status);
    let first = import_one(&fyr, &last).expect(200);
    let reply = import(
        &fyr,
        &[entry("a", &sor("1", "B")), entry("b", &sor("2", "C"))],
    )
    .expect(200);
    assert_eq!(reply.statuses(), ["200 OK", "201 Created", "201 Created"]);
    assert_eq!(reply.response(0)["etag"], "1");
    let issues = reply.response(0)["outcome"]["issue"].as_array().unwrap();
    assert_eq!(issues[1]["severity"], "warning");
    assert!(
        issues[1]["diagnostics"]
            .as_str()
            .unwrap()
            .contains("no longer synchronized")
    );
    assert_eq!(fyr.get(&path(&first, 0)).json["name"], "A");
    fyr.advance(1_000);
    let provenance = fyr.get("/Provenance/_history").json["entry"][0]["resource"].clone();
    assert_eq!(provenance["target"].as_array().unwrap().len(), 1);
}

#[test]
fn i12_active_is_stored_as_sent() {
    let fyr = Fyr::new();
    for active in [true, false] {
        let reply = import_one(&fyr, &with(sor("1", "A"), "active", active.into())).expect(200);
        assert_eq!(fyr.get(&path(&reply, 0)).json["active"], active);
    }
    let reply = import_one(&fyr, &sor("1", "A")).expect(200);
    assert_eq!(fyr.get(&path(&reply, 0)).json.get("active"), None);
}
