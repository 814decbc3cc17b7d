//! Links between the entries of a transaction become links to resources.

mod full_urls;

use serde_json::{Value, json};

use super::entries::{organization, organization_at, post, post_as, put, with};
use super::fyr::{BASE, Fyr};
use super::reply::Reply;

fn part_of(reference: &str) -> Value {
    with(
        organization("child"),
        "partOf",
        json!({"reference": reference}),
    )
}

/// The stored resource of an entry that was written.
fn stored(fyr: &Fyr, reply: &Reply, entry: usize) -> Value {
    fyr.get(&format!("/{}", reply.target(entry)))
        .expect(200)
        .json
}

/// What becomes of a resource whose links name `urn:uuid:parent`, which is created beside it: the
/// stored resource, and the parent's `Organization/id`.
fn beside_parent(resource: &Value) -> (Value, String) {
    let fyr = Fyr::new();
    let entries = [
        post(resource),
        post_as("urn:uuid:parent", &organization("parent")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    (stored(&fyr, &reply, 0), reply.target(1).to_owned())
}

#[test]
fn a_reference_to_an_earlier_or_a_later_entry_is_rewritten_t11() {
    let fyr = Fyr::new();
    let entries = [
        post(&part_of("urn:uuid:123-456-789")),
        post_as("urn:uuid:123-456-789", &organization("parent")),
        post(&part_of("urn:uuid:123-456-789")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    for at in [0, 2] {
        assert_eq!(
            stored(&fyr, &reply, at)["partOf"]["reference"],
            reply.target(1)
        );
    }
}

#[test]
fn circles_and_references_to_oneself_are_legal_t14() {
    let fyr = Fyr::new();
    let entries = [
        post_as("urn:uuid:a", &part_of("urn:uuid:b")),
        post_as("urn:uuid:b", &part_of("urn:uuid:a")),
        post_as("urn:oid:1.2.3", &part_of("urn:oid:1.2.3")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    for (at, target) in [(0, 1), (1, 0), (2, 2)] {
        assert_eq!(
            stored(&fyr, &reply, at)["partOf"]["reference"],
            reply.target(target)
        );
    }
}

#[test]
fn every_kind_of_link_is_rewritten_wherever_it_stands_t11() {
    let link = "urn:uuid:parent";
    let extension = |name: &str, value: Value| {
        let mut extension = json!({"url": "http://example.org/x"});
        extension[name] = value;
        json!([extension])
    };
    let identifier = json!([{"system": link, "value": "1", "assigner": {"reference": link}}]);
    let contained = json!([{"resourceType": "Organization", "id": "c",
        "partOf": {"reference": link}}]);
    let nested = json!([{"url": "http://example.org/x", "extension": [
        {"url": "in", "valueReference": {"reference": link}}]}]);
    let underscored = json!({"extension": [{"url": "http://example.org/x", "valueUri": link}]});
    for (name, value, pointer) in [
        ("partOf", json!({"reference": link}), "/partOf/reference"),
        (
            "endpoint",
            json!([{"reference": link}]),
            "/endpoint/0/reference",
        ),
        ("identifier", identifier.clone(), "/identifier/0/system"),
        ("identifier", identifier, "/identifier/0/assigner/reference"),
        ("implicitRules", json!(link), "/implicitRules"),
        ("meta", json!({"source": link}), "/meta/source"),
        ("contained", contained, "/contained/0/partOf/reference"),
        (
            "extension",
            extension("valueReference", json!({"reference": link})),
            "/extension/0/valueReference/reference",
        ),
        (
            "extension",
            extension("valueUri", json!(link)),
            "/extension/0/valueUri",
        ),
        (
            "extension",
            extension("valueUrl", json!(link)),
            "/extension/0/valueUrl",
        ),
        (
            "extension",
            extension("valueUuid", json!(link)),
            "/extension/0/valueUuid",
        ),
        (
            "extension",
            nested,
            "/extension/0/extension/0/valueReference/reference",
        ),
        ("_name", underscored, "/_name/extension/0/valueUri"),
    ] {
        let (stored, parent) = beside_parent(&with(organization("A"), name, value));
        assert_eq!(
            stored.pointer(pointer),
            Some(&json!(parent)),
            "{pointer} in {stored}"
        );
    }
}

#[test]
fn links_in_the_narrative_are_rewritten_t11() {
    let div = |target: &str, image: &str| {
        format!(
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><a href=\"{target}\">up</a>\
             <img src='{image}' alt=\"urn:uuid:parent\"/> urn:uuid:parent</div>"
        )
    };
    let text = json!({"status": "generated", "div": div("urn:uuid:parent#top", "urn:uuid:parent")});
    let (stored, parent) = beside_parent(&with(organization("A"), "text", text));
    assert_eq!(
        stored["text"]["div"],
        div(&format!("{parent}#top"), &parent)
    );
}

#[test]
fn what_is_no_link_is_left_alone_t11() {
    let link = "urn:uuid:parent";
    let canonical = json!([{"url": "http://example.org/x", "valueCanonical": link}]);
    let string = json!([{"url": "http://example.org/x", "valueString": link}]);
    for (name, value) in [
        ("name", json!(link)),
        ("alias", json!([link])),
        ("identifier", json!([{"value": link}])),
        ("meta", json!({"profile": [link]})),
        ("extension", canonical),
        ("extension", string),
        (
            "partOf",
            json!({"display": link, "identifier": {"value": link}}),
        ),
    ] {
        let (stored, _) = beside_parent(&with(organization("A"), name, value.clone()));
        let found = if name == "meta" {
            json!({"profile": stored["meta"]["profile"]})
        } else {
            stored[name].clone()
        };
        assert_eq!(found, value, "{name}");
    }
}

#[test]
fn the_fragment_of_a_link_is_kept_t11() {
    let (stored, parent) = beside_parent(&part_of("urn:uuid:parent#part"));
    assert_eq!(stored["partOf"]["reference"], format!("{parent}#part"));
}

#[test]
fn a_fragment_alone_points_into_the_resource_itself() {
    let contained = json!([{"resourceType": "Organization", "id": "c"}]);
    let resource = with(part_of("#c"), "contained", contained);
    let (stored, _) = beside_parent(&resource);
    assert_eq!(stored["partOf"]["reference"], "#c");
}

#[test]
fn matching_is_exact_t11() {
    let fyr = Fyr::new();
    let entries = [
        post(&part_of("urn:uuid:ABC")),
        post_as("urn:uuid:abc", &organization("lower")),
        post_as("urn:uuid:ABCD", &organization("longer")),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [0]);
}

#[test]
fn references_to_our_own_base_are_stored_relative_t18() {
    let fyr = Fyr::new();
    let absolute = part_of(&format!("{BASE}/Organization/77"));
    let id = fyr.created(&absolute);
    let alone = fyr.get(&format!("/Organization/{id}")).json;
    let reply = fyr.transaction(&[post(&absolute)]).expect(200);
    for found in [alone, stored(&fyr, &reply, 0)] {
        assert_eq!(found["partOf"]["reference"], "Organization/77");
    }
    let version = part_of(&format!("{BASE}/Organization/77/_history/2"));
    let reply = fyr.post("/Organization", &version).expect(201);
    assert_eq!(
        reply.json["partOf"]["reference"],
        "Organization/77/_history/2"
    );
    let look_alike = part_of("https://fyr.example/fhirish/Organization/77");
    let reply = fyr.post("/Organization", &look_alike).expect(201);
    assert_eq!(
        reply.json,
        with(reply.json.clone(), "partOf", look_alike["partOf"].clone())
    );
}

#[test]
fn a_request_of_its_own_has_no_placeholders() {
    let fyr = Fyr::new();
    for reference in ["urn:uuid:nobody", "Organization?identifier=a|1"] {
        let reply = fyr.post("/Organization", &part_of(reference)).expect(201);
        assert_eq!(reply.json["partOf"]["reference"], reference);
    }
}

#[test]
fn a_rewritten_resource_that_is_what_is_stored_already_is_no_change() {
    let fyr = Fyr::new();
    let entries = || {
        let parent = put("Organization/p", &organization_at("p", "P"));
        let child = with(
            organization_at("c", "C"),
            "partOf",
            json!({"reference": "urn:uuid:p"}),
        );
        [
            with(parent, "fullUrl", "urn:uuid:p".into()),
            put("Organization/c", &child),
        ]
    };
    let first = fyr.transaction(&entries()).expect(200);
    assert_eq!(first.statuses(), ["201 Created", "201 Created"]);
    let second = fyr.transaction(&entries()).expect(200);
    assert_eq!(second.statuses(), ["200 OK", "200 OK"]);
    assert_eq!(second.response(1)["etag"], "W/\"1\"");
}

#[test]
fn a_bundle_that_is_stored_as_a_resource_keeps_its_links() {
    let fyr = Fyr::new();
    let collection = json!({"resourceType": "Bundle", "type": "collection", "entry": [
        {"fullUrl": "urn:uuid:x", "resource": part_of("urn:uuid:y")}]});
    let alone = fyr.created(&collection);
    let reply = fyr.transaction(&[post(&collection)]).expect(200);
    for key in [format!("Bundle/{alone}"), reply.target(0).to_owned()] {
        let stored = fyr.get(&format!("/{key}")).expect(200).json;
        assert_eq!(stored["entry"], collection["entry"]);
    }
}
