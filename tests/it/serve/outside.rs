//! Over tables that are not the server's own: here, those that another server offers.

use std::net::TcpListener;

use serde_json::json;

use super::client::Client;
use super::process::{Server, free_address, refusal};

/// A server that offers its DynamoDB, and the URL of that.
fn with_a_door() -> (Server, String) {
    let address = free_address();
    let server = Server::start(&["--ephemeral", "--dynamodb-listen", &address]);
    (server, format!("http://{address}"))
}

#[test]
fn two_servers_over_the_same_tables_see_the_same() {
    let (first, url) = with_a_door();
    let second = Server::start(&["--dynamodb-endpoint", &url]);
    let (mut one, mut other) = (
        Client::connect(&first.address).unwrap(),
        Client::connect(&second.address).unwrap(),
    );
    let named =
        |name: &str| json!({"resourceType": "Organization", "id": "a", "name": name}).to_string();
    let made = one.send("PUT", "/Organization/a", &named("first"));
    assert_eq!(made.unwrap().status, 201);
    let read = other.send("GET", "/Organization/a", "").unwrap();
    assert_eq!((read.status, &read.body["name"]), (200, &json!("first")));
    let changed = other.send("PUT", "/Organization/a", &named("second"));
    assert_eq!(changed.unwrap().status, 200);
    let read = one.send("GET", "/Organization/a", "").unwrap();
    assert_eq!(read.body["name"], "second");
}

#[test]
fn missing_tables_are_told_and_can_be_made() {
    let (_server, url) = with_a_door();
    let elsewhere = [("FYR_TABLE_PREFIX", "elsewhere")];
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--dynamodb-endpoint",
        &url,
    ];
    let (code, said) = refusal(&serve, &elsewhere);
    assert_eq!(code, Some(2));
    assert!(said.contains("`fyr tables create` makes them"), "{said}");
    for _ in 0..2 {
        let made = refusal(
            &["tables", "create", "--dynamodb-endpoint", &url],
            &elsewhere,
        );
        assert_eq!(made, (Some(0), String::new()));
    }
}

#[test]
fn an_endpoint_that_is_not_there_is_told() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    let serve = [
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--dynamodb-endpoint",
        &url,
    ];
    let (code, said) = refusal(&serve, &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("fyr-heads"), "{said}");
}
