//! The Provenance of an import (I17-I19).

use serde_json::{Value, json};

use super::{
    super::{
        entries::{post, put},
        fyr::Fyr,
    },
    entry, import, import_one, path, sor,
};

const EXAMPLE: &str =
    include_str!("../../../fixtures/examples/provenance.organization-administration.json");

fn provenance(fyr: &Fyr, reply: &super::Reply, entry: usize) -> Value {
    let id = reply.target(entry).rsplit('/').next().unwrap();
    fyr.get(&format!("/Provenance/{id}")).expect(200).json
}

fn by_fut() -> Fyr {
    Fyr::with(|settings| settings.rules.in_force = vec!["fut".to_owned()])
}

#[test]
fn i17_one_provenance_names_all_that_was_changed() {
    let fyr = Fyr::new();
    let some = [entry("a", &sor("1", "A")), entry("b", &sor("2", "B"))];
    import(&fyr, &some).expect(200);
    let more = [
        entry("a", &sor("1", "A")),
        entry("b", &sor("2", "B2")),
        entry("c", &sor("3", "C")),
    ];
    let reply = import(&fyr, &more).expect(200);
    assert_eq!(reply.len(), 4);
    let targets = provenance(&fyr, &reply, 3)["target"].clone();
    let name = |n: usize| json!({"reference": path(&reply, n)[1..]});
    assert_eq!(targets, json!([name(1), name(2)]));
    fyr.advance(1_000);
    assert_eq!(fyr.get("/Provenance/_history").len(), 2);
}

#[test]
fn i18_the_provenance_has_the_platforms_shape() {
    let fyr = Fyr::new();
    import_one(&fyr, &sor("1", "A")).expect(200);
    let reply = import_one(&fyr, &sor("1", "B")).expect(200);
    let mut stored = provenance(&fyr, &reply, 1);
    let mut expected: Value = serde_json::from_str(EXAMPLE).unwrap();
    assert_eq!(stored["recorded"], "2026-01-01T00:00:00.000+00:00");
    for name in ["id", "meta", "recorded", "target"] {
        for one in [&mut stored, &mut expected] {
            one.as_object_mut().unwrap().remove(name);
        }
    }
    expected["agent"][0]["who"]["identifier"]["value"] = "developer".into();
    assert_eq!(stored, expected);
}

#[test]
fn i18_an_import_that_only_creates_says_so() {
    let fyr = Fyr::new();
    let reply = import_one(&fyr, &sor("1", "A")).expect(200);
    let activity = |reply| provenance(&fyr, reply, 1)["activity"]["coding"][0]["code"].clone();
    assert_eq!(activity(&reply), "CREATE");
    let reply = import_one(&fyr, &sor("1", "B")).expect(200);
    assert_eq!(activity(&reply), "UPDATE");
}

#[test]
fn i19_provenance_can_only_be_read_where_the_rules_are_in_force() {
    let fyr = by_fut();
    let reply = import_one(&fyr, &sor("1", "A")).expect(200);
    let stored = provenance(&fyr, &reply, 1);
    let at = format!("/Provenance/{}", stored["id"].as_str().unwrap());
    let patch = json!([{"op": "remove", "path": "/policy"}]).to_string();
    let patched = |path: &str| {
        fyr.ask("PATCH", path)
            .bytes("application/json-patch+json", patch.clone())
            .send()
    };
    patched("/Provenance?_id=x").expect(405);
    for reply in [fyr.put(&at, &stored), patched(&at), fyr.delete(&at)] {
        assert_eq!(reply.expect(405).header("allow"), Some("GET, HEAD"));
    }
    fyr.post("/Provenance", &stored).expect(405);
    fyr.delete("/Provenance?identifier=a").expect(405);
    let reply = fyr.transaction(&[post(&stored)]).expect(405);
    assert_eq!(reply.entries_at_fault(), [0]);
    fyr.transaction(&[put(&at[1..], &stored)]).expect(405);
    let batch = fyr.bundle("batch", &[post(&stored)]).expect(200);
    assert_eq!(batch.status_of(0), "405 Method Not Allowed");
    assert_eq!(
        fyr.get(&format!("{at}/_history")).expect(200).json["total"],
        1
    );
}

#[test]
fn i19_plain_r4_keeps_provenance_like_any_resource() {
    let fyr = Fyr::new();
    let reply = import_one(&fyr, &sor("1", "A")).expect(200);
    let stored = provenance(&fyr, &reply, 1);
    fyr.post("/Provenance", &stored).expect(201);
}

#[test]
fn i17_a_setting_leaves_a_provenance_of_transactions_as_well() {
    let fyr = Fyr::with(|settings| {
        settings.rules.in_force = vec!["fut".to_owned()];
        settings.rules.transaction_provenance = true;
    });
    let patient = json!({"resourceType": "Patient", "id": "p", "active": true});
    let entries = [
        put("Patient/p", &patient),
        post(&json!({"resourceType": "Basic", "code": {"text": "x"}})),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    assert_eq!(reply.statuses(), ["201 Created"; 3]);
    let record = provenance(&fyr, &reply, 2);
    let name = |n: usize| json!({"reference": reply.target(n)});
    assert_eq!(record["target"], json!([name(0), name(1)]));
    let again = fyr.transaction(&entries[..1]).expect(200);
    assert_eq!(
        again.statuses(),
        ["200 OK"],
        "nothing changed, nothing recorded"
    );
}
