//! Trees (I4, I13).

use serde_json::json;

use super::{
    super::{
        entries::{SOR, organization_at, with},
        fyr::Fyr,
    },
    entry, import, import_one, part_of, path, sor,
};

#[test]
fn i4_an_import_needs_an_organization() {
    let fyr = Fyr::new();
    assert_eq!(import(&fyr, &[]).expect(422).places(), ["Bundle.entry"]);
}

#[test]
fn i4_a_cycle_is_refused_with_all_that_are_on_it() {
    let fyr = Fyr::new();
    let entries = [
        entry("root", &sor("1", "root")),
        entry("a", &part_of(sor("2", "a"), "urn:uuid:b")),
        entry("b", &part_of(sor("3", "b"), "urn:uuid:a")),
        entry("c", &part_of(sor("4", "c"), "urn:uuid:a")),
        entry("d", &part_of(sor("5", "d"), "urn:uuid:d")),
    ];
    let reply = import(&fyr, &entries).expect(422);
    assert_eq!(reply.entries_at_fault(), [1, 2, 4]);
    assert_eq!(reply.places()[0], "Bundle.entry[1].resource.partOf");
}

#[test]
fn i4_a_parent_outside_is_a_stored_organization_by_id_or_by_its_number() {
    let fyr = Fyr::new();
    let root = import_one(&fyr, &sor("1", "root")).expect(200);
    let root = path(&root, 0)[1..].to_owned();
    let by_number = json!({"identifier": {"system": SOR, "value": "1"}});
    let entries = [
        entry("a", &part_of(sor("2", "a"), &root)),
        entry(
            "b",
            &part_of(
                sor("3", "b"),
                &format!("{}/{root}", super::super::fyr::BASE),
            ),
        ),
        entry(
            "c",
            &part_of(sor("4", "c"), &format!("Organization?identifier={SOR}|1")),
        ),
        entry("d", &with(sor("5", "d"), "partOf", by_number)),
    ];
    let reply = import(&fyr, &entries).expect(200);
    for n in 0..4 {
        let stored = fyr.get(&path(&reply, n)).expect(200).json;
        assert_eq!(stored["partOf"]["reference"], root, "{n}");
    }
}

#[test]
fn i4_a_parent_in_the_bundle_may_be_named_by_its_number() {
    let fyr = Fyr::new();
    let by_number = json!({"identifier": {"system": SOR, "value": "1"}});
    let entries = [
        entry("a", &with(sor("2", "a"), "partOf", by_number)),
        entry(
            "b",
            &part_of(sor("3", "b"), &format!("Organization?identifier={SOR}|1")),
        ),
        entry("root", &sor("1", "root")),
    ];
    let reply = import(&fyr, &entries).expect(200);
    for n in 0..2 {
        let stored = fyr.get(&path(&reply, n)).json;
        assert_eq!(stored["partOf"]["reference"], path(&reply, 2)[1..]);
    }
}

#[test]
fn i4_a_parent_that_is_nowhere_is_refused() {
    let fyr = Fyr::new();
    fyr.put("/Organization/gone", &organization_at("gone", "A"))
        .expect(201);
    fyr.delete("/Organization/gone").expect(200);
    let parents = [
        "Organization/unknown",
        "Organization/gone",
        "urn:uuid:nobody",
        "https://other.example/fhir/Organization/1",
        "Organization?identifier=urn:oid:1.2.208.176.1.1|99",
        "Organization?name=A",
        "Patient/1",
    ];
    let entries: Vec<_> = parents
        .iter()
        .enumerate()
        .map(|(n, parent)| entry(&n.to_string(), &part_of(sor(&n.to_string(), "A"), parent)))
        .collect();
    let reply = import(&fyr, &entries).expect(422);
    assert_eq!(
        reply.entries_at_fault(),
        (0..parents.len()).collect::<Vec<_>>()
    );
}
