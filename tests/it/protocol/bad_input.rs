//! What no client should send: the right status, an `OperationOutcome`, and nothing stored.

use serde_json::{Value, json};

use super::{
    entries::{LOCAL, identified, organization, organization_at, post, put, with},
    fyr::Fyr,
    reply::Reply,
};

/// Sends bad input to a server, and checks that it is refused and that nothing was stored: neither
/// under the ids that these tests use, nor under those that the server would have given next.
#[track_caller]
pub(super) fn refused(name: &str, status: u16, send: impl FnOnce(&Fyr) -> Reply) -> Reply {
    let fyr = Fyr::new();
    let reply = send(&fyr);
    assert_eq!(reply.status, status, "{name}: {}", reply.text);
    assert!(!fyr.had(&format!("{LOCAL}|1")), "{name} stored something");
    for id in ["1", "2"] {
        fyr.get(&format!("/Organization/{id}")).expect(404);
    }
    let by_us = fyr.created(&organization("the first that is stored"));
    let (prefix, number) = by_us.split_at(by_us.len() - 12);
    for earlier in 1..u64::from_str_radix(number, 16).unwrap() {
        fyr.get(&format!("/Organization/{prefix}{earlier:012x}"))
            .expect(404);
    }
    reply
}

/// A good entry beside the bad ones: it must not be stored either.
pub(super) fn good() -> Value {
    post(&identified(LOCAL, "1"))
}

pub(super) fn bundle(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

/// Sends each text wherever a body is taken.
#[track_caller]
fn all_refused(cases: &[(&str, String)]) {
    let doors = [
        ("POST", "/Organization"),
        ("PUT", "/Organization/1"),
        ("POST", "/"),
    ];
    for (name, text) in cases {
        for (method, path) in doors {
            refused(name, 400, |fyr| fyr.ask(method, path).text(text).send());
        }
    }
}

/// The text of an organization, with more behind its type.
fn organization_with(rest: &str) -> String {
    format!("{{\"resourceType\":\"Organization\",{rest}}}")
}

#[test]
fn text_that_is_not_json_is_400() {
    let named = organization_with("\"name\":\"A\"");
    all_refused(&[
        ("nothing", String::new()),
        ("white space", " \n".to_owned()),
        ("truncated", named.trim_end_matches('}').to_owned()),
        (
            "truncated in a string",
            "{\"resourceType\":\"Organ".to_owned(),
        ),
        ("trailing comma", organization_with("\"name\":\"A\",")),
        (
            "single quotes",
            "{'resourceType':'Organization'}".to_owned(),
        ),
        ("comment", organization_with("/* hello */ \"name\":\"A\"")),
        ("two values", format!("{named}{named}")),
        ("not a number", organization_with("\"active\":NaN")),
        ("leading zero", organization_with("\"active\":01")),
        ("an array", "[]".to_owned()),
        ("a string", "\"Organization\"".to_owned()),
        ("null", "null".to_owned()),
    ]);
}

#[test]
fn json_that_two_readers_could_read_differently_is_400() {
    let named = organization_with("\"name\":\"A\"");
    let deep = |levels: usize| {
        let (open, close) = ("{\"extension\":[".repeat(levels), "]}".repeat(levels));
        organization_with(&format!("\"extension\":[{open}{close}]"))
    };
    let inner = "\"active\":{\"$serde_json::private::Number\":\"1\"}";
    all_refused(&[
        (
            "duplicate keys",
            organization_with("\"name\":\"A\",\"name\":\"B\""),
        ),
        (
            "duplicate resourceType",
            organization_with("\"resourceType\":\"Patient\""),
        ),
        (
            "escaped duplicate",
            organization_with("\"name\":\"A\",\"n\\u0061me\":\"B\""),
        ),
        ("byte order mark", format!("\u{feff}{named}")),
        ("NUL", organization_with("\"name\":\"A\u{0}B\"")),
        ("escaped NUL", organization_with("\"name\":\"A\\u0000B\"")),
        (
            "control character",
            organization_with("\"name\":\"A\u{1}B\""),
        ),
        (
            "lone high surrogate",
            organization_with("\"name\":\"\\ud83c\""),
        ),
        (
            "lone low surrogate",
            organization_with("\"name\":\"\\udfe5\""),
        ),
        (
            "surrogates in the wrong order",
            organization_with("\"name\":\"\\udfe5\\ud83c\""),
        ),
        ("deep nesting", deep(40)),
        ("very deep nesting", deep(100_000)),
        ("deep arrays", "[".repeat(1_000_000)),
        (
            "a key that our parser uses itself",
            organization_with(inner),
        ),
    ]);
}

#[test]
fn bytes_that_are_not_utf8_are_400() {
    let latin1 = b"{\"resourceType\":\"Organization\",\"name\":\"\xd6sterg\xf6tland\"}";
    let utf16: Vec<u8> = organization("A")
        .to_string()
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let surrogate = b"{\"resourceType\":\"Organization\",\"name\":\"\xed\xa0\x80\"}";
    for (name, bytes) in [
        ("Latin-1", latin1.to_vec()),
        ("UTF-16", utf16),
        ("surrogate", surrogate.to_vec()),
    ] {
        refused(name, 400, |fyr| {
            fyr.ask("POST", "/Organization")
                .bytes("application/fhir+json", bytes)
                .send()
        });
    }
}

#[test]
fn the_place_of_broken_json_is_told() {
    let text = r#"{"resourceType":"Bundle","type":"transaction","entry":[{},{"resource":
        {"resourceType":"Organization","name":"A","name":"B"}}]}"#;
    let reply = refused("duplicate key", 400, |fyr| {
        fyr.ask("POST", "/").text(text).send()
    });
    assert_eq!(reply.places(), ["Bundle.entry[1].resource.name"]);
}

