//! Starting: what it refuses, and what it says.

use std::net::TcpListener;

use serde_json::json;

use super::client::{Client, head};
use super::process::{Server, refusal};

#[test]
fn a_second_server_on_the_same_data_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let _first = Server::over(place.path());
    let directory = place.path().to_str().unwrap();
    let (code, said) = refusal(
        &["serve", "--listen", "127.0.0.1:0", "--data-dir", directory],
        &[],
    );
    assert_eq!(code, Some(2));
    assert!(said.contains("in use by another fyr process"), "{said}");
}

#[test]
fn a_killed_server_leaves_its_data_to_the_next() {
    let place = tempfile::tempdir().unwrap();
    Server::over(place.path()).kill();
    Server::over(place.path());
}

#[test]
fn a_port_in_use_is_told_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = refusal(&["serve", "--ephemeral", "--listen", &address], &[]);
    assert_eq!(code, Some(2));
    assert!(
        said.contains(&format!("cannot listen on {address}")),
        "{said}"
    );
}

#[test]
fn wrong_settings_are_all_told() {
    let wrong = [("FYR_BASE_URI", "http://x"), ("FYR_COST_HEADERS", "maybe")];
    let (code, said) = refusal(&["serve", "--ephemeral"], &wrong);
    assert_eq!(code, Some(2));
    assert!(said.contains("did you mean FYR_BASE_URL?"), "{said}");
    assert!(
        said.contains("FYR_COST_HEADERS is \"maybe\"; expected on or off"),
        "{said}"
    );
}

#[test]
fn other_machines_are_let_in_only_on_request() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let (code, said) = refusal(&["serve", "--ephemeral", "--listen", address], &[]);
        assert_eq!(code, Some(2));
        assert!(
            said.contains("--insecure-listen-beyond-this-machine"),
            "{said}"
        );
    }
}

#[test]
fn the_caller_is_the_developer_or_whom_the_token_names() {
    let server = Server::start(&["--ephemeral"]);
    let mut client = Client::connect(&server.address).unwrap();
    let organization = json!({"resourceType": "Organization"}).to_string();
    assert_eq!(
        client
            .send("POST", "/Organization", &organization)
            .unwrap()
            .status,
        201
    );
    // {"sub":"u1"}: somebody without roles
    for (token, expected) in [("e30.eyJzdWIiOiJ1MSJ9.", 403), ("nonsense", 401)] {
        let authorization = format!("Authorization: Bearer {token}\r\n");
        let request = head("POST", "/Organization", organization.len(), &authorization);
        client.write(&(request + &organization)).unwrap();
        assert_eq!(client.receive().unwrap().status, expected);
    }
}

#[test]
fn a_body_beyond_the_limit_is_refused_with_an_outcome() {
    let server = Server::start(&["--ephemeral"]);
    let mut client = Client::connect(&server.address).unwrap();
    let large = format!("\"{}\"", "x".repeat(7 * 1024 * 1024));
    let reply = client.send("POST", "/Organization", &large).unwrap();
    assert_eq!(reply.status, 413);
    assert_eq!(reply.body["resourceType"], "OperationOutcome");
    assert!(reply.head.contains("connection: close"), "{}", reply.head);
}
