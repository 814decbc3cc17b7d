//! `POST [base]/[type]/[id]/$expunge`.

use serde_json::{Value, json};

use super::{
    entries::{SOR, entry, identified, organization_at, with_id},
    fyr::Fyr,
    reply::Reply,
};

/// `Organization/1` with three versions.
fn with_versions() -> Fyr {
    let fyr = Fyr::new();
    for name in ["A", "B", "C"] {
        fyr.put("/Organization/1", &organization_at("1", name));
        fyr.advance(1_000);
    }
    fyr
}

fn parameters(names: &[&str]) -> Value {
    let parameter = |name: &&str| json!({"name": name, "valueBoolean": true});
    let parameters: Vec<Value> = names.iter().map(parameter).collect();
    json!({"resourceType": "Parameters", "parameter": parameters})
}

fn expunge(fyr: &Fyr, name: &str) -> Reply {
    fyr.post("/Organization/1/$expunge", &parameters(&[name]))
}

fn count(reply: &Reply) -> u64 {
    let parameter = &reply.json["parameter"][0];
    assert_eq!(parameter["name"], "count");
    parameter["valueInteger"].as_u64().unwrap()
}

fn total(fyr: &Fyr) -> u64 {
    let history = fyr.get("/Organization/1/_history").expect(200).json;
    history["total"].as_u64().unwrap()
}

#[test]
fn previous_versions_go_and_the_current_one_stays() {
    let fyr = with_versions();
    assert_eq!(
        count(&expunge(&fyr, "expungePreviousVersions").expect(200)),
        2
    );
    assert_eq!(fyr.get("/Organization/1").expect(200).json["name"], "C");
    assert_eq!(total(&fyr), 1);
    fyr.get("/Organization/1/_history/2").expect(404);
    fyr.get("/Organization/1/_history/3").expect(200);
    let feed = fyr.get("/Organization/_history").expect(200);
    assert_eq!(feed.len(), 1);
    assert_eq!(
        count(&expunge(&fyr, "expungePreviousVersions").expect(200)),
        0
    );
}

#[test]
fn of_everything_the_deletion_stays() {
    let fyr = with_versions();
    assert_eq!(count(&expunge(&fyr, "expungeEverything").expect(200)), 3);
    fyr.get("/Organization/1").expect(410);
    fyr.get("/Organization/1/_history/3").expect(404);
    fyr.get("/Organization/1/_history/4").expect(410);
    assert_eq!(total(&fyr), 1);
    fyr.put("/Organization/1", &organization_at("1", "again"))
        .expect(201);
    assert_eq!(total(&fyr), 2);
}

#[test]
fn a_resource_that_was_not_deleted_is_spared_when_deleted_ones_go() {
    let fyr = with_versions();
    assert_eq!(
        count(&expunge(&fyr, "expungeDeletedResources").expect(200)),
        0
    );
    assert_eq!(total(&fyr), 3);
    fyr.delete("/Organization/1").expect(200);
    assert_eq!(
        count(&expunge(&fyr, "expungeDeletedResources").expect(200)),
        3
    );
    assert_eq!(total(&fyr), 1);
}

#[test]
fn an_identifier_of_an_expunged_resource_is_free() {
    let fyr = Fyr::new();
    let resource = with_id(identified(SOR, "1"), "1");
    fyr.put("/Organization/1", &resource).expect(201);
    expunge(&fyr, "expungeEverything").expect(200);
    fyr.post("/Organization", &identified(SOR, "1")).expect(201);
}

#[test]
fn who_expunges_needs_the_role_for_it() {
    let fyr = with_versions();
    let writer = fyr.with_roles(&["Organization.*", "Organization.write", "Patient.$expunge"]);
    expunge(&writer, "expungeEverything").expect(403);
    let other = fyr.with_roles(&["Organization.$expunge"]);
    expunge(&other, "expungeEverything").expect(200);
}

#[test]
fn what_cannot_be_expunged_is_refused() {
    let fyr = with_versions();
    let nobody = parameters(&["expungeEverything"]);
    fyr.post("/Organization/nobody/$expunge", &nobody)
        .expect(404);
    fyr.get("/Organization/1/$expunge").expect(405);
    for body in [
        parameters(&[]),
        parameters(&["everything"]),
        json!({"resourceType": "Parameters", "parameter": [{"name": "expungeEverything"}]}),
        organization_at("1", "A"),
    ] {
        fyr.post("/Organization/1/$expunge", &body).expect(400);
    }
    for kind in ["transaction", "batch"] {
        let mut inside = entry("POST", "Organization/1/$expunge");
        inside["resource"] = parameters(&["expungeEverything"]);
        let reply = fyr.bundle(kind, &[inside]);
        assert!(reply.text.contains("changes state"), "{}", reply.text);
    }
    assert_eq!(total(&fyr), 3);
}
