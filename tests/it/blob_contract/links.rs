//! Presigned URLs: whoever has one may do the one thing it says, for as long as it says.
//! They are for outside, so there is no case of them in the process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use aws_sdk_s3::presigning::PresigningConfig;

use super::bucket::{self as subject, Place};

contract! {
    wire => {
        a_link_serves_its_object
        a_link_takes_an_upload
        a_link_that_was_changed_serves_nothing
        a_link_serves_nothing_after_its_time
        without_a_signature_nothing_is_served
    }
}

fn for_a(seconds: u64) -> PresigningConfig {
    PresigningConfig::expires_in(Duration::from_secs(seconds)).unwrap()
}

async fn link(place: &Place, key: &str, seconds: u64) -> String {
    let get = place.client.get_object().bucket(&place.bucket).key(key);
    get.presigned(for_a(seconds))
        .await
        .unwrap()
        .uri()
        .to_owned()
}

/// Status and whole answer of a plain HTTP request.
fn ask(method: &str, url: &str, body: &str) -> (u16, String) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut connection = TcpStream::connect(host).unwrap();
    write!(
        connection,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

async fn a_link_serves_its_object(place: Place) {
    place.put("shared", "hello").await;
    let (status, answer) = ask("GET", &link(&place, "shared", 60).await, "");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.ends_with("hello"), "{answer}");
}

async fn a_link_takes_an_upload(place: Place) {
    let put = place.client.put_object().bucket(&place.bucket).key("given");
    let url = put.presigned(for_a(60)).await.unwrap().uri().to_owned();
    let (status, answer) = ask("PUT", &url, "from outside");
    assert_eq!(status, 200, "{answer}");
    assert_eq!(place.text("given").await, "from outside");
}

async fn a_link_that_was_changed_serves_nothing(place: Place) {
    place.put("shared", "hello").await;
    place.put("secret", "secret").await;
    let changed = link(&place, "shared", 60)
        .await
        .replace("/shared?", "/secret?");
    let (status, answer) = ask("GET", &changed, "");
    assert!((400..=403).contains(&status), "{answer}");
    assert!(!answer.ends_with("secret"), "{answer}");
}

async fn a_link_serves_nothing_after_its_time(place: Place) {
    place.put("shared", "hello").await;
    let short = link(&place, "shared", 1).await;
    tokio::time::sleep(Duration::from_millis(2100)).await;
    assert_eq!(ask("GET", &short, "").0, 403);
}

async fn without_a_signature_nothing_is_served(place: Place) {
    place.put("shared", "hello").await;
    let signed = link(&place, "shared", 60).await;
    let (plain, _) = signed.split_once('?').unwrap();
    assert_eq!(ask("GET", plain, "").0, 403);
}
