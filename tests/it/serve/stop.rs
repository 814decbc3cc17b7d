//! Stopping when asked to.

use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Client, head};
use super::process::Server;

#[test]
fn a_request_under_way_is_answered_before_the_end() {
    let server = Server::start(&["--ephemeral"]);
    let mut client = Client::connect(&server.address).unwrap();
    assert_eq!(client.send("GET", "/metadata", "").unwrap().status, 200);
    let body = json!({"resourceType": "Organization", "name": "late"}).to_string();
    let (first, rest) = body.split_at(10);
    client
        .write(&(head("POST", "/Organization", body.len(), "") + first))
        .unwrap();
    server.terminate();
    wait_until_closed(&server.address);
    client.write(rest).unwrap();
    let reply = client.receive().unwrap();
    assert_eq!((reply.status, &reply.body["name"]), (201, &json!("late")));
    assert!(server.ended().success());
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let server = Server::start(&["--ephemeral"]);
    let mut idle = Client::connect(&server.address).unwrap();
    assert_eq!(idle.send("GET", "/metadata", "").unwrap().status, 200);
    let asked = Instant::now();
    server.terminate();
    assert!(server.ended().success());
    assert!(asked.elapsed() < Duration::from_secs(5));
}

/// Waits until nobody listens there any more.
fn wait_until_closed(address: &str) {
    let asked = Instant::now();
    while Client::connect(address).is_ok() {
        assert!(
            asked.elapsed() < Duration::from_secs(10),
            "it still listens"
        );
        std::thread::yield_now();
    }
}