#[test]
fn a_body_that_is_no_resource_of_r4_is_400() {
    let huge_id = "x".repeat(65);
    for (name, body) in [
        ("no type", json!({"name": "A"})),
        ("type is no text", json!({"resourceType": 1})),
        ("unknown type", json!({"resourceType": "Organisation"})),
        ("abstract type", json!({"resourceType": "DomainResource"})),
        (
            "another type than the URL",
            json!({"resourceType": "Patient", "id": "1"}),
        ),
        (
            "unknown element",
            with(organization_at("1", "A"), "nmae", "A".into()),
        ),
        (
            "object for a text",
            with(organization_at("1", "A"), "name", json!({})),
        ),
        (
            "text for an object",
            with(organization_at("1", "A"), "partOf", "x".into()),
        ),
        (
            "one for many",
            with(organization_at("1", "A"), "alias", "x".into()),
        ),
        (
            "many for one",
            with(organization_at("1", "A"), "name", json!(["x"])),
        ),
        ("null", with(organization_at("1", "A"), "name", Value::Null)),
        ("empty text", organization_at("1", "")),
        (
            "empty object",
            with(organization_at("1", "A"), "partOf", json!({})),
        ),
        (
            "empty array",
            with(organization_at("1", "A"), "alias", json!([])),
        ),
        ("id with a blank", organization_at("1 ", "A")),
        ("id with a slash", organization_at("1/2", "A")),
        ("id too long", organization_at(&huge_id, "A")),
        ("id is no text", with(organization("A"), "id", json!(1))),
    ] {
        refused(name, 400, |fyr| fyr.post("/Organization", &body));
        refused(name, 400, |fyr| fyr.put("/Organization/1", &body));
        let in_bundle = bundle(&[good(), put("Organization/1", &body)]);
        let reply = refused(name, 400, |fyr| fyr.post("/", &in_bundle));
        let mut entries = reply.entries_at_fault();
        entries.dedup();
        assert_eq!(entries, [1], "{name}: {}", reply.text);
    }
}

#[test]
fn a_content_type_that_is_not_fhir_json_is_415() {
    let body = organization_at("1", "A").to_string();
    for (method, path) in [
        ("POST", "/Organization"),
        ("PUT", "/Organization/1"),
        ("POST", "/"),
    ] {
        for content_type in ["application/fhir+xml", "text/plain", "multipart/form-data"] {
            refused(content_type, 415, |fyr| {
                fyr.ask(method, path)
                    .bytes(content_type, body.clone())
                    .send()
            });
        }
    }
}

#[test]
fn six_megabytes_are_read_and_one_byte_more_is_413() {
    let limit = 6 * 1024 * 1024;
    let body = |bytes: usize| {
        let text = identified(LOCAL, "1").to_string();
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    for path in ["/Organization", "/"] {
        let text = body(limit + 1);
        let reply = refused("6 MB + 1", 413, |fyr| {
            fyr.ask("POST", path).text(&text).send()
        });
        let said = reply.diagnostics();
        assert!(
            said.contains("6291456") && said.contains("6291457"),
            "{said}"
        );
    }
    let fyr = Fyr::new();
    fyr.ask("POST", "/Organization")
        .text(&body(limit))
        .send()
        .expect(201);
}

#[test]
fn urls_that_lead_nowhere_are_refused() {
    let body = organization_at("1", "A");
    for (method, path, status) in [
        ("PUT", "/Organisation/1", 404),
        ("PUT", "/organization/1", 404),
        ("PUT", "/Resource/1", 404),
        ("PUT", "/Organization/a_b", 400),
        ("PUT", "/Organization/1%2F2", 400),
        ("PUT", "/Organization/%00", 400),
        ("PUT", &format!("/Organization/{}", "1".repeat(65)), 400),
        ("PUT", "/Organization//1", 404),
        ("PUT", "/Organization/1/2", 404),
        ("PUT", "/Organization/../Organization/1", 404),
        ("POST", "/Organization/1", 405),
        ("POST", "/Organization/_search", 415),
        ("POST", "/Organization/$nothing", 400),
        ("POST", "/$nothing", 404),
        ("PATCH", "/Organization/1/_history", 405),
        ("PUT", "/Organization/1/_history/1", 405),
    ] {
        refused(path, status, |fyr| fyr.ask(method, path).json(&body).send());
    }
}
