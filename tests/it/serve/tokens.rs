//! `fyr token`, and a server that believes its tokens and no others.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::thread;

use super::client::Client;
use super::process::{Server, refusal, run};

/// A token with a scope, by a key in this file.
fn token(key: &str) -> String {
    let scope = "system/Organization.rs";
    let (code, token, said) = run(&["token", "--key", key, "--scope", scope]);
    assert_eq!(code, Some(0), "{said}");
    token.trim().to_owned()
}

/// The status of a search with this header.
fn search(server: &Server, authorization: &str) -> u16 {
    let mut client = Client::connect(&server.address).unwrap();
    let reply = client.ask("GET", "/Organization", authorization).unwrap();
    reply.status
}

#[test]
fn a_server_with_an_issuer_believes_its_tokens_and_no_others() {
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name).to_str().unwrap().to_owned();
    let (good, other) = (token(&path("key")), token(&path("other")));
    assert_ne!(good, token(&path("key")));
    let mode = std::fs::metadata(path("key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let issuer = format!("http://localhost/fyr fyr {}", path("key.jwks.json"));
    let server = Server::start(&["--ephemeral", "--issuer", &issuer]);
    for (authorization, expected) in [
        (String::new(), 401),
        (format!("Authorization: Bearer {other}\r\n"), 401),
        // {"sub":"u1"}: what development mode would believe
        (
            "Authorization: Bearer e30.eyJzdWIiOiJ1MSJ9.\r\n".to_owned(),
            401,
        ),
        (format!("Authorization: Bearer {good}\r\n"), 200),
    ] {
        assert_eq!(search(&server, &authorization), expected, "{authorization}");
    }
}

#[test]
fn keys_are_fetched_over_http_within_their_limits() {
    let place = tempfile::tempdir().unwrap();
    let key = place.path().join("key").to_str().unwrap().to_owned();
    let authorization = format!("Authorization: Bearer {}\r\n", token(&key));
    let jwks = std::fs::read_to_string(format!("{key}.jwks.json")).unwrap();
    let huge = format!("{jwks}{}", " ".repeat(1024 * 1024));
    for (status, body, expected) in [
        ("200 OK", jwks.as_str(), 200),
        ("200 OK", &huge, 503),
        ("302 Found\r\nLocation: http://127.0.0.1:1/", &jwks, 503),
        ("500 Internal Server Error", &jwks, 503),
    ] {
        let url = published(status, body);
        let issuer = format!("http://localhost/fyr fyr {url}");
        let server = Server::start(&["--ephemeral", "--issuer", &issuer]);
        assert_eq!(search(&server, &authorization), expected, "{status}");
    }
}

/// Where one request gets this answer.
fn published(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/jwks", listener.local_addr().unwrap());
    let length = body.len();
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        // who has heard enough hangs up
        let _ = stream.write_all(answer.as_bytes());
    });
    url
}

#[test]
fn development_mode_and_an_issuer_exclude_each_other() {
    let issuer = ["--issuer", "http://localhost/fyr fyr keys.json"];
    let insecure = "--insecure-listen-beyond-this-machine";
    let arguments = [&["serve", "--ephemeral", insecure], issuer.as_slice()].concat();
    let (code, said) = refusal(&arguments, &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("is for development mode"), "{said}");
    let (code, said) = refusal(&["serve", "--issuer", "i a http://login.example/"], &[]);
    assert_eq!(code, Some(2));
    assert!(said.contains("https://"), "{said}");
}
