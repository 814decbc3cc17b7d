//! Resources too large for an item of the tables.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::fyr::Fyr;

/// An organization with about a megabyte of a text that does not compress.
fn large(id: &str, seed: u64) -> Value {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::new();
    while text.len() < 1 << 20 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        write!(text, "{state:016x}").unwrap();
    }
    json!({"resourceType": "Organization", "id": id, "name": format!("large {seed}"),
        "extension": [{"url": "http://example.org/picture", "valueString": text}]})
}

fn text(resource: &Value) -> &str {
    resource["extension"][0]["valueString"].as_str().unwrap()
}

#[test]
fn a_resource_of_a_megabyte_lives_as_any_other() {
    let fyr = Fyr::new();
    let (first, second) = (large("1", 1), large("1", 2));
    fyr.put("/Organization/1", &first);
    let read = fyr.get("/Organization/1").expect(200).json;
    assert_eq!(text(&read), text(&first));
    fyr.advance(1_000);
    fyr.put("/Organization/1", &second);
    let read = fyr.get("/Organization/1").expect(200).json;
    assert_eq!(
        (text(&read), &read["meta"]["versionId"]),
        (text(&second), &json!("2"))
    );
    let old = fyr.get("/Organization/1/_history/1").expect(200).json;
    assert_eq!(text(&old), text(&first));
    let history = fyr.get("/Organization/1/_history").expect(200).json;
    let texts = [0, 1].map(|n: usize| text(&history["entry"][n]["resource"]));
    assert_eq!(texts, [text(&second), text(&first)]);
    let expunge = json!({"resourceType": "Parameters",
        "parameter": [{"name": "expungePreviousVersions", "valueBoolean": true}]});
    fyr.post("/Organization/1/$expunge", &expunge).expect(200);
    fyr.get("/Organization/1/_history/1").expect(404);
    let read = fyr.get("/Organization/1").expect(200).json;
    assert_eq!(text(&read), text(&second));
}

#[test]
fn a_transaction_may_hold_large_and_small_resources() {
    let fyr = Fyr::new();
    let put = |id: &str, resource: Value| json!({"resource": resource, "request": {"method": "PUT", "url": format!("Organization/{id}")}});
    let small = json!({"resourceType": "Organization", "id": "2", "name": "small"});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction",
        "entry": [put("1", large("1", 1)), put("2", small)]});
    fyr.post("", &bundle).expect(200);
    assert_eq!(
        fyr.get("/Organization/1").expect(200).json["name"],
        "large 1"
    );
    assert_eq!(fyr.get("/Organization/2").expect(200).json["name"], "small");
}
