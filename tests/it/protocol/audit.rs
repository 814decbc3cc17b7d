//! What is recorded of requests: everything that an investigation needs, and nothing secret.

mod events;

use serde_json::{Value, json};
use server::Audit;
use server::auth::Caller;

use super::entries::{LOCAL, entry, identified, organization, organization_at, post, put};
use super::fyr::{BASE, Fyr};

/// Something that must be in no record.
const SECRET: &str = "s3cr3t";

/// The records of requests since the last time.
fn records(fyr: &Fyr) -> Vec<Value> {
    let lines = fyr.records.take();
    let parsed = lines.iter().map(|line| serde_json::from_str(line).unwrap());
    parsed.collect()
}

fn record(fyr: &Fyr) -> Value {
    let mut all = records(fyr);
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

#[test]
fn a_record_says_who_did_what_to_which_resource_and_how_it_went() {
    let fyr = Fyr::new().seen_by(Caller::from_claims(&json!({
        "user_id": "u1", "user_type": "SYSTEM",
        "realm_access": {"roles": ["Organization.read", "Organization.write"]}
    })));
    let ask = fyr
        .ask("PUT", "/Organization/1")
        .header("x-request-id", "r1");
    ask.json(&organization_at("1", "A")).send().expect(201);
    let told = record(&fyr);
    assert!(
        told["time"].is_string() && told["durationMs"].is_number(),
        "{told}"
    );
    for (name, expected) in [
        ("audit", json!("request")),
        ("requestId", json!("r1")),
        ("user", json!("u1")),
        ("userType", json!("SYSTEM")),
        ("method", json!("PUT")),
        ("path", json!("/fhir/Organization/1")),
        ("interaction", json!("update")),
        ("resources", json!(["Organization/1/_history/1"])),
        ("status", json!(201)),
    ] {
        assert_eq!(told[name], expected, "{name}");
    }
    assert!(told["cost"]["writeUnits"].as_f64().unwrap() > 0.0, "{told}");
    assert!(told["cost"]["requests"].as_u64().unwrap() > 0, "{told}");
}

/// Method, path, interaction, and the one resource that is named.
#[rustfmt::skip]
const REQUESTS: &[(&str, &str, &str, Option<&str>)] = &[
    ("GET", "/metadata", "capabilities", None),
    ("GET", "/Organization/1", "read", Some("Organization/1/_history/1")),
    ("HEAD", "/Organization/1", "read", Some("Organization/1/_history/1")),
    ("GET", "/Organization/1/_history/1", "vread", Some("Organization/1/_history/1")),
    ("GET", "/Organization/1/_history", "history-instance", Some("Organization/1")),
    ("GET", "/Organization/_history", "history-type", Some("Organization/1")),
    ("GET", "/_history", "history-system", Some("Organization/1")),
    ("GET", "/Organization?name=a", "search-type", Some("Organization/1")),
    ("GET", "/Organization?name=b", "search-type", Some("Organization")),
    ("GET", "/Organization/1/$meta", "operation", Some("Organization/1")),
    ("GET", "/Organization/2", "read", Some("Organization/2")),
    ("DELETE", "/Organization/1", "delete", Some("Organization/1/_history/2")),
];

#[test]
fn every_request_has_one_record_with_its_interaction() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr.records.take();
    for (method, path, interaction, resource) in REQUESTS {
        fyr.ask(method, path).send();
        let told = record(&fyr);
        assert_eq!(told["interaction"], *interaction, "{path}");
        let resources: Vec<&str> = resource.iter().copied().collect();
        assert_eq!(told["resources"], json!(resources), "{method} {path}");
    }
}

#[test]
fn the_entries_of_a_bundle_are_its_resources() {
    let fyr = Fyr::new();
    let create = post(&organization("A"));
    let entries = [put("Organization/1", &organization_at("1", "A")), create];
    let reply = fyr.transaction(&entries).expect(200);
    let created = reply.response(1)["location"].as_str().unwrap();
    let told = record(&fyr);
    assert_eq!(told["interaction"], "transaction");
    let expected = json!([
        "PUT Organization/1/_history/1 201 Created",
        format!("POST {created} 201 Created"),
    ]);
    assert_eq!(told["resources"], expected);
    let gets = [
        entry("GET", "Organization/1"),
        entry("GET", "Organization/9"),
    ];
    fyr.bundle("batch", &gets).expect(200);
    let told = record(&fyr);
    assert_eq!(told["interaction"], "batch");
    let expected = json!([
        "GET Organization/1 200 OK",
        "GET Organization/9 404 Not Found"
    ]);
    assert_eq!(told["resources"], expected);
}

