//! B1 to B6.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::json;

use super::super::{entries::organization, fyr::Fyr};
use super::client::{Exported, export, lines_of};

fn exported(fyr: &Fyr) -> (Exported, String) {
    for n in 0..40 {
        fyr.created(&organization(&format!("number {n}")));
    }
    let exported = export(fyr, "?_exportId=nightly");
    let file = exported.files("output").remove(0);
    (exported, file)
}

#[test]
fn b1_a_file_has_an_id_of_32_letters_and_digits_and_one_version() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    let id = file.strip_prefix("/Binary/").unwrap();
    assert!(id.len() == 32 && id.chars().all(|c| c.is_ascii_alphanumeric()));
    let read = fyr.get(&file).expect(200);
    assert_eq!(
        fyr.get(&format!("{file}/_history/1")).expect(200).text,
        read.text
    );
    fyr.get(&format!("{file}/_history/2")).expect(404);
}

#[test]
fn b2_the_client_chooses_between_lines_and_a_resource() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    let accepting = |accept: &str| {
        fyr.ask("GET", &file)
            .header("accept", accept)
            .send()
            .expect(200)
    };
    let raw = fyr.get(&file).expect(200);
    assert_eq!(lines_of(&raw.text).len(), 40);
    for accept in ["application/fhir+ndjson", "*/*", "application/ndjson"] {
        let reply = accepting(accept);
        assert_eq!(
            reply.header("content-type"),
            Some("application/fhir+ndjson"),
            "{accept}"
        );
        assert_eq!(reply.text, raw.text);
    }
    for accept in [
        "application/fhir+json",
        "application/json",
        "application/fhir+json;q=1.0, application/json+fhir;q=0.9",
    ] {
        let reply = accepting(accept);
        assert_eq!(reply.json["resourceType"], "Binary");
        assert_eq!(reply.json["contentType"], "application/fhir+ndjson");
        assert_eq!(
            reply.json["securityContext"]["identifier"]["value"],
            "developer"
        );
        let extensions = reply.json["meta"]["extension"].as_array().unwrap();
        assert_eq!(extensions[1]["valueString"], "Organization");
        assert_eq!(extensions[2]["valueString"], "nightly");
        let size = reply.json["data"].as_str().unwrap().len();
        assert_eq!(size, raw.text.len().div_ceil(3) * 4);
        assert_eq!(reply.header("etag"), Some("W/\"1\""));
        assert!(
            reply
                .header("content-location")
                .unwrap()
                .ends_with(&format!("{file}/_history/1"))
        );
    }
    fyr.ask("GET", &file)
        .header("accept", "text/html")
        .send()
        .expect(406);
}

#[test]
fn b6_a_client_that_takes_gzip_gets_the_file_as_it_is_kept() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    let plain = fyr.get(&file).expect(200);
    assert!(plain.header("content-encoding").is_none());
    let packed = fyr
        .ask("GET", &file)
        .header("accept-encoding", "gzip")
        .send()
        .expect(200);
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.bytes.len() < plain.bytes.len() / 2);
    assert_eq!(packed.text, plain.text);
}

#[test]
fn head_tells_what_get_would_and_reads_nothing() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    for encoding in ["gzip", "identity"] {
        let ask = |method: &str| {
            fyr.ask(method, &file)
                .header("accept-encoding", encoding)
                .send()
                .expect(200)
        };
        let (got, head) = (ask("GET"), ask("HEAD"));
        for name in [
            "content-length",
            "content-type",
            "content-encoding",
            "etag",
            "accept-ranges",
        ] {
            assert_eq!(head.header(name), got.header(name), "{name}, {encoding}");
        }
    }
    fyr.files.set_out_of_reach(true);
    fyr.ask("HEAD", &file).send().expect(200);
    fyr.get(&file).expect(503);
}

#[test]
fn a_range_is_a_part_of_what_would_be_sent() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    let whole = fyr.get(&file).expect(200).bytes;
    let part = |range: &str| fyr.ask("GET", &file).header("range", range).send();
    for (range, from, to) in [
        ("bytes=0-9", 0, 10),
        ("bytes=100-", 100, whole.len()),
        ("bytes=-7", whole.len() - 7, whole.len()),
    ] {
        let reply = part(range).expect(206);
        assert_eq!(reply.bytes, whole.slice(from..to), "{range}");
        let said = format!("bytes {from}-{}/{}", to - 1, whole.len());
        assert_eq!(reply.header("content-range"), Some(said.as_str()));
    }
    let none = part("bytes=99999999-").expect(416);
    assert_eq!(
        none.header("content-range"),
        Some(format!("bytes */{}", whole.len()).as_str())
    );
    part("bytes=0-1,5-6").expect(200);
}

#[test]
fn a_download_of_gzip_is_resumed_with_ranges() {
    let fyr = Fyr::new();
    let (_, file) = exported(&fyr);
    let mut packed = Vec::new();
    loop {
        let range = format!("bytes={}-{}", packed.len(), packed.len() + 99);
        let ask = fyr
            .ask("GET", &file)
            .header("accept-encoding", "gzip")
            .header("range", &range);
        let reply = ask.send();
        if reply.status == 416 {
            break;
        }
        packed.extend_from_slice(&reply.expect(206).bytes);
    }
    let mut text = String::new();
    GzDecoder::new(packed.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, fyr.get(&file).text);
}

#[test]
fn what_is_larger_than_a_response_may_be_is_fetched_from_where_it_is_kept() {
    let fyr = Fyr::with(|settings| settings.export.inline_bytes = Some(1_000));
    let (_, file) = exported(&fyr);
    for accept in ["*/*", "application/fhir+json"] {
        let reply = fyr
            .ask("GET", &file)
            .header("accept", accept)
            .send()
            .expect(307);
        let place = reply.header("location").unwrap();
        assert!(
            place.starts_with("https://files.example/export/") && place.ends_with("expires=60")
        );
    }
    // compressed it is small enough
    fyr.ask("GET", &file)
        .header("accept-encoding", "gzip")
        .send()
        .expect(200);
    fyr.ask("GET", &file)
        .header("range", "bytes=0-99")
        .send()
        .expect(206);
    fyr.ask("HEAD", &file).send().expect(200);
    // a link does not live longer than the file
    fyr.advance(2 * 60 * 60 * 1000 - 20_000);
    let place = fyr.get(&file).expect(307);
    assert!(place.header("location").unwrap().ends_with("expires=20"));
}

#[test]
fn an_ordinary_binary_is_read_as_before() {
    let fyr = Fyr::new();
    let binary = json!({"resourceType": "Binary", "id": "0123456789abcdef0123456789abcdef", "contentType": "text/plain"});
    fyr.put("/Binary/0123456789abcdef0123456789abcdef", &binary)
        .expect(201);
    let read = fyr
        .get("/Binary/0123456789abcdef0123456789abcdef")
        .expect(200);
    assert_eq!(read.json["contentType"], "text/plain");
}
