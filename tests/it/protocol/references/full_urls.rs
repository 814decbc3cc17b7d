//! Which entry, or which resource outside the bundle, a reference means.

use serde_json::json;

use super::super::entries::{
    LOCAL, entry, identified, organization, organization_at, post, post_as, post_unless, put, with,
};
use super::super::fyr::Fyr;
use super::{part_of, stored};

#[test]
fn absolute_full_urls_are_mapped_and_are_a_base_for_relative_references_t12() {
    let fyr = Fyr::new();
    let there = "http://other.example/fhir";
    let entries = [
        post_as(&format!("{there}/Organization/1"), &organization("parent")),
        post_as(
            &format!("{there}/Organization/2"),
            &part_of("Organization/1"),
        ),
        post_as(
            &format!("{there}/Organization/3"),
            &part_of("Organization/77"),
        ),
        post(&part_of(&format!("{there}/Organization/1"))),
        post(&part_of("Organization/1")),
        post_as(
            "http://third.example/Organization/2",
            &part_of("Organization/1"),
        ),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let parent = reply.target(0);
    for (at, expected) in [
        (1, parent),
        (2, "Organization/77"),
        (3, parent),
        (4, "Organization/1"),
        (5, "Organization/1"),
    ] {
        let reference = &stored(&fyr, &reply, at)["partOf"]["reference"];
        assert_eq!(reference, expected, "entry {at}");
    }
}

#[test]
fn a_put_is_known_by_the_id_in_its_url_t12() {
    let fyr = Fyr::new();
    let update = with(
        put("Organization/here", &organization_at("here", "parent")),
        "fullUrl",
        "http://other.example/fhir/Organization/there".into(),
    );
    let entries = [
        update,
        post(&part_of("http://other.example/fhir/Organization/there")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(
        stored(&fyr, &reply, 1)["partOf"]["reference"],
        "Organization/here"
    );
}

#[test]
fn a_reference_to_an_entry_that_matched_becomes_the_existing_id_t13() {
    let fyr = Fyr::new();
    let one = fyr.created(&identified(LOCAL, "1"));
    let two = fyr.created(&identified(LOCAL, "2"));
    let by_two = format!("Organization?identifier={LOCAL}|2");
    let entries = [
        with(
            post_unless(&format!("{LOCAL}|1"), &identified(LOCAL, "1")),
            "fullUrl",
            "urn:uuid:1".into(),
        ),
        with(
            put(&by_two, &organization("B")),
            "fullUrl",
            "urn:uuid:2".into(),
        ),
        post(&part_of("urn:uuid:1")),
        post(&part_of("urn:uuid:2")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    for (at, id) in [(2, one), (3, two)] {
        let expected = format!("Organization/{id}");
        assert_eq!(stored(&fyr, &reply, at)["partOf"]["reference"], expected);
    }
}

#[test]
fn references_that_are_not_in_the_bundle_are_left_as_they_are_t14_t16_t17() {
    let fyr = Fyr::new();
    for reference in [
        "Organization/77",
        "Organization/77/_history/3",
        "http://other.example/fhir/Organization/1",
        "https://other.example/fhir/Organization/1/_history/2",
        "#",
    ] {
        let reply = fyr.transaction(&[post(&part_of(reference))]).expect(200);
        assert_eq!(stored(&fyr, &reply, 0)["partOf"]["reference"], reference);
    }
    let logical = json!({"identifier": {"system": LOCAL, "value": "1"}, "type": "Organization"});
    let sent = with(organization("A"), "partOf", logical.clone());
    let reply = fyr.transaction(&[post(&sent)]).expect(200);
    assert_eq!(stored(&fyr, &reply, 0)["partOf"], logical);
}

#[test]
fn placeholders_that_no_entry_has_are_refused_and_all_named_t14() {
    let fyr = Fyr::new();
    let entries = [
        post(&part_of("urn:uuid:nobody")),
        post_as("urn:uuid:a", &identified(LOCAL, "1")),
        post(&part_of("urn:oid:1.2.3")),
        with(entry("GET", "metadata"), "fullUrl", "urn:uuid:read".into()),
        post(&part_of("urn:uuid:read")),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    let place = |entry: usize| format!("Bundle.entry[{entry}].resource.partOf.reference");
    assert_eq!(reply.places(), [place(0), place(2), place(4)]);
    for text in [
        "urn:uuid:nobody",
        "urn:oid:1.2.3",
        "element named 'partOf' within resource of type: Organization",
    ] {
        assert!(reply.diagnostics().contains(text), "{}", reply.text);
    }
    assert!(!fyr.had(&format!("{LOCAL}|1")));
}

#[test]
fn a_urn_that_is_no_reference_may_name_nobody() {
    let fyr = Fyr::new();
    let reply = fyr
        .transaction(&[post(&identified("urn:oid:1.2.3", "1"))])
        .expect(200);
    assert_eq!(
        stored(&fyr, &reply, 0)["identifier"][0]["system"],
        "urn:oid:1.2.3"
    );
}
