//! Tenants of `fyr serve`: by path, over one set of tables.

use serde_json::json;

use super::client::Client;
use super::process::{Server, refusal};

const TENANTS: [(&str, &str); 2] = [("FYR_TENANCY", "path"), ("FYR_TENANTS", "a b")];

#[test]
fn each_tenant_has_a_base_of_its_own() {
    let place = tempfile::tempdir().unwrap();
    let directory = ["--data-dir", place.path().to_str().unwrap()];
    let server = Server::start_with(&directory, &TENANTS);
    let mut client = Client::connect(&server.address).unwrap();
    for tenant in ["a", "b"] {
        let organization = json!({"resourceType": "Organization", "id": "1", "name": tenant});
        let path = format!("/{tenant}/Organization/1");
        let reply = client
            .send("PUT", &path, &organization.to_string())
            .unwrap();
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    server.kill();
    let server = Server::start_with(&directory, &TENANTS);
    let mut client = Client::connect(&server.address).unwrap();
    for tenant in ["a", "b"] {
        let path = format!("/{tenant}/Organization/1");
        let reply = client.send("GET", &path, "").unwrap();
        assert_eq!((reply.status, &reply.body["name"]), (200, &json!(tenant)));
    }
    assert_eq!(
        client.send("GET", "/c/Organization/1", "").unwrap().status,
        404
    );
    assert_eq!(
        client.send("GET", "/Organization/1", "").unwrap().status,
        404
    );
}

#[test]
fn tenants_without_names_are_a_wrong_setting() {
    let (code, said) = refusal(&["serve", "--ephemeral"], &TENANTS[..1]);
    assert_eq!(code, Some(2));
    assert!(said.contains("FYR_TENANTS"), "{said}");
    let wrong = [("FYR_TENANCY", "path"), ("FYR_TENANTS", "A~b")];
    let (code, said) = refusal(&["serve", "--ephemeral"], &wrong);
    assert_eq!(code, Some(2));
    assert!(said.contains("1 to 32 small letters"), "{said}");
}