#[test]
fn an_import_names_what_became_of_each_organization() {
    let fyr = Fyr::new();
    let tree = [
        ("1", &super::import::sor("1", "A")),
        ("2", &super::import::sor("2", "B")),
    ];
    let tree = tree.map(|(n, organization)| super::import::entry(n, organization));
    let reply = fyr
        .post("/$import-organizations", &super::import::parameters(&tree))
        .expect(200);
    let told = record(&fyr);
    let expected: Vec<String> = (0..3)
        .map(|n| {
            let location = reply.response(n)["location"].as_str().unwrap().to_owned();
            format!(
                "{} 201 Created",
                location.strip_prefix(&format!("{BASE}/")).unwrap()
            )
        })
        .collect();
    assert_eq!(told["resources"], json!(expected));
    assert!(expected[2].starts_with("Provenance/"));
}

#[test]
fn a_large_bundle_names_a_thousand_and_counts_the_rest() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..1_003)
        .map(|id| entry("GET", &format!("Organization/{id}")))
        .collect();
    fyr.bundle("batch", &entries).expect(200);
    let told = record(&fyr);
    assert_eq!(told["resources"].as_array().unwrap().len(), 1_000);
    assert_eq!(told["unnamed"], 3);
}

#[test]
fn failures_are_recorded_too_with_their_codes() {
    let fyr = Fyr::new();
    let nobody = fyr.seen_by(Caller::anonymous());
    let weak = fyr.with_roles(&["Organization.read"]);
    nobody.get("/Organization/1").expect(401);
    weak.post("/Organization", &organization("A")).expect(403);
    weak.get("/Organization/1").expect(404);
    fyr.get("/Nonsense/1").expect(404);
    fyr.ask("POST", "/Organization")
        .text("{")
        .send()
        .expect(400);
    fyr.transaction(&[entry("GET", "Organization/1")])
        .expect(404);
    let told: Vec<(Value, Value, Value)> = records(&fyr)
        .into_iter()
        .map(|told| {
            (
                told["user"].clone(),
                told["status"].clone(),
                told["interaction"].clone(),
            )
        })
        .collect();
    let expected = [
        (json!(null), json!(401), json!("read")),
        (json!("somebody"), json!(403), json!("create")),
        (json!("somebody"), json!(404), json!("read")),
        (json!("developer"), json!(404), json!("unknown")),
        (json!("developer"), json!(400), json!("create")),
        (json!("developer"), json!(404), json!("transaction")),
    ];
    assert_eq!(told, expected);
}

#[test]
fn no_token_body_parameter_or_header_is_ever_in_a_record() {
    let fyr = Fyr::with(|settings| settings.audit = Audit::Store);
    tell_secrets(&fyr);
    let lines = fyr.records.take();
    assert_eq!(lines.len(), 12);
    for line in lines {
        assert!(!line.contains(SECRET), "{line}");
    }
    let events = fyr.get("/AuditEvent?_count=1000").expect(200);
    assert_eq!(events.len(), 12);
    assert!(!events.text.contains(SECRET), "{}", events.text);
}

/// Twelve requests with the secret wherever a client can put one.
fn tell_secrets(fyr: &Fyr) {
    let secret = organization(SECRET);
    let ask = |method: &str, path: &str| {
        fyr.ask(method, path)
            .header(
                "authorization",
                &format!("Bearer {SECRET}.{SECRET}.{SECRET}"),
            )
            .header("x-request-id", &format!("{SECRET}.not-plain"))
            .header("if-none-match", &format!("\"{SECRET}\""))
            .header("cookie", SECRET)
            .header("prefer", SECRET)
    };
    ask("POST", "/Organization")
        .json(&secret)
        .send()
        .expect(201);
    ask("POST", "/Organization")
        .json(&identified(LOCAL, SECRET))
        .send()
        .expect(201);
    ask("POST", "/Organization").text(SECRET).send().expect(400);
    ask("POST", "/Organization")
        .json(&json!({SECRET: SECRET}))
        .send()
        .expect(400);
    ask("GET", &format!("/Organization?name={SECRET}"))
        .send()
        .expect(200);
    ask("GET", &format!("/Organization?access_token={SECRET}"))
        .send()
        .expect(400);
    ask("GET", &format!("/Organization/1?{SECRET}={SECRET}")).send();
    ask("POST", "/Organization")
        .header("if-none-exist", &format!("identifier={LOCAL}|{SECRET}"))
        .header("idempotency-key", SECRET)
        .json(&secret)
        .send()
        .expect(200);
    ask("PUT", &format!("/Organization?identifier={LOCAL}|{SECRET}"))
        .json(&secret)
        .send();
    ask("POST", "/Organization/_search")
        .bytes(
            "application/x-www-form-urlencoded",
            format!("name={SECRET}"),
        )
        .send();
    let conditional = put(
        &format!("Organization?identifier={LOCAL}|{SECRET}"),
        &secret,
    );
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [conditional]});
    ask("POST", "/").json(&bundle).send();
    ask("PATCH", "/Organization/1")
        .bytes(
            "application/json-patch+json",
            format!("[{{\"op\":\"{SECRET}\"}}]"),
        )
        .send();
}
