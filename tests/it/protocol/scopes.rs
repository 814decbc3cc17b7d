//! SMART scopes, what anybody may read, and what clients are told of tokens.

use serde_json::{Value, json};
use server::{Settings, auth::Caller};

use super::{entries::entry, fyr::Fyr, issuer::trusted};

fn with_scopes(fyr: &Fyr, scope: &str) -> Fyr {
    fyr.seen_by(Caller::from_claims(
        &json!({"sub": "client", "scope": scope}),
    ))
}

fn with_one(change: impl FnOnce(&mut Settings)) -> Fyr {
    let fyr = Fyr::with(change);
    let body = json!({"resourceType": "Organization", "id": "1"});
    fyr.put("/Organization/1", &body).expect(201);
    fyr
}

#[test]
fn a_client_with_scopes_reads_writes_posts_bundles_and_exports() {
    let fyr = with_scopes(&with_one(|_| {}), "system/Organization.cruds");
    fyr.get("/Organization/1").expect(200);
    let reply = fyr.transaction(&[entry("GET", "Organization/1")]);
    reply.expect(200);
    let export = |path: &str, status| {
        let ask = fyr.ask("GET", path).header("prefer", "respond-async");
        ask.send().expect(status)
    };
    export("/$export?_type=Organization,Patient", 403);
    let reply = export("/$export?_type=Organization", 202);
    fyr.work_off();
    let status = reply.header("content-location").unwrap();
    let status = status.strip_prefix(super::fyr::BASE).unwrap().to_owned();
    let manifest = fyr.get(&status).expect(200).json;
    let url = manifest["output"][0]["url"].as_str().unwrap();
    let file = url.strip_prefix(super::fyr::BASE).unwrap().to_owned();
    fyr.get(&file).expect(200);
    let other = fyr.seen_by(Caller::from_claims(
        &json!({"sub": "other", "scope": "system/*.rs"}),
    ));
    other.get(&file).expect(403);
    // the files are what an export gives, other Binaries are not
    let id = "0123456789abcdef0123456789abcdef";
    fyr.get(&format!("/Binary/{id}")).expect(403);
    let reply = fyr.transaction(&[entry("GET", &format!("Binary/{id}"))]);
    reply.expect(403);
}

#[test]
fn a_restricted_scope_is_refused_whole_and_the_client_is_told() {
    let fyr = with_scopes(&with_one(|_| {}), "system/Organization.rs?active=true");
    let reply = fyr.get("/Organization/1").expect(403);
    assert!(
        reply.diagnostics().contains("these scopes give nothing"),
        "{}",
        reply.text
    );
}

#[test]
fn what_is_public_is_read_and_searched_by_anybody_and_not_exported() {
    let fyr = with_one(|settings| {
        settings.auth.public_read = Settings::at("http://x").auth.public_read;
        settings.auth.public_read.insert("Organization".to_owned());
    });
    let nobody = fyr.seen_by(Caller::anonymous());
    nobody.get("/Organization/1").expect(200);
    nobody.get("/Organization").expect(200);
    nobody.get("/_history").expect(200);
    let body = json!({"resourceType": "Organization"});
    nobody.post("/Organization/$validate", &body).expect(200);
    nobody.get("/Patient/1").expect(401);
    nobody.delete("/Organization/1").expect(401);
    nobody.get("/$export").expect(401);
    let roleless = fyr.with_roles(&[]);
    roleless.get("/Organization/1").expect(200);
    roleless.get("/$export").expect(403);
}

#[test]
fn clients_are_told_where_tokens_come_from() {
    let fyr = Fyr::with(|settings| {
        let mut issuer = trusted("https://login.example", "https://login.example/certs");
        issuer.token_endpoint = Some("https://login.example/token".to_owned());
        settings.auth.issuers = vec![issuer];
    });
    let nobody = fyr.seen_by(Caller::anonymous());
    let told = nobody.get("/.well-known/smart-configuration").json;
    assert_eq!(told["token_endpoint"], "https://login.example/token");
    assert_eq!(told["jwks_uri"], "https://login.example/certs");
    assert_eq!(told["grant_types_supported"], json!(["client_credentials"]));
    let statement = nobody.get("/metadata").json;
    let security = &statement["rest"][0]["security"];
    assert_eq!(security["service"][0]["coding"][0]["code"], "SMART-on-FHIR");
    fyr.post("/CapabilityStatement", &statement).expect(201);

    let without = Fyr::new();
    without.get("/.well-known/smart-configuration").expect(404);
    assert_eq!(
        without.get("/metadata").json["rest"][0]["security"],
        Value::Null
    );
}
