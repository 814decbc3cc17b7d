//! Imports as lines of organizations: NDJSON, compressed, and how far they are.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures::executor::block_on;
use serde_json::json;

use super::super::super::fyr::Fyr;
use super::super::sor;
use super::{begin, entries, five, place, small, statuses};

#[test]
fn lines_of_organizations_are_an_import_too_and_may_be_compressed() {
    let fyr = small();
    let line = |id: &str, parent: Option<&str>| {
        let mut organization = sor(id, id);
        organization["id"] = id.into();
        if let Some(parent) = parent {
            organization["partOf"] = json!({"reference": format!("Organization/{parent}")});
        }
        organization.to_string()
    };
    let lines = [
        line("2", Some("1")),
        line("1", None),
        String::new(),
        line("3", None),
    ];
    let send = |body: Bytes, encoding: &str| {
        fyr.ask("POST", "/$import-organizations")
            .header("prefer", "respond-async")
            .header("content-encoding", encoding)
            .bytes("application/fhir+ndjson", body)
            .send()
    };
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(lines.join("\n").as_bytes()).unwrap();
    let status = place(&send(gzip.finish().unwrap().into(), "gzip").expect(202));
    fyr.work_off();
    assert_eq!(statuses(&entries(&fyr, &status)), ["201"; 5]);
    let reply = send("{}\n[1]\nnonsense".into(), "identity").expect(400);
    assert!(reply.text.contains("line 2") && reply.text.contains("line 3"));
}

#[test]
fn more_values_than_are_read_at_once_go_in_as_lines() {
    let fyr = Fyr::new();
    let values = "[],".repeat(fhir::json::MAX_VALUES);
    let body = format!("{{\"resourceType\":\"Bundle\",\"entry\":[{values}[]]}}");
    let ask = fyr.ask("POST", "/$import-organizations");
    let reply = ask.header("prefer", "respond-async").text(&body).send();
    let told = reply.expect(400).diagnostics();
    assert!(
        told.contains("500000 values") && told.contains("application/fhir+ndjson"),
        "{told}"
    );
    // another body cannot be sent so
    let other = fyr.ask("POST", "/Organization").text(&body).send();
    assert!(!other.expect(400).diagnostics().contains("ndjson"));
}

#[test]
fn lines_of_nothing_but_values_are_refused() {
    let fyr = Fyr::with(|settings| {
        settings.max_body_bytes = 12_000;
        settings.import.max_body_bytes = 12_000;
    });
    let line = format!("{{\"alias\":[{}0]}}\n", "0,".repeat(300));
    let send = |lines: usize| {
        let ask = fyr.ask("POST", "/$import-organizations");
        ask.header("prefer", "respond-async")
            .bytes("application/fhir+ndjson", line.repeat(lines))
            .send()
    };
    send(3).expect(202);
    let reply = send(4).expect(400);
    assert_eq!(reply.codes(), ["too-costly"]);
    assert!(
        reply
            .diagnostics()
            .starts_with("line 4: more than 1000 values")
    );
}

#[test]
fn the_status_of_an_import_tells_how_many_organizations_are_done() {
    let fyr = small();
    let status = begin(&fyr, &five());
    let mut told = Vec::new();
    loop {
        let messages = fyr.queue.take();
        if messages.is_empty() {
            break;
        }
        for message in messages {
            block_on(fyr.server().receive(&message.body)).unwrap();
            let reply = fyr.get(&status);
            let progress = reply.header("x-progress").unwrap();
            told.push(progress.to_owned());
        }
    }
    let has = |text: &str| told.iter().any(|one| one.ends_with(text));
    assert!(has("(0 of 5 organizations)"), "{told:?}");
    assert!(has("(4 of 5 organizations)"), "{told:?}");
}
