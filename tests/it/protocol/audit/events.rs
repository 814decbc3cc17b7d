//! Records as `AuditEvent`s.

use serde_json::{Value, json};
use server::Audit;
use server::auth::Caller;

use super::super::entries::{entry, organization_at, post, put};
use super::super::fyr::{BASE, Fyr};

#[test]
fn with_the_setting_each_request_leaves_an_audit_event() {
    let fyr = Fyr::with(|settings| settings.audit = Audit::Store);
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    fyr.seen_by(Caller::anonymous())
        .get("/Organization/1")
        .expect(401);
    let events = fyr.get("/AuditEvent?_sort=_lastUpdated").expect(200);
    let (update, refused) = (&events.json["entry"][0], &events.json["entry"][1]);
    let update = &update["resource"];
    assert_eq!(update["action"], "U", "{update}");
    assert_eq!(update["outcome"], "0");
    assert_eq!(update["type"]["code"], "rest");
    assert_eq!(update["subtype"][0]["code"], "update");
    let profile = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.Update";
    assert_eq!(update["meta"]["profile"], json!([profile]));
    let agents = update["agent"].as_array().unwrap();
    let codes: Vec<&Value> = agents
        .iter()
        .map(|one| &one["type"]["coding"][0]["code"])
        .collect();
    assert_eq!(codes, ["110153", "110152", "AUT"]);
    assert_eq!(agents[2]["who"]["identifier"]["value"], "developer");
    assert_eq!(agents[1]["network"]["address"], BASE);
    let what = &update["entity"][0]["what"]["reference"];
    assert_eq!(what, "Organization/1/_history/1");
    assert_eq!(update["entity"][1]["type"]["code"], "XrequestId");
    let refused = &refused["resource"];
    assert_eq!(
        (&refused["outcome"], &refused["outcomeDesc"]),
        (&json!("4"), &json!("401 login"))
    );
    assert_eq!(refused["meta"]["profile"], json!(null));
    // the two, and the search itself by now
    assert_eq!(fyr.get("/AuditEvent").expect(200).len(), 3);
}

#[test]
fn audit_events_can_be_read_and_not_changed() {
    let fyr = Fyr::with(|settings| settings.audit = Audit::Store);
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    let event = fyr.get("/AuditEvent").expect(200).json["entry"][0]["resource"].clone();
    let id = event["id"].as_str().unwrap();
    let path = format!("/AuditEvent/{id}");
    assert_eq!(fyr.get(&path).expect(200).json, event);
    fyr.post("/AuditEvent", &event).expect(405);
    fyr.put(&path, &event).expect(405);
    fyr.put("/AuditEvent?date=2026", &event).expect(405);
    fyr.delete(&path).expect(405);
    fyr.delete("/AuditEvent?date=2026").expect(405);
    let operations = "[{\"op\":\"remove\",\"path\":\"/outcome\"}]";
    let change = fyr.ask("PATCH", &path);
    change
        .bytes("application/json-patch+json", operations)
        .send()
        .expect(405);
    let everything = json!({"resourceType": "Parameters", "parameter": [
        {"name": "expungeEverything", "valueBoolean": true}]});
    fyr.post(&format!("{path}/$expunge"), &everything)
        .expect(405);
    fyr.transaction(&[put(&path[1..], &event)]).expect(405);
    fyr.transaction(&[entry("DELETE", &path[1..])]).expect(405);
    let batch = fyr.bundle("batch", &[post(&event)]).expect(200);
    assert_eq!(batch.status_of(0), "405 Method Not Allowed");
    assert_eq!(fyr.get(&path).expect(200).json, event);
}

#[test]
fn unless_it_is_set_audit_events_are_resources_like_any_other() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    assert_eq!(fyr.get("/AuditEvent").expect(200).len(), 0);
    let off = Fyr::with(|settings| settings.audit = Audit::Off);
    off.get("/metadata").expect(200);
    assert_eq!(off.records.take(), Vec::<String>::new());
}
