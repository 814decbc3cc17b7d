//! Limits of a connection: what takes too long or is too much, over a real socket.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Client, Reply, head};
use super::process::Server;

fn organization() -> String {
    json!({"resourceType": "Organization", "name": "A"}).to_string()
}

fn diagnostics(reply: &Reply) -> &str {
    reply.body["issue"][0]["diagnostics"].as_str().unwrap()
}

/// Every answer has them, whoever gives it.
fn check_headers(reply: &Reply) {
    for header in [
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
        "content-security-policy: default-src 'none'",
        "referrer-policy: no-referrer",
        "cache-control: no-cache, no-store",
        "x-request-id: ",
    ] {
        assert!(reply.head.contains(header), "{header} in {}", reply.head);
    }
}

#[test]
fn a_body_that_does_not_come_is_408_and_ends_the_connection() {
    let server = Server::start_with(&["--ephemeral"], &[("FYR_BODY_SECONDS", "1")]);
    let mut client = Client::connect(&server.address).unwrap();
    let body = organization();
    let (first, _) = body.split_at(10);
    let started = Instant::now();
    client
        .write(&(head("POST", "/Organization", body.len(), "") + first))
        .unwrap();
    let reply = client.receive().unwrap();
    assert_eq!(reply.status, 408);
    assert!(started.elapsed() < Duration::from_secs(20));
    let said = "the body did not arrive within 1 seconds";
    assert_eq!(diagnostics(&reply), said);
    assert!(reply.head.contains("connection: close"), "{}", reply.head);
    check_headers(&reply);
}

#[test]
fn a_body_that_trickles_is_408_too() {
    let server = Server::start_with(&["--ephemeral"], &[("FYR_BODY_SECONDS", "1")]);
    let mut client = Client::connect(&server.address).unwrap();
    client
        .write(&head("POST", "/Organization", 1_000, ""))
        .unwrap();
    for _ in 0..20 {
        // the server may have had enough by then
        let _ = client.write(" ");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(client.receive().unwrap().status, 408);
}

#[test]
fn more_requests_than_there_may_be_at_a_time_are_503() {
    let settings = [("FYR_REQUESTS_AT_A_TIME", "1"), ("FYR_BODY_SECONDS", "30")];
    let server = Server::start_with(&["--ephemeral"], &settings);
    let mut slow = Client::connect(&server.address).unwrap();
    let body = organization();
    let expecting = "Expect: 100-continue\r\n";
    slow.write(&head("POST", "/Organization", body.len(), expecting))
        .unwrap();
    // the server wants the body: from now on the request is under way
    assert_eq!(slow.receive().unwrap().status, 100);
    let mut other = Client::connect(&server.address).unwrap();
    let refused = other.send("GET", "/metadata", "").unwrap();
    assert_eq!(refused.status, 503);
    let said = "1 requests are under way, which is the limit; try again";
    assert_eq!(diagnostics(&refused), said);
    assert!(refused.head.contains("retry-after: 1"), "{}", refused.head);
    check_headers(&refused);
    slow.write(&body).unwrap();
    assert_eq!(slow.receive().unwrap().status, 201);
    let mut other = Client::connect(&server.address).unwrap();
    assert_eq!(other.send("GET", "/metadata", "").unwrap().status, 200);
}

#[test]
fn a_head_that_is_too_large_is_refused_with_an_outcome_up_to_128_kilobytes() {
    let server = Server::start(&["--ephemeral"]);
    let mut client = Client::connect(&server.address).unwrap();
    let long = format!("/Organization?name={}", "a".repeat(40_000));
    let reply = client.ask("GET", &long, "").unwrap();
    assert_eq!(reply.status, 414);
    assert!(diagnostics(&reply).contains("the limit is 32768"));
    check_headers(&reply);
    let large = format!("X-Note: {}\r\n", "a".repeat(40_000));
    let reply = client.ask("GET", "/metadata", &large).unwrap();
    assert_eq!(reply.status, 431);
    assert!(diagnostics(&reply).contains("the limit is 32768"));
    let many = "X-Note: a\r\n".repeat(150);
    let reply = client.ask("GET", "/metadata", &many).unwrap();
    assert_eq!(reply.status, 431);
    assert!(diagnostics(&reply).contains("the limit is 100"));
    // on the same connection all the time
    assert_eq!(client.ask("GET", "/metadata", "").unwrap().status, 200);
}

#[test]
fn what_is_not_http_is_refused_and_hurts_nobody() {
    let server = Server::start(&["--ephemeral"]);
    for nonsense in [
        "\u{1}\u{2}\u{3}\r\n\r\n".to_owned(),
        "GET /fhir/metadata HTTP/9.9\r\n\r\n".to_owned(),
        format!(
            "GET /fhir/metadata HTTP/1.1\r\nX: {}\r\n\r\n",
            "a".repeat(200_000)
        ),
        "POST /fhir HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n".to_owned(),
        "POST /fhir HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            .to_owned(),
    ] {
        let mut client = Client::connect(&server.address).unwrap();
        // it may close before all is written
        let _ = client.write(&nonsense);
        if let Ok(reply) = client.receive() {
            assert!((400..=499).contains(&reply.status), "{}", reply.head);
        }
    }
    let mut client = Client::connect(&server.address).unwrap();
    assert_eq!(client.ask("GET", "/metadata", "").unwrap().status, 200);
}
