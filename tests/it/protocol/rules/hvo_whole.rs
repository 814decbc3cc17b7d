//! Full hierarchies of the Swedish registry (H12), a setting.

use serde_json::{Value, json};

use super::{
    super::{
        entries::{put, with},
        fyr::Fyr,
        reply::Reply,
    },
    hvo::{create, provider, send, unit},
    hvo_patch::patch,
};

const ONE: &str = "11111111-1111-4111-8111-111111111111";

/// A server on which the provider is stored, and the provider's name.
fn registry() -> (Fyr, String) {
    let fyr = Fyr::with(|settings| settings.rules.hvo.full_hierarchy = true);
    let path = format!(
        "/Organization/{}",
        fyr.created(&provider("2321000040", "A"))
    );
    (fyr, path[1..].to_owned())
}

fn read(fyr: &Fyr, target: &str) -> Value {
    fyr.get(&format!("/{target}")).expect(200).json
}

fn is_active(fyr: &Fyr, target: &str) -> bool {
    read(fyr, target)["extension"][0]["valueBoolean"] == json!(true)
}

/// An update of what is stored.
fn again(fyr: &Fyr, target: &str) -> Value {
    put(target, &read(fyr, target))
}

/// A unit, one below it, and one more: stored.
fn three(fyr: &Fyr, provider: &str) -> [String; 3] {
    let entries = [
        create("1", &unit("SE2321000040-1", Some(provider))),
        create("2", &unit("SE2321000040-2", Some("urn:uuid:1"))),
        create("3", &unit("SE2321000040-3", Some(provider))),
    ];
    let reply = send(fyr, &entries).expect(200);
    [0, 1, 2].map(|n| reply.target(n).to_owned())
}

#[test]
fn h12_stored_units_that_the_bundle_leaves_out_are_inactivated() {
    let (fyr, provider) = registry();
    let [one, two, three] = three(&fyr, &provider);
    let reply = send(&fyr, &[again(&fyr, &three)]).expect(200);
    // the request's entry, and one for each unit that was ended
    assert_eq!(reply.len(), 3);
    assert_eq!(reply.statuses(), ["200 OK"; 3]);
    for ended in [&one, &two] {
        let unit = read(&fyr, ended);
        assert_eq!(unit["extension"][0]["valueBoolean"], false);
        let period = &unit["extension"][1]["valuePeriod"];
        assert_eq!(*period, json!({"start": "2020-01-01", "end": "2026-01-01"}));
    }
    assert!(is_active(&fyr, &three) && is_active(&fyr, &provider));
    // what has ended stays as it is
    let reply = send(&fyr, &[again(&fyr, &three)]).expect(200);
    assert_eq!(reply.len(), 1);
}

#[test]
fn h12_units_that_the_bundle_names_in_any_way_are_not_inactivated() {
    let (fyr, provider) = registry();
    let [one, two, three] = three(&fyr, &provider);
    let renamed = json!([{"op": "replace", "path": "/name", "value": "B"}]);
    let entries = [
        again(&fyr, &three),
        again(&fyr, &one),
        patch(&two, &renamed),
    ];
    let reply = send(&fyr, &entries).expect(200);
    assert_eq!(reply.len(), 3);
    assert!(
        [&one, &two, &three]
            .iter()
            .all(|unit| is_active(&fyr, unit))
    );
}

#[test]
fn h12_another_providers_units_are_left_alone() {
    let (fyr, provider) = registry();
    let [one, ..] = three(&fyr, &provider);
    let other = fyr.created(&super::hvo::provider("5565932521", "B"));
    let other = format!("Organization/{other}");
    let new = create("9", &unit("SE5565932521-1", Some(&other)));
    send(&fyr, &[new]).expect(200);
    assert!(is_active(&fyr, &one));
}

#[test]
fn h12_the_provider_is_not_in_the_bundle() {
    let (fyr, provider) = registry();
    let entries = [
        again(&fyr, &provider),
        create("1", &unit("SE2321000040-1", Some(&provider))),
    ];
    let reply = send(&fyr, &entries).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry[0]"]);
    assert_eq!(symbol(&reply), "HVO_PROVIDER_IN_BUNDLE");
}

#[test]
fn h12_a_hierarchy_is_whole() {
    let (fyr, provider) = registry();
    let [one, two, _] = three(&fyr, &provider);
    let reply = send(&fyr, &[again(&fyr, &two)]).expect(422);
    assert_eq!(reply.places(), ["Bundle.entry[0]"]);
    assert_eq!(symbol(&reply), "HVO_NOT_WHOLE");
    assert!(is_active(&fyr, &one) && is_active(&fyr, &two));
}

#[test]
fn h12_a_new_unit_gets_the_uuid_that_the_client_chose() {
    let (fyr, provider) = registry();
    let chosen = |id: &str, hsa_id: &str| with(unit(hsa_id, Some(&provider)), "id", id.into());
    let target = format!("Organization/{ONE}");
    let reply = send(&fyr, &[create("1", &chosen(ONE, "SE2321000040-1"))]).expect(200);
    assert_eq!(reply.status_of(0), "201 Created");
    assert_eq!(reply.target(0), target);
    // the id is taken
    let entries = [
        again(&fyr, &target),
        create("2", &chosen(ONE, "SE2321000040-2")),
    ];
    send(&fyr, &entries).expect(412);
    let two = ONE.replace('1', "2");
    let entries = [
        again(&fyr, &target),
        put(
            &format!("Organization/{two}"),
            &chosen(&two, "SE2321000040-2"),
        ),
    ];
    let reply = send(&fyr, &entries).expect(200);
    assert_eq!(reply.statuses(), ["200 OK", "201 Created"]);
    // an id that is no UUID is the server's to give
    let entries = [
        again(&fyr, &target),
        put("Organization/3", &chosen("3", "SE2321000040-3")),
    ];
    assert_eq!(
        send(&fyr, &entries).expect(422).places(),
        ["Bundle.entry[1]"]
    );
}

#[test]
fn h12_is_a_setting_that_is_off() {
    let fyr = Fyr::new();
    let provider = format!("Organization/{}", fyr.created(&provider("2321000040", "A")));
    let [one, _, three] = three(&fyr, &provider);
    let entries = [again(&fyr, &provider), again(&fyr, &three)];
    assert_eq!(send(&fyr, &entries).expect(200).len(), 2);
    assert!(is_active(&fyr, &one));
}

fn symbol(reply: &Reply) -> &str {
    let coding = &reply.json["issue"][0]["details"]["coding"][0];
    coding["code"].as_str().unwrap()
}
