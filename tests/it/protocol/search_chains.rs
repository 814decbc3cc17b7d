//! Conditions on other resources: chains, `_has`, hierarchies.

use serde_json::json;

use super::{
    found::{organization, search, store},
    fyr::Fyr,
};

/// country > region > (heart, eye), and patients of the clinics.
fn tree() -> Fyr {
    fill(Fyr::new())
}

fn fill(fyr: Fyr) -> Fyr {
    for (id, parent) in [
        ("country", "world"),
        ("region", "country"),
        ("heart", "region"),
        ("eye", "region"),
    ] {
        let reference = format!("Organization/{parent}");
        let members = json!({"name": format!("The {id}"), "partOf": {"reference": reference},
            "identifier": [{"system": "http://example.org/ids", "value": id}]});
        store(&fyr, &organization(id, members));
    }
    for (id, clinic, family) in [
        ("p1", "heart", "Svensson"),
        ("p2", "eye", "Svensson"),
        ("p3", "eye", "Olsson"),
    ] {
        let patient = json!({"resourceType": "Patient", "id": id, "name": [{"family": family}],
            "managingOrganization": {"reference": format!("Organization/{clinic}")}});
        store(&fyr, &patient);
    }
    fyr
}

#[test]
fn conditions_on_what_is_referred_to_and_on_what_refers() {
    let fyr = tree();
    for (path, expected) in [
        ("/Patient?organization.name=the%20heart", &["p1"][..]),
        (
            "/Patient?organization:Organization.name=the%20eye",
            &["p2", "p3"],
        ),
        (
            "/Patient?organization.name:exact=The%20eye&family=olsson",
            &["p3"],
        ),
        (
            "/Patient?organization.identifier=http://example.org/ids|eye",
            &["p2", "p3"],
        ),
        ("/Patient?organization.name=nothing", &[]),
        (
            "/Patient?organization.partof.name=the%20region",
            &["p1", "p2", "p3"],
        ),
        (
            "/Patient?organization.partof.partof.name=the%20country",
            &["p1", "p2", "p3"],
        ),
        ("/Organization?partof.name=the%20region", &["eye", "heart"]),
        (
            "/Organization?_has:Patient:organization:family=svensson",
            &["eye", "heart"],
        ),
        (
            "/Organization?_has:Patient:organization:family=olsson",
            &["eye"],
        ),
        ("/Organization?_has:Patient:organization:family=nobody", &[]),
        (
            "/Organization?_has:Organization:partof:_has:Patient:organization:family=olsson",
            &["region"],
        ),
        (
            "/Organization?partof:below=Organization/country",
            &["eye", "heart", "region"],
        ),
        ("/Organization?partof:below=region", &["eye", "heart"]),
        (
            "/Organization?partof:above=region",
            &["country", "eye", "heart", "region"],
        ),
        ("/Organization?partof:above=country", &["country", "region"]),
        ("/Organization?partof:below=heart", &[]),
    ] {
        assert_eq!(search(&fyr, path), expected, "{path}");
    }
}

#[test]
fn a_chain_is_bounded() {
    let fyr = tree();
    let long = "partof.partof.partof.partof.name=a";
    let reply = fyr.get(&format!("/Organization?{long}")).expect(400);
    assert_eq!(reply.codes(), ["too-costly"]);
    let narrow = fill(Fyr::with(|settings| settings.search.chained = 2));
    for query in [
        "partof.name=the",
        "partof:below=country",
        "_has:Organization:partof:name=the",
    ] {
        let reply = narrow.get(&format!("/Organization?{query}")).expect(400);
        assert_eq!(reply.codes(), ["too-costly"], "{query}");
    }
    assert_eq!(
        search(&narrow, "/Organization?partof.name=the%20region"),
        ["eye", "heart"]
    );
}

#[test]
fn a_chain_to_several_types_must_name_one() {
    let reply = tree()
        .get("/Patient?general-practitioner.name=a")
        .expect(400);
    assert!(
        reply.diagnostics().contains("name the type"),
        "{}",
        reply.text
    );
    tree()
        .get("/Patient?general-practitioner:Practitioner.name=a")
        .expect(200);
}
