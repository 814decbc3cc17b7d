//! The edge: every limit has a number, a status and a sentence; and nothing that is sent comes back as
//! a page.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;

use super::{
    entries::{organization, organization_at},
    fyr::Fyr,
};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn a_url_of_more_than_32_kilobytes_is_414() {
    let fyr = Fyr::new();
    let path = |bytes: usize| {
        let start = "/Organization?name=";
        format!("{start}{}", "a".repeat(bytes - "/fhir".len() - start.len()))
    };
    fyr.get(&path(32 * 1024)).expect(200);
    let reply = fyr.get(&path(32 * 1024 + 1)).expect(414);
    assert_eq!(
        reply.diagnostics(),
        "the URL has 32769 bytes; the limit is 32768"
    );
    assert_eq!(reply.codes(), ["too-long"]);
}

#[test]
fn headers_of_more_than_32_kilobytes_or_more_than_100_are_431() {
    let fyr = Fyr::new();
    let ask = |bytes: usize| {
        fyr.ask("GET", "/metadata")
            .header("x-note", &"a".repeat(bytes))
    };
    ask(32 * 1024 - "x-note".len()).send().expect(200);
    let reply = ask(32 * 1024 - "x-note".len() + 1).send().expect(431);
    assert_eq!(
        reply.diagnostics(),
        "the headers have 32769 bytes; the limit is 32768"
    );
    let many = |count: usize| {
        let ask = fyr.ask("GET", "/metadata");
        (0..count)
            .fold(ask, |ask, _| ask.header("x-note", "a"))
            .send()
    };
    many(100).expect(200);
    let reply = many(101).expect(431);
    assert_eq!(
        reply.diagnostics(),
        "there are 101 headers; the limit is 100"
    );
}

#[test]
fn more_than_500_parameters_are_400() {
    let fyr = Fyr::new();
    let query = |count: usize| vec!["name=a"; count].join("&");
    fyr.get(&format!("/Organization?{}", query(500)))
        .expect(200);
    for reply in [
        fyr.get(&format!("/Organization?{}", query(501))),
        fyr.ask("POST", "/Organization/_search")
            .bytes("application/x-www-form-urlencoded", query(501))
            .send(),
        fyr.transaction(&[super::entries::entry(
            "GET",
            &format!("Organization?{}", query(501)),
        )]),
    ] {
        let reply = reply.expect(400);
        let said = "there are 501 parameters; the limit is 500";
        assert_eq!(reply.diagnostics(), said);
        assert_eq!(reply.codes(), ["too-costly"]);
    }
}

#[test]
fn a_body_of_more_than_6_megabytes_is_413() {
    let fyr = Fyr::new();
    let limit = 6 * 1024 * 1024;
    let reply = fyr
        .ask("POST", "/Organization")
        .text(&" ".repeat(limit))
        .send();
    reply.expect(400);
    let reply = fyr
        .ask("POST", "/Organization")
        .text(&" ".repeat(limit + 1))
        .send()
        .expect(413);
    let said = "the limit of a request body is 6291456 bytes, decompressed; it has 6291457";
    assert_eq!(reply.diagnostics(), said);
}

#[test]
fn a_gzip_bomb_is_413_before_it_has_grown() {
    let fyr = Fyr::new();
    let bomb = gzip(&vec![b' '; 200 * 1024 * 1024]);
    assert!(bomb.len() < 256 * 1024);
    for path in ["/Organization", "/", "/Organization/_search"] {
        let ask = fyr.ask("POST", path).header("content-encoding", "gzip");
        let kind = match path {
            "/Organization/_search" => "application/x-www-form-urlencoded",
            _ => "application/fhir+json",
        };
        let reply = ask.bytes(kind, bomb.clone()).send().expect(413);
        let said = "the limit of a request body is 6291456 bytes, decompressed; it has more";
        assert_eq!(reply.diagnostics(), said, "{path}");
    }
}

#[test]
fn a_bomb_inside_a_bomb_is_not_unpacked_twice() {
    let fyr = Fyr::new();
    let twice = gzip(&gzip(organization("A").to_string().as_bytes()));
    let ask = fyr
        .ask("POST", "/Organization")
        .header("content-encoding", "gzip");
    ask.bytes("application/fhir+json", twice.clone())
        .send()
        .expect(400);
    let ask = fyr
        .ask("POST", "/Organization")
        .header("content-encoding", "gzip, gzip");
    ask.bytes("application/fhir+json", twice).send().expect(415);
}

#[test]
fn json_that_is_deep_wide_or_scattered_is_400() {
    let fyr = Fyr::new();
    let deep = format!("{}1{}", "[".repeat(65), "]".repeat(65));
    let keys: Vec<String> = (0..1_001).map(|key| format!("\"k{key}\":1")).collect();
    let wide = format!("{{{}}}", keys.join(","));
    let scattered = format!("[{}0]", "0,".repeat(500_000));
    for (text, said) in [
        (deep, "nested deeper than 64 levels"),
        (wide, "an object with more than 1000 keys"),
        (scattered, "more than 500000 values"),
    ] {
        let reply = fyr
            .ask("POST", "/Organization")
            .text(&text)
            .send()
            .expect(400);
        assert!(
            reply.diagnostics().contains(said),
            "{}",
            reply.diagnostics()
        );
        assert_eq!(reply.codes(), ["too-costly"], "{said}");
    }
}

#[test]
fn what_is_sent_never_comes_back_as_a_page() {
    let fyr = Fyr::new();
    let script = "<script>alert(1)</script>";
    let encoded = "%3Cscript%3Ealert(1)%3C/script%3E";
    fyr.put("/Organization/1", &organization_at("1", script))
        .expect(201);
    let asked = [
        fyr.get(&format!("/{encoded}")),
        fyr.get(&format!("/Organization?{encoded}=1")),
        fyr.get(&format!("/Organization?name={encoded}")),
        fyr.get(&format!("/Organization/1?_summary={encoded}")),
        fyr.get("/Organization/1"),
        fyr.ask("GET", "/metadata")
            .header("accept", "text/html, */*;q=0.1")
            .send(),
        fyr.ask("GET", "/metadata")
            .header("x-request-id", script)
            .send(),
        fyr.ask("POST", "/Organization").text(script).send(),
        fyr.ask("POST", "/Organization").bytes(script, "{}").send(),
    ];
    for reply in asked {
        // the headers that keep a browser from it are on each of them: Reply checks
        let kind = reply.header("content-type").unwrap_or_default();
        assert!(!kind.contains("html"), "{kind}");
        let narrative = reply.json["text"]["div"].as_str().unwrap_or_default();
        assert!(!narrative.contains("<script"), "{narrative}");
    }
}

#[test]
fn a_binary_that_is_a_page_is_not_served_as_one() {
    let fyr = Fyr::new();
    // "<script>alert(1)</script>"
    let data = "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==";
    let page =
        json!({"resourceType": "Binary", "id": "p", "contentType": "text/html", "data": data});
    fyr.put("/Binary/p", &page).expect(201);
    for accept in ["text/html", "*/*", "application/fhir+json"] {
        let reply = fyr.ask("GET", "/Binary/p").header("accept", accept).send();
        let kind = reply.header("content-type").unwrap_or_default();
        assert!(!kind.contains("html"), "{accept}: {kind}");
        assert!(!reply.text.contains("<script>"), "{accept}");
    }
}
