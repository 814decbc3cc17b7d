//! `POST [base]` with a transaction: all entries or none.

mod refusals;

use serde_json::json;

use super::entries::{
    LOCAL, entry, identified, organization, organization_at, post, post_as, post_unless, put, with,
};
use super::fyr::{BASE, Fyr};
use super::reply::storage_code;

/// A server with `Organization/1` and `Organization/2`.
fn with_two() -> Fyr {
    let fyr = Fyr::new();
    for id in ["1", "2"] {
        fyr.put(&format!("/Organization/{id}"), &organization_at(id, "A"))
            .expect(201);
    }
    fyr.advance(1_000);
    fyr
}

#[test]
fn every_entry_is_answered_in_its_place_t19() {
    let fyr = with_two();
    let entries = [
        entry("GET", "Organization/1"),
        put("Organization/1", &organization_at("1", "B")),
        post(&organization("C")),
        entry("DELETE", "Organization/2"),
        entry("GET", "metadata"),
        put("Organization/3", &organization_at("3", "D")),
        entry("DELETE", "Organization/nobody"),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(reply.json["resourceType"], "Bundle");
    assert_eq!(reply.json["type"], "transaction-response");
    let created = "201 Created";
    let gone = "204 No Content";
    let expected = ["200 OK", "200 OK", created, gone, "200 OK", created, gone];
    assert_eq!(reply.statuses(), expected);
    assert_eq!(reply.target(1), "Organization/1");
    assert_eq!(reply.target(5), "Organization/3");
    assert_eq!(
        reply.json["entry"][4]["resource"]["resourceType"],
        "CapabilityStatement"
    );
}

#[test]
fn a_written_entry_says_where_which_version_and_when_t19_t22_t23() {
    let fyr = with_two();
    let reply = fyr.transaction(&[put("Organization/1", &organization_at("1", "B"))]);
    let reply = reply.expect(200);
    let response = reply.response(0);
    assert_eq!(response["location"], "Organization/1/_history/2");
    assert_eq!(response["etag"], "W/\"2\"");
    assert_eq!(response["lastModified"], "2026-01-01T00:00:01.000+00:00");
    let stored = fyr.get("/Organization/1").json;
    assert_eq!(stored["meta"]["lastUpdated"], response["lastModified"]);
    assert_eq!(storage_code(&response["outcome"]), "SUCCESSFUL_UPDATE");
    assert_eq!(reply.json["entry"][0].get("resource"), None);
    assert_eq!(reply.header("location"), None);
}

#[test]
fn each_kind_of_write_has_its_outcome_t21() {
    let fyr = with_two();
    fyr.created(&identified(LOCAL, "1"));
    let by = |value: &str| format!("Organization?identifier={LOCAL}|{value}");
    let entries = [
        post(&organization("A")),
        post_unless(&format!("{LOCAL}|1"), &organization("A")),
        post_unless(&format!("{LOCAL}|2"), &organization("A")),
        put("Organization/1", &organization_at("1", "A")),
        put("Organization/4", &organization_at("4", "A")),
        put(&by("3"), &identified(LOCAL, "3")),
        entry("DELETE", "Organization/2"),
        entry("DELETE", "Organization/nobody"),
        entry("DELETE", &by("4")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let codes: Vec<&str> = (0..entries.len())
        .map(|at| storage_code(&reply.response(at)["outcome"]))
        .collect();
    assert_eq!(
        codes,
        [
            "SUCCESSFUL_CREATE",
            "SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH",
            "SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH",
            "SUCCESSFUL_UPDATE_NO_CHANGE",
            "SUCCESSFUL_UPDATE_AS_CREATE",
            "SUCCESSFUL_UPDATE_NO_CONDITIONAL_MATCH",
            "SUCCESSFUL_DELETE",
            "SUCCESSFUL_DELETE_NOT_FOUND",
            "SUCCESSFUL_DELETE_NOT_FOUND",
        ]
    );
}

#[test]
fn the_order_of_the_entries_does_not_matter_to_the_result_t7() {
    let entries = [
        post_as("urn:uuid:a", &organization("A")),
        put(
            "Organization/1",
            &with(
                organization_at("1", "B"),
                "partOf",
                json!({"reference": "urn:uuid:a"}),
            ),
        ),
        entry("DELETE", "Organization/2"),
        entry("GET", "Organization/1"),
    ];
    let mut reversed = entries.clone();
    reversed.reverse();
    let forwards = with_two().transaction(&entries).expect(200);
    let backwards = with_two().transaction(&reversed).expect(200);
    let mut expected = forwards.statuses();
    expected.reverse();
    assert_eq!(backwards.statuses(), expected);
    let name = &forwards.json["entry"][3]["resource"]["name"];
    assert_eq!(&backwards.json["entry"][0]["resource"]["name"], name);
    assert_eq!(name, "B");
}

#[test]
fn all_resources_of_a_transaction_share_one_instant() {
    let fyr = with_two();
    let entries = [
        post(&organization("A")),
        put("Organization/9", &organization_at("9", "B")),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(
        reply.response(0)["lastModified"],
        reply.response(1)["lastModified"]
    );
}

#[test]
fn an_empty_transaction_has_an_empty_answer_t1() {
    let fyr = Fyr::new();
    for bundle in [
        json!({"resourceType": "Bundle", "type": "transaction"}),
        json!({"resourceType": "Bundle", "type": "transaction", "total": 0}),
    ] {
        let reply = fyr.post("/", &bundle).expect(200);
        assert_eq!(
            reply.json,
            json!({"resourceType": "Bundle", "type": "transaction-response"})
        );
    }
}

#[test]
fn the_base_is_reached_with_and_without_its_slash_g1() {
    let fyr = Fyr::new();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction",
        "entry": [post(&organization("A"))]});
    for path in ["", "/", "?_format=json", "/?_pretty=true"] {
        fyr.post(path, &bundle).expect(200);
    }
}

#[test]
fn urls_are_relative_or_below_our_base_t6() {
    let fyr = with_two();
    for url in [
        "Organization/1".to_owned(),
        "/Organization/1".to_owned(),
        format!("{BASE}/Organization/1"),
    ] {
        let reply = fyr.transaction(&[entry("GET", &url)]).expect(200);
        assert_eq!(reply.json["entry"][0]["resource"]["id"], "1", "{url}");
    }
    for url in [
        "https://other.example/fhir/Organization/1".to_owned(),
        "http://fyr.example/fhir/Organization/1".to_owned(),
        format!("{BASE}ish/Organization/1"),
        "urn:uuid:123".to_owned(),
        String::from("Organization/1/name"),
    ] {
        let reply = fyr.transaction(&[entry("GET", &url)]);
        assert!([400, 404].contains(&reply.status), "{url}: {}", reply.text);
        assert_eq!(reply.entries_at_fault(), [0], "{url}");
    }
}

#[test]
fn a_url_in_the_criteria_is_not_taken_for_a_server_t6() {
    let fyr = Fyr::new();
    let url = format!("Organization?identifier={LOCAL}|1");
    fyr.transaction(&[put(&url, &identified(LOCAL, "1"))])
        .expect(200);
    let reply = fyr.transaction(&[entry("DELETE", &url)]).expect(200);
    assert_eq!(
        storage_code(&reply.response(0)["outcome"]),
        "SUCCESSFUL_DELETE"
    );
}

#[test]
fn what_is_not_supported_inside_a_transaction_is_named_t25() {
    let fyr = Fyr::new();
    let nested = json!({"resourceType": "Bundle", "type": "batch"});
    let entries = [
        entry("GET", "Organization?colour=red"),
        json!({"resource": nested, "request": {"method": "POST", "url": ""}}),
        json!({"resource": nested, "request": {"method": "POST", "url": "/"}}),
        json!({"resource": {"resourceType": "Parameters"},
            "request": {"method": "POST", "url": "Organization/_search"}}),
        put("Organization?colour=red", &organization("A")),
        post_unless("", &organization("A")),
    ];
    for (at, unsupported) in entries.iter().enumerate() {
        let reply = fyr.transaction(&[post(&organization("A")), unsupported.clone()]);
        assert!([400, 422].contains(&reply.status), "{at}: {}", reply.text);
        assert_eq!(reply.entries_at_fault(), [1], "{at}");
    }
}

#[test]
fn what_the_client_wants_back_is_in_the_entries_t20() {
    let fyr = with_two();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [
        post(&organization("new")),
        put("Organization/1", &organization_at("1", "B")),
        entry("DELETE", "Organization/2"),
    ]});
    let send = |preference| {
        let ask = fyr.ask("POST", "/").json(&bundle);
        ask.header("prefer", preference).send().expect(200)
    };
    let reply = send("return=representation");
    let id = reply.target(0).to_owned();
    assert_eq!(reply.json["entry"][0]["fullUrl"], format!("{BASE}/{id}"));
    assert_eq!(
        reply.json["entry"][0]["resource"],
        fyr.get(&format!("/{id}")).json
    );
    assert_eq!(
        reply.json["entry"][1]["resource"],
        fyr.get("/Organization/1").json
    );
    assert_eq!(reply.json["entry"][2].get("resource"), None);
    for preference in ["return=minimal", "return=OperationOutcome"] {
        let reply = send(preference);
        assert_eq!(reply.len(), 3, "{preference}");
        assert_eq!(reply.json["entry"][0].get("resource"), None, "{preference}");
        assert!(reply.response(0)["outcome"].is_object(), "{preference}");
    }
}

#[test]
fn what_was_tolerated_is_told_as_a_warning_t3() {
    let fyr = Fyr::new();
    let entries = [
        post(&organization("A")),
        post(&with(organization("B"), "alias", json!(["", "b"]))),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(
        reply.response(0)["outcome"]["issue"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let issues = &reply.response(1)["outcome"]["issue"];
    assert_eq!(issues[0]["severity"], "information");
    assert_eq!(issues[1]["severity"], "warning");
    assert_eq!(
        issues[1]["expression"][0],
        "Bundle.entry[1].resource.alias[0]"
    );
    let stored = fyr.get(&format!("/{}", reply.target(1))).json;
    assert_eq!(stored["alias"], json!(["b"]));
}

#[test]
fn the_order_of_an_entrys_keys_is_free_t3() {
    let fyr = Fyr::new();
    let text = r#"{"entry":[{"request":{"url":"Organization","method":"POST"},
        "resource":{"name":"A","resourceType":"Organization"},"fullUrl":"urn:uuid:1"}],
        "total":1,"type":"transaction","resourceType":"Bundle"}"#;
    fyr.ask("POST", "/").text(text).send().expect(200);
}
