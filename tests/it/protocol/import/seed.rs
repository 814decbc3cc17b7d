//! The request and the response that the platform publishes (I20).

use serde_json::{Value, json};

use super::super::fyr::Fyr;

const REQUEST: &str = include_str!("../../../fixtures/seeds/import-organizations.request.json");
const RESPONSE: &str = include_str!("../../../fixtures/seeds/import-organizations.response.json");
const TREE: &str =
    include_str!("../../../fixtures/examples/import-organizations.tree.request.json");

fn post(fyr: &Fyr, text: &str) -> super::Reply {
    fyr.ask("POST", "/$import-organizations").text(text).send()
}

/// Sets what differs from server to server to the same: base, ids, times, durations.
fn settled(bundle: &Value) -> Value {
    let mut text = bundle.to_string();
    for entry in bundle["entry"].as_array().unwrap() {
        let response = &entry["response"];
        let location = response["location"].as_str().unwrap();
        let mut parts = location.rsplit('/');
        let (version, _, id, kind) = (
            parts.next().unwrap(),
            parts.next(),
            parts.next().unwrap(),
            parts.next().unwrap(),
        );
        assert_eq!(response["etag"], version);
        let base = location.split(&format!("/{kind}/")).next().unwrap();
        let time = response["lastModified"].as_str().unwrap();
        text = text
            .replace(base, "[base]")
            .replace(&format!("{kind}/{id}"), &format!("{kind}/[id]"))
            .replace(time, "[time]")
            .replace(" Took 2ms.", "");
    }
    serde_json::from_str(&text).unwrap()
}

#[test]
fn i20_the_answer_to_the_published_request_is_the_published_one() {
    let fyr = Fyr::new();
    let request: Value = serde_json::from_str(REQUEST).unwrap();
    let mut older = request.clone();
    older["parameter"][0]["resource"]["entry"][0]["resource"]["name"] = json!("before");
    fyr.post("/$import-organizations", &older).expect(200);
    fyr.advance(60_000);

    let reply = post(&fyr, REQUEST).expect(200);
    let expected: Value = serde_json::from_str(RESPONSE).unwrap();
    assert_eq!(settled(&reply.json), settled(&expected));
    assert_eq!(
        reply.header("content-type"),
        Some("application/fhir+json; charset=UTF-8")
    );
    for absent in ["location", "etag", "last-modified", "content-location"] {
        assert_eq!(reply.header(absent), None, "{absent}");
    }
}

#[test]
fn i20_elements_come_in_the_published_order() {
    let fyr = Fyr::new();
    let reply = post(&fyr, REQUEST).expect(200);
    let expected: Value = serde_json::from_str(RESPONSE).unwrap();
    let names =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(names(&reply.json), names(&expected));
    let (ours, theirs) = (reply.response(0), &expected["entry"][0]["response"]);
    assert_eq!(names(ours), names(theirs));
    assert_eq!(names(&ours["outcome"]), names(&theirs["outcome"]));
    assert_eq!(
        names(&ours["outcome"]["issue"][0]),
        names(&theirs["outcome"]["issue"][0])
    );
}

#[test]
fn i7_the_published_request_creates_on_an_empty_server() {
    let fyr = Fyr::new();
    let reply = post(&fyr, REQUEST).expect(200);
    assert_eq!(reply.json["type"], "transaction-response");
    assert_eq!(reply.statuses(), ["201 Created", "201 Created"]);
    assert_eq!(super::stored(&reply, 0), "SUCCESSFUL_CREATE");
    let organization = fyr.get(&super::path(&reply, 0)).expect(200).json;
    assert_eq!(organization["name"], "21fea23b-396c-4096-ade3-643bdbefe4b5");
    // I11: the status is stored as it was sent
    let status = &organization["extension"][1]["valueCodeableConcept"]["coding"][0]["code"];
    assert_eq!(status, "NotSynchronized");
    let history = fyr
        .get(&format!("{}/_history", super::path(&reply, 0)))
        .json;
    assert_eq!(history["entry"][0]["request"]["method"], "POST");
}

#[test]
fn i13_the_order_of_parents_and_children_does_not_matter() {
    let fyr = Fyr::new();
    let reply = post(&fyr, TREE).expect(200);
    assert_eq!(reply.statuses(), ["201 Created"; 4]);
    let parent_of =
        |entry: usize| fyr.get(&super::path(&reply, entry)).json["partOf"]["reference"].clone();
    let name_of = |entry: usize| super::path(&reply, entry)[1..].to_owned();
    assert_eq!(parent_of(0), name_of(2));
    assert_eq!(parent_of(2), name_of(1));
    assert_eq!(parent_of(1), Value::Null);
}

#[test]
fn q3_one_setting_makes_the_etags_of_an_import_weak() {
    let fyr = Fyr::with(|settings| settings.rules.weak_etags = true);
    let reply = post(&fyr, REQUEST).expect(200);
    assert_eq!(reply.response(0)["etag"], "W/\"1\"");
}
