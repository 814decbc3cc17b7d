//! gzip, both ways.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{
    entries::{organization, with},
    fyr::Fyr,
    reply::Reply,
};

fn packed(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn post_packed(fyr: &Fyr, encoding: &str, body: Vec<u8>) -> Reply {
    let ask = fyr
        .ask("POST", "/Organization")
        .bytes("application/fhir+json", body);
    ask.header("content-encoding", encoding).send()
}

#[test]
fn a_large_answer_is_compressed_for_who_takes_it_g4() {
    let fyr = Fyr::new();
    let large = with(
        organization("A"),
        "alias",
        json!(vec!["the same again"; 200]),
    );
    let id = fyr.created(&large);
    let read = |accepted: &str| {
        let ask = fyr.ask("GET", &format!("/Organization/{id}"));
        ask.header("accept-encoding", accepted).send().expect(200)
    };
    let plain = fyr.get(&format!("/Organization/{id}"));
    assert_eq!(plain.header("content-encoding"), None);
    assert!(plain.header("vary").unwrap().contains("Accept-Encoding"));
    for accepted in [
        "gzip",
        "GZIP",
        "deflate, gzip;q=0.5",
        "gzip; q=0.8, br",
        "*",
    ] {
        let reply = read(accepted);
        assert_eq!(reply.header("content-encoding"), Some("gzip"), "{accepted}");
        assert_eq!(reply.text, plain.text);
    }
    for accepted in [
        "identity",
        "br",
        "gzip;q=0",
        "gzip; q=0.000",
        "*, gzip;q=0",
        "xgzip",
    ] {
        assert_eq!(
            read(accepted).header("content-encoding"),
            None,
            "{accepted}"
        );
    }
}

#[test]
fn a_small_answer_is_sent_as_it_is() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let ask = fyr.ask("GET", &format!("/Organization/{id}"));
    let reply = ask.header("accept-encoding", "gzip").send().expect(200);
    assert_eq!(reply.header("content-encoding"), None);
}

#[test]
fn a_compressed_body_is_read_g4() {
    let fyr = Fyr::new();
    let text = organization("A").to_string();
    for encoding in ["gzip", "x-gzip", "GZIP"] {
        let reply = post_packed(&fyr, encoding, packed(text.as_bytes())).expect(201);
        assert_eq!(reply.json["name"], "A");
    }
    post_packed(&fyr, "identity", text.into_bytes()).expect(201);
}

#[test]
fn a_body_that_is_not_what_it_says_is_refused() {
    let fyr = Fyr::new();
    let text = organization("A").to_string();
    let whole = packed(text.as_bytes());
    let half = whole[..whole.len() / 2].to_vec();
    let mut trailing = whole.clone();
    trailing.extend_from_slice(b"and more");
    for body in [text.clone().into_bytes(), half, trailing, Vec::new()] {
        post_packed(&fyr, "gzip", body).expect(400);
    }
    for encoding in ["br", "deflate", "gzip, gzip"] {
        post_packed(&fyr, encoding, whole.clone()).expect(415);
    }
    let ask = fyr.ask("POST", "/Organization");
    ask.bytes("application/fhir+json", whole).send().expect(400);
}

#[test]
fn the_limit_is_on_what_the_body_grows_to() {
    let fyr = Fyr::with(|settings| settings.max_body_bytes = 10_000);
    let body = |bytes: usize| {
        let empty = organization("").to_string().len();
        organization(&"x".repeat(bytes - empty)).to_string()
    };
    assert_eq!(body(10_000).len(), 10_000);
    post_packed(&fyr, "gzip", packed(body(10_000).as_bytes())).expect(201);
    let reply = post_packed(&fyr, "gzip", packed(body(10_001).as_bytes())).expect(413);
    assert!(reply.diagnostics().contains("10000"), "{}", reply.text);
    fyr.ask("POST", "/Organization")
        .text(&body(10_001))
        .send()
        .expect(413);
    let bomb = packed(&vec![b' '; 10_000_000]);
    post_packed(&fyr, "gzip", bomb).expect(413);
}
