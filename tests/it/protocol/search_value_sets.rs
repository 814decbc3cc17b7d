//! `:in` and `:not-in`: codes of value sets that are stored here.

use serde_json::{Value, json};

use super::{
    found::{organization, pages, search, store},
    fyr::Fyr,
};

const KINDS: &str = "http://example.org/kinds";

fn value_set(id: &str, compose: &Value) -> Value {
    json!({"resourceType": "ValueSet", "id": id, "url": format!("http://example.org/{id}"),
        "status": "active", "version": "1", "compose": compose})
}

fn registry() -> Fyr {
    let fyr = Fyr::new();
    for (id, system, code) in [
        ("region", KINDS, "region"),
        ("heart", KINDS, "clinic"),
        ("bakery", "http://example.org/trades", "bakery"),
    ] {
        let kind = json!([{"coding": [{"system": system, "code": code}]}]);
        store(&fyr, &organization(id, json!({"name": id, "type": kind})));
    }
    store(&fyr, &organization("nothing", json!({"name": "nothing"})));
    let public = json!([{"code": "region"}, {"code": "clinic"}]);
    for set in [
        value_set(
            "public",
            &json!({"include": [{"system": KINDS, "concept": public}]}),
        ),
        value_set(
            "trades",
            &json!({"include": [{"system": "http://example.org/trades"}]}),
        ),
        value_set(
            "empty",
            &json!({"include": [{"system": KINDS, "concept": public}],
            "exclude": [{"system": KINDS}]}),
        ),
        value_set(
            "filtered",
            &json!({"include": [{"system": KINDS,
            "filter": [{"property": "concept", "op": "is-a", "value": "region"}]}]}),
        ),
    ] {
        store(&fyr, &set);
    }
    fyr
}

#[test]
fn codes_are_searched_for_by_the_value_set_that_they_are_in() {
    let fyr = registry();
    for (query, expected) in [
        (
            "type:in=http://example.org/public",
            &["heart", "region"][..],
        ),
        (
            "type:in=http://example.org/public%7C1",
            &["heart", "region"],
        ),
        (
            "type:not-in=http://example.org/public",
            &["bakery", "nothing"],
        ),
        ("type:in=http://example.org/trades", &["bakery"]),
        (
            "type:in=http://example.org/trades,http://example.org/public&name=heart,bakery",
            &["bakery", "heart"],
        ),
        ("type:in=http://example.org/empty", &[]),
        (
            "type:not-in=http://example.org/empty",
            &["bakery", "heart", "nothing", "region"],
        ),
    ] {
        assert_eq!(
            search(&fyr, &format!("/Organization?{query}")),
            expected,
            "{query}"
        );
    }
}

#[test]
fn the_pages_of_such_a_search_name_the_value_set() {
    let fyr = registry();
    let path = "/Organization?type:in=http://example.org/public&_count=1";
    let mut found: Vec<String> = pages(&fyr, path).concat();
    found.sort();
    assert_eq!(found, ["heart", "region"]);
    let reply = fyr.get(path).expect(200);
    let link = super::found::link(&reply, "self").unwrap();
    assert!(
        link.contains("type:in=") || link.contains("type%3Ain="),
        "{link}"
    );
}

#[test]
fn a_value_set_that_is_not_here_or_cannot_be_expanded_is_refused_by_name() {
    let fyr = registry();
    for (query, told) in [
        (
            "type:in=http://example.org/other",
            "http://example.org/other is not stored",
        ),
        (
            "type:in=http://example.org/public%7C2",
            "http://example.org/public|2 is not stored",
        ),
        (
            "type:not-in=http://example.org/filtered",
            "http://example.org/filtered is not expanded",
        ),
        (
            "name:in=http://example.org/public",
            "the modifier ':in' is not supported",
        ),
        (
            "partof.type:in=http://example.org/public",
            "the modifier ':in' is not supported",
        ),
    ] {
        let refused = fyr.get(&format!("/Organization?{query}")).expect(400);
        let text = refused.diagnostics();
        assert!(text.contains(told), "{query}: {text}");
        assert_eq!(refused.codes(), ["not-supported"], "{query}");
    }
}
