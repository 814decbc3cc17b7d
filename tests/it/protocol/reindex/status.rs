//! R4 to R7: how far a reindex is, and its report.

use futures::executor::block_on;
use serde_json::{Value, json};

use super::super::{entries::organization, fyr::Fyr};
use super::client::{begin, reindex, report};

const IN_PROGRESS: &str =
    include_str!("../../../fixtures/seeds/reindex-status.in-progress-202.json");
const COMPLETE: &str = include_str!("../../../fixtures/seeds/reindex-status.complete-200.json");
const FAILED: &str = include_str!("../../../fixtures/seeds/reindex-status.failed-200.json");

fn published(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The same keys and array lengths, all the way down.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let shapes = map.iter().map(|(key, value)| (key.clone(), shape(value)));
            Value::Object(shapes.collect())
        }
        Value::Array(items) => items.iter().map(shape).collect(),
        _ => Value::Null,
    }
}

#[test]
fn r4_a_reindex_goes_from_queued_to_completed() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let status = begin(
        &fyr,
        &json!([{"name": "url", "valueString": "Organization?"}]),
    );
    let queued = fyr.get(&status).expect(202);
    let text = "$reindex job has not yet started";
    assert_eq!(queued.header("x-progress"), Some(text));
    assert_eq!(queued.diagnostics(), text);
    assert_eq!(queued.header("retry-after"), Some("120"), "R7");
    for message in fyr.queue.take() {
        block_on(fyr.server().receive(&message.body)).unwrap();
    }
    let running = fyr.get(&status).expect(202);
    let expected = published(IN_PROGRESS);
    assert_eq!(running.json["issue"], expected["issue"]);
    assert_eq!(
        running.header("x-progress"),
        Some(running.diagnostics().as_str())
    );
    fyr.work_off();
    let done = fyr.get(&status).expect(200);
    assert_eq!(
        done.header("x-progress"),
        Some("$reindex job has completed successfully")
    );
    assert_eq!(done.header("retry-after"), None);
    let expected = published(COMPLETE);
    assert_eq!(shape(&done.json), shape(&expected));
    let response = &done.json["entry"][0]["response"];
    assert_eq!(response["status"], "200 OK");
    for issue in response["outcome"]["issue"].as_array().unwrap() {
        assert_eq!(issue["code"], "informational", "R5");
    }
    let link = response["outcome"]["issue"][1]["diagnostics"]
        .as_str()
        .unwrap();
    assert!(
        link.ends_with(&format!("{status}&_return=report")),
        "{link}"
    );
}

#[test]
fn r4_ids_that_lead_nowhere_are_told_apart() {
    let fyr = Fyr::new();
    let place = "/$hapi.fhir.reindex-status";
    let missing = fyr.get(place).expect(400);
    assert_eq!(missing.diagnostics(), "Missing job id");
    let unknown = fyr.get(&format!("{place}?_jobId=1-2-3")).expect(404);
    assert_eq!(unknown.diagnostics(), "Invalid/unknown job ID: 1-2-3");
    let asked = fyr.ask("GET", "/$export").header("prefer", "respond-async");
    let export = asked.send().expect(202);
    let id = export.header("content-location").unwrap();
    let id = id.rsplit_once('=').unwrap().1;
    let other = fyr.get(&format!("{place}?_jobId={id}")).expect(400);
    assert_eq!(
        other.diagnostics(),
        "Job ID does not correspond to a $reindex job"
    );
}

#[test]
fn r4_a_reindex_that_failed_says_so_with_200() {
    let fyr = Fyr::new();
    let status = begin(&fyr, &json!([]));
    fyr.advance(13 * 60 * 60 * 1000);
    fyr.tick();
    let failed = fyr.get(&status).expect(200);
    let expected = published(FAILED);
    assert_eq!(shape(&failed.json), shape(&expected));
    let response = &failed.json["entry"][0]["response"];
    assert_eq!(response["status"], "500 Internal Server Error");
    let issue = &response["outcome"]["issue"][0];
    let text = "$reindex job has failed with error: it was not finished by its deadline";
    assert_eq!(issue["diagnostics"], text);
    assert_eq!(failed.header("x-progress"), Some(text));
}

#[test]
fn r6_the_report_is_text_of_the_published_form() {
    let fyr = Fyr::new();
    for name in ["A", "B", "C"] {
        fyr.created(&organization(name));
    }
    let status = begin(&fyr, &json!([]));
    fyr.advance(240_000);
    fyr.work_off();
    let reply = fyr.get(&format!("{status}&_return=report")).expect(200);
    assert_eq!(
        reply.header("content-type"),
        Some("text/plain; charset=UTF-8")
    );
    let expected = published(COMPLETE);
    let issue = &expected["entry"][0]["response"]["outcome"]["issue"][0];
    let expected = issue["diagnostics"].as_str().unwrap().replace("32", "3");
    let of = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with("Start Time"));
        lines.map(str::to_owned).collect()
    };
    assert_eq!(of(&reply.text), of(&expected));
    let start = reply.text.lines().nth(2).unwrap();
    let (name, at) = start.split_once(": ").unwrap();
    assert_eq!(
        (name, at.len()),
        (
            "Start Time                ",
            "2026-04-16 11:27:04.935".len()
        )
    );
}

#[test]
fn r6_who_takes_text_gets_the_report_and_json_until_then() {
    let fyr = Fyr::new();
    let status = begin(&fyr, &json!([]));
    let path = format!("{status}&_return=report");
    let ask = |path: &str, accept: &str| fyr.ask("GET", path).header("accept", accept).send();
    for accept in ["text/plain", "text/*;q=0.5", "application/fhir+json"] {
        let pending = ask(&path, accept).expect(202);
        assert_eq!(pending.json["resourceType"], "OperationOutcome");
    }
    fyr.work_off();
    for accept in ["text/plain", "text/plain, */*", "*/*"] {
        let reply = ask(&path, accept).expect(200);
        assert!(reply.text.starts_with("Reindex (v3) Report"), "{accept}");
    }
    ask(&path, "text/html").expect(406);
    ask(&status, "text/plain").expect(406);
}

#[test]
fn r6_without_a_resource_the_report_is_empty_of_types() {
    let text = reindex(&Fyr::new(), &json!([]));
    assert!(
        text.contains("Total Resources Changed   : 0 (0/sec)"),
        "{text}"
    );
    assert!(!text.contains("ResourceType["), "{text}");
}

#[test]
fn r7_whoever_may_reindex_may_look_and_nobody_deletes() {
    let fyr = Fyr::new();
    let status = begin(&fyr, &json!([]));
    fyr.work_off();
    let other = fyr.with_roles(&["$reindex"]);
    assert!(!report(&other, &status).is_empty());
    fyr.delete(&status).expect(405);
    fyr.get(&status).expect(200);
}
