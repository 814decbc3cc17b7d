//! Transactions of the Swedish registry (H1-H5, H10, H15).

use serde_json::{Value, json};

use super::{
    super::{
        entries::{organization, post, put, with},
        fyr::Fyr,
        reply::Reply,
        seeds::HVO_VALID,
    },
    hvo::{bundle, create, provider, send, unit},
};

const NUMBER: &str = "urn:oid:2.5.4.97";

fn stored(fyr: &Fyr, reply: &Reply, entry: usize) -> Value {
    fyr.get(&format!("/{}", reply.target(entry)))
        .expect(200)
        .json
}

#[test]
fn h1_a_bundle_has_a_provider_or_a_unit() {
    let fyr = Fyr::new();
    let reply = send(&fyr, &[post(&organization("A"))]).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry"]);
    send(&fyr, &[]).expect(422);
    // without a profile the identifier tells
    let plain = with(
        provider("2321000040", "A"),
        "meta",
        json!({"tag": [{"code": "x"}]}),
    );
    send(&fyr, &[create("a", &plain)]).expect(200);
}

#[test]
fn h2_references_may_leave_the_prefix_out() {
    let fyr = Fyr::new();
    let entries = [
        create("123-456-789", &provider("2321000040", "A")),
        create("1", &unit("SE2321000040-1", Some("123-456-789"))),
        create("2", &unit("SE2321000040-2", Some("urn:uuid:1"))),
    ];
    let reply = send(&fyr, &entries).expect(200);
    assert_eq!(
        stored(&fyr, &reply, 1)["partOf"]["reference"],
        reply.target(0)
    );
    assert_eq!(
        stored(&fyr, &reply, 2)["partOf"]["reference"],
        reply.target(1)
    );
}

#[test]
fn h3_an_update_names_its_organization_by_the_url_or_the_resource() {
    let fyr = Fyr::new();
    let first = send(&fyr, &[create("a", &provider("2321000040", "A"))]).expect(200);
    let id = first.target(0).rsplit('/').next().unwrap();
    for (n, url) in ["Organization", first.target(0)].into_iter().enumerate() {
        let renamed = with(provider("2321000040", &format!("B{n}")), "id", id.into());
        let reply = send(&fyr, &[put(url, &renamed)]).expect(200);
        assert_eq!(reply.status_of(0), "200 OK");
        assert_eq!(stored(&fyr, &reply, 0)["name"], format!("B{n}"));
    }
}

#[test]
fn h3_an_update_creates_nothing() {
    let fyr = Fyr::new();
    let unknown = with(provider("2321000040", "A"), "id", "unknown".into());
    let reply = send(&fyr, &[put("Organization/unknown", &unknown)]).expect(422);
    assert_eq!(reply.codes(), ["not-found"]);
    assert_eq!(reply.places(), ["Bundle.entry[0]"]);
    fyr.get("/Organization/unknown").expect(404);
}

#[test]
fn h4_what_is_linked_to_no_top_is_ignored_with_a_warning() {
    let fyr = Fyr::new();
    let entries = [
        create("a", &provider("2321000040", "A")),
        create("loose", &unit("SE2321000040-1", None)),
        create("below", &unit("SE2321000040-2", Some("urn:uuid:loose"))),
        create(
            "nowhere",
            &unit("SE2321000040-3", Some("Organization/unknown")),
        ),
        create("b", &unit("SE2321000040-4", Some("urn:uuid:a"))),
    ];
    let reply = send(&fyr, &entries).expect(200);
    let ok = "200 OK";
    assert_eq!(reply.statuses(), ["201 Created", ok, ok, ok, "201 Created"]);
    for ignored in 1..4 {
        let response = reply.response(ignored);
        assert_eq!(response.get("location"), None);
        assert_eq!(response["outcome"]["issue"][0]["severity"], "warning");
        assert_eq!(response["outcome"]["issue"][0]["code"], "business-rule");
        assert_eq!(
            response["outcome"]["issue"][0]["expression"],
            json!([format!("Bundle.entry[{ignored}]")])
        );
    }
    assert_eq!(fyr.get("/Organization/_history").len(), 2);
}

#[test]
fn h4_a_stored_organization_is_a_top() {
    let fyr = Fyr::new();
    let first = send(&fyr, &[create("a", &provider("2321000040", "A"))]).expect(200);
    let entries = [
        create("1", &unit("SE2321000040-1", Some(first.target(0)))),
        create("2", &unit("SE2321000040-2", Some("urn:uuid:1"))),
    ];
    let reply = send(&fyr, &entries).expect(200);
    assert_eq!(reply.statuses(), ["201 Created"; 2]);
}

#[test]
fn h5_a_condition_on_the_whole_bundle_means_nothing() {
    let fyr = Fyr::new();
    for _ in 0..2 {
        let fyr = Fyr::new();
        fyr.ask("POST", "/")
            .text(HVO_VALID)
            .header("if-none-exist", "[]")
            .send()
            .expect(200);
    }
    let only = with(
        create("a", &provider("2321000040", "A")),
        "request",
        json!({
            "method": "POST", "url": "Organization", "ifNoneExist": format!("identifier={NUMBER}|2321000040")
        }),
    );
    send(&fyr, std::slice::from_ref(&only)).expect(200);
    assert_eq!(send(&fyr, &[only]).expect(200).status_of(0), "200 OK");
}

#[test]
fn h10_a_provider_above_is_found_by_its_number() {
    let fyr = Fyr::new();
    let by_number = |number: &str| json!({"identifier": {"system": NUMBER, "value": number}});
    let below = |number: &str| with(unit("SE2321000040-1", None), "partOf", by_number(number));
    let reply = send(&fyr, &[create("1", &below("2321000040"))]).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry[0]"]);
    let inside = [
        create("a", &provider("2321000040", "A")),
        create("1", &below("2321000040")),
    ];
    let reply = send(&fyr, &inside).expect(200);
    assert_eq!(
        stored(&fyr, &reply, 1)["partOf"]["reference"],
        reply.target(0)
    );
    assert_eq!(
        stored(&fyr, &reply, 1)["partOf"]["identifier"]["value"],
        "2321000040"
    );
    let other = with(
        unit("SE2321000040-2", None),
        "partOf",
        by_number("2321000040"),
    );
    let later = send(&fyr, &[create("2", &other)]).expect(200);
    assert_eq!(
        stored(&fyr, &later, 0)["partOf"]["reference"],
        reply.target(0)
    );
}

#[test]
fn h15_success_is_the_response_that_r4_has() {
    let fyr = Fyr::new();
    let reply = fyr
        .post("/", &bundle(&[create("a", &provider("2321000040", "A"))]))
        .expect(200);
    assert_eq!(reply.json["type"], "transaction-response");
    assert_eq!(reply.response(0)["etag"], "W/\"1\"");
    assert!(
        reply.response(0)["location"]
            .as_str()
            .unwrap()
            .starts_with("Organization/")
    );
}
