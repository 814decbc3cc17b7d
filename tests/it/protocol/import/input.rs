//! What an import takes (I1-I3, I5, I16, I21).

use serde_json::{Value, json};

use super::{
    super::{
        entries::{condition, with},
        fyr::Fyr,
    },
    entry, extension, import, import_one, of_source, parameters, sor,
};

#[test]
fn i1_only_a_post_imports() {
    let fyr = Fyr::new();
    for method in ["GET", "PUT", "DELETE"] {
        let reply = fyr
            .ask(method, "/$import-organizations")
            .json(&json!({}))
            .send();
        assert_eq!(reply.expect(405).header("allow"), Some("POST"), "{method}");
    }
    fyr.ask("POST", "/$import-organizations")
        .bytes("text/plain", "{}")
        .send()
        .expect(415);
}

#[test]
fn i2_the_bundle_is_the_parameter_organizations_or_the_body() {
    let fyr = Fyr::new();
    let whole = parameters(&[entry("a", &sor("1", "A"))]);
    fyr.post("/$import-organizations", &whole).expect(200);
    let bare = &whole["parameter"][0]["resource"];
    let reply = fyr.post("/$import-organizations", bare).expect(200);
    assert_eq!(super::stored(&reply, 0), "SUCCESSFUL_UPDATE_NO_CHANGE");
}

#[test]
fn i2_anything_else_is_refused_with_400() {
    let fyr = Fyr::new();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": [entry("a", &sor("1", "A"))]});
    let batch = with(bundle.clone(), "type", "batch".into());
    let organizations = |resource: &Value| json!({"name": "organizations", "resource": resource});
    let of = |parameters: &[Value]| json!({"resourceType": "Parameters", "parameter": parameters});
    for body in [
        json!({}),
        json!({"resourceType": "Organization", "name": "A"}),
        json!({"resourceType": "Parameters"}),
        of(&[json!({"name": "organizations"})]),
        of(&[json!({"name": "organizations", "valueString": "A"})]),
        of(&[organizations(&sor("1", "A"))]),
        of(&[organizations(&bundle), organizations(&bundle)]),
        of(&[
            organizations(&bundle),
            json!({"name": "dryRun", "valueBoolean": true}),
        ]),
        of(&[organizations(&batch)]),
        batch,
    ] {
        fyr.post("/$import-organizations", &body).expect(400);
    }
}

#[test]
fn i3_every_entry_posts_an_organization_by_a_full_url_and_on_no_condition() {
    let fyr = Fyr::new();
    let good = entry("a", &sor("1", "A"));
    let request = |name: &str, value: &str| condition(good.clone(), name, value);
    let mut nameless = entry("b", &sor("1", "A"));
    nameless.as_object_mut().unwrap().remove("fullUrl");
    let patient = json!({"resourceType": "Patient"});
    for (wrong, place) in [
        (request("method", "PUT"), "request.method"),
        (request("url", "Organization/1"), "request.url"),
        (request("url", "Patient"), "request.url"),
        (request("ifNoneExist", "name=A"), "request.ifNoneExist"),
        (request("ifMatch", "W/\"1\""), "request.ifMatch"),
        (nameless, "fullUrl"),
        (entry("c", &patient), "resource"),
    ] {
        let reply = import(&fyr, &[entry("ok", &sor("2", "B")), wrong]).expect(422);
        assert_eq!(reply.places(), [format!("Bundle.entry[1].{place}")]);
    }
    fyr.get("/_history").expect(200);
    assert_eq!(fyr.get("/_history").len(), 0, "I21: nothing was written");
}

#[test]
fn i5_what_is_imported_has_a_register_as_its_source() {
    let fyr = Fyr::new();
    let manual = with(
        of_source("manual", "NotSynchronized", "A"),
        "identifier",
        json!([{"system": "urn:x", "value": "1"}]),
    );
    let reply = import_one(&fyr, &manual).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry[0].resource.extension"]);
    assert!(reply.diagnostics().contains("manual"), "{}", reply.text);
}

#[test]
fn i5_all_problems_of_all_entries_are_told_in_their_order() {
    let fyr = Fyr::new();
    let mut lacking = sor("1", "A");
    lacking.as_object_mut().unwrap().remove("name");
    lacking["extension"].as_array_mut().unwrap().pop();
    let mut numbered = sor("2", "B");
    numbered["extension"]
        .as_array_mut()
        .unwrap()
        .push(extension("cvrNumber", &json!("123")));
    let reply = import(
        &fyr,
        &[
            entry("a", &lacking),
            entry("b", &sor("3", "C")),
            entry("c", &numbered),
        ],
    );
    let places = [
        "Bundle.entry[0].resource.name",
        "Bundle.entry[0].resource.extension",
        "Bundle.entry[2].resource.extension[2]",
    ];
    assert_eq!(reply.expect(422).places(), places);
    assert_eq!(fyr.get("/Organization/_history").len(), 0);
}

#[test]
fn i16_more_than_the_limit_is_413_and_says_what_to_do() {
    let fyr = Fyr::with(|settings| settings.max_transaction_entries = 2);
    let entries: Vec<Value> = (0..3)
        .map(|n| entry(&n.to_string(), &sor(&n.to_string(), "A")))
        .collect();
    let reply = import(&fyr, &entries).expect(413);
    for told in ["3 organizations", "is 2", "Split it by tree"] {
        assert!(reply.diagnostics().contains(told), "{}", reply.text);
    }
    import(&fyr, &entries[..2]).expect(200);
}

#[test]
fn i16_a_large_import_is_one_transaction() {
    let fyr = Fyr::new();
    let entries: Vec<Value> = (0..300)
        .map(|n| entry(&n.to_string(), &sor(&n.to_string(), "A")))
        .collect();
    let reply = import(&fyr, &entries).expect(200);
    assert_eq!(reply.len(), 301);
    let time = reply.response(0)["lastModified"].clone();
    assert!((0..301).all(|n| reply.response(n)["lastModified"] == time));
}

#[test]
fn i21_a_structural_problem_is_400_and_nothing_is_written() {
    let fyr = Fyr::new();
    let reply = import(
        &fyr,
        &[
            entry("a", &sor("1", "A")),
            entry("b", &with(sor("2", "B"), "colour", "red".into())),
        ],
    );
    assert_eq!(
        reply.expect(400).places(),
        ["Bundle.entry[1].resource.colour"]
    );
    assert_eq!(fyr.get("/_history").len(), 0);
}

#[test]
fn a_repeated_import_with_an_idempotency_key_gets_the_same_answer() {
    let fyr = Fyr::new();
    let send = || {
        fyr.ask("POST", "/$import-organizations")
            .json(&parameters(&[entry("a", &sor("1", "A"))]))
            .header("idempotency-key", "k1")
            .send()
            .expect(200)
    };
    let (first, second) = (send(), send());
    assert_eq!(first.text, second.text);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
}
