//! P1 to P10.

use serde_json::json;

use super::super::{entries::organization, fyr::Fyr};
use super::client::{Exported, ask, begin, export};

#[test]
fn p1_the_status_needs_the_id_of_an_export() {
    let fyr = Fyr::new();
    let refused = fyr.get("/$export-poll-status").expect(400);
    assert!(refused.diagnostics().contains("requires a job ID"));
    fyr.get("/$export-poll-status?_jobId=unknown").expect(404);
    let status = begin(&fyr, "");
    let id = status.split('=').nth(1).unwrap();
    let parameters = json!({"resourceType": "Parameters", "parameter": [
        {"name": "_jobId", "valueString": id}]});
    fyr.post("/$export-poll-status", &parameters).expect(202);
}

#[test]
fn p2_an_export_under_way_tells_how_far_it_is() {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 2;
        settings.jobs.segments = 4;
    });
    for _ in 0..20 {
        fyr.created(&organization("A"));
    }
    let status = begin(&fyr, "");
    let mut told = Vec::new();
    loop {
        let reply = fyr.get(&status);
        if reply.status == 200 {
            break;
        }
        let reply = reply.expect(202);
        assert_eq!(
            (reply.text.as_str(), reply.header("content-length")),
            ("", Some("0"))
        );
        assert!(reply.header("retry-after").is_some());
        let progress = reply.header("x-progress").unwrap();
        assert!(progress.len() < 100 && progress.starts_with("Build in progress - Status set to "));
        told.push(progress.to_owned());
        let next = fyr.queue.take();
        for message in next {
            futures::executor::block_on(fyr.server().receive(&message.body)).unwrap();
        }
    }
    assert!(
        told[0].contains("QUEUED at 2026-01-01T00:00:00"),
        "{told:?}"
    );
    assert!(told.iter().any(|told| told.contains("IN_PROGRESS")));
    assert!(told.last().unwrap().ends_with("%)"), "{told:?}");
}

#[test]
fn p4_an_export_that_failed_says_why() {
    let fyr = Fyr::new();
    let status = begin(&fyr, "");
    fyr.advance(12 * 60 * 60 * 1000);
    fyr.work_off();
    let reply = fyr.get(&status).expect(500);
    assert_eq!(reply.codes(), ["processing"]);
    assert!(reply.diagnostics().contains("deadline"), "{}", reply.text);
}

#[test]
fn p5_a_complete_export_has_a_manifest() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let exported = export(&fyr, "?_type=Organization,Patient");
    let manifest = &exported.manifest;
    assert_eq!(
        manifest["request"],
        "https://fyr.example/fhir/$export?_type=Organization,Patient"
    );
    assert_eq!(manifest["requiresAccessToken"], true);
    assert_eq!(manifest["error"], json!([]));
    assert!(manifest.get("deleted").is_none());
    let [file] = manifest["output"].as_array().unwrap().as_slice() else {
        panic!("{manifest}");
    };
    assert_eq!(
        (&file["type"], &file["count"]),
        (&json!("Organization"), &json!(1))
    );
    assert_eq!(exported.ids(&fyr), [id]);
}

#[test]
fn p6_the_manifest_says_when_the_files_expire() {
    let fyr = Fyr::new();
    let status = begin(&fyr, "");
    fyr.work_off();
    let reply = fyr.get(&status).expect(200);
    assert_eq!(
        reply.header("expires"),
        Some("Thu, 01 Jan 2026 02:00:00 GMT")
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[test]
fn p7_the_files_show_the_state_at_the_transaction_time_and_nothing_later() {
    let fyr = Fyr::new();
    let kept = fyr.created(&organization("before"));
    let removed = fyr.created(&organization("removed after"));
    let changed = fyr.created(&organization("before"));
    fyr.advance(1_000);
    let status = begin(&fyr, "");
    fyr.put(
        &format!("/Organization/{changed}"),
        &json!({
        "resourceType": "Organization", "id": changed, "name": "after"}),
    )
    .expect(200);
    fyr.delete(&format!("/Organization/{removed}")).expect(200);
    fyr.created(&organization("after"));
    fyr.work_off();
    let exported = Exported::of(&fyr, &status);
    let mut expected = [kept, removed, changed];
    expected.sort();
    assert_eq!(exported.ids(&fyr), expected);
    let lines = exported.lines(&fyr, "output");
    assert!(
        lines.iter().all(|line| line["name"] != "after"),
        "{lines:?}"
    );
    assert_eq!(exported.time(), "2026-01-01T00:00:01.000+00:00");
}

#[test]
fn p8_an_export_under_way_can_be_cancelled_and_a_finished_one_cannot() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let status = begin(&fyr, "");
    let cancelled = fyr.delete(&status).expect(202);
    assert_eq!(cancelled.json["issue"][0]["code"], "informational");
    fyr.work_off();
    assert!(fyr.files.keys().is_empty());
    fyr.delete(&status).expect(404);
    let finished = begin(&fyr, "");
    fyr.work_off();
    let refused = fyr.delete(&finished).expect(404);
    assert!(
        refused
            .diagnostics()
            .ends_with("was already cancelled or has completed.  Nothing to do.")
    );
    fyr.get(&finished).expect(200);
}

#[test]
fn p8_an_operator_can_let_owners_remove_the_files_of_a_finished_export() {
    let fyr = Fyr::with(|settings| settings.export.delete_completed = true);
    fyr.created(&organization("A"));
    let status = begin(&fyr, "");
    fyr.work_off();
    let file = Exported::of(&fyr, &status).files("output").remove(0);
    fyr.delete(&status).expect(202);
    assert!(fyr.files.keys().is_empty());
    fyr.get(&status).expect(404);
    fyr.delete(&status).expect(404);
    assert!([404, 410].contains(&fyr.get(&file).status));
}

#[test]
fn p9_a_cancelled_export_has_no_status_any_more() {
    let fyr = Fyr::new();
    let status = begin(&fyr, "");
    fyr.delete(&status).expect(202);
    fyr.get(&status).expect(404);
}

#[test]
fn an_export_waits_until_no_commit_can_belong_to_its_past() {
    let fyr = Fyr::closing_after(35_000);
    fyr.created(&organization("A"));
    let reply = ask(&fyr, "").expect(202);
    let [first] = fyr.queue.take().try_into().unwrap();
    assert_eq!(first.delay.as_secs(), 35);
    let status = super::client::place(&reply);
    assert_eq!(
        fyr.get(&status).expect(202).header("retry-after"),
        Some("35")
    );
    // too early, it is put off again
    futures::executor::block_on(fyr.server().receive(&first.body)).unwrap();
    let [again] = fyr.queue.take().try_into().unwrap();
    assert_eq!(again.delay.as_secs(), 35);
    fyr.advance(35_000);
    futures::executor::block_on(fyr.server().receive(&again.body)).unwrap();
    fyr.work_off();
    assert_eq!(Exported::of(&fyr, &status).ids(&fyr).len(), 1);
}
