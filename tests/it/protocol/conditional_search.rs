//! Conditional interactions by criteria that are no identifier.

use serde_json::{Value, json};

use super::{
    entries::{condition, entry, organization, post, put, with},
    found::{self, search, store},
    fyr::{Ask, Fyr},
    reply::Reply,
};

fn create_unless(fyr: &Fyr, query: &str, body: &Value) -> Reply {
    let ask = fyr.ask("POST", "/Organization").json(body);
    ask.header("if-none-exist", query).send()
}

/// Two clinics and a bakery.
fn registry() -> Fyr {
    let fyr = Fyr::new();
    for (id, name) in [
        ("heart", "Heart clinic"),
        ("eye", "Eye clinic"),
        ("bakery", "Bakery"),
    ] {
        let kind = if id == "bakery" { "shop" } else { "clinic" };
        let kind = json!([{"coding": [{"system": "http://example.org/kinds", "code": kind}]}]);
        store(
            &fyr,
            &found::organization(id, json!({"name": name, "type": kind})),
        );
    }
    fyr
}

#[test]
fn a_create_finds_one_or_creates_or_is_refused_c5() {
    let fyr = registry();
    let reply = create_unless(&fyr, "name=bakery", &organization("other")).expect(200);
    assert_eq!(reply.id(), "bakery");
    let reply = create_unless(&fyr, "name=lung&type=clinic", &organization("Lung clinic"));
    reply.expect(201);
    create_unless(&fyr, "type=clinic", &organization("other")).expect(412);
    create_unless(&fyr, "_id=heart", &organization("other")).expect(200);
    create_unless(&fyr, "identifier=a|1,a|2", &organization("A")).expect(201);
    create_unless(&fyr, "partof.name=heart", &organization("B")).expect(201);
}

#[test]
fn an_update_a_patch_and_a_delete_choose_the_one_that_matches_c7() {
    let fyr = registry();
    let reply = fyr
        .put("/Organization?name=heart", &organization("Heart and lung"))
        .expect(200);
    assert_eq!(reply.id(), "heart");
    let reply = fyr
        .put("/Organization?name=kidney", &organization("Kidney"))
        .expect(201);
    assert_ne!(reply.id(), "heart");
    fyr.put(
        "/Organization?type=clinic&name=eye,bakery",
        &organization("x"),
    )
    .expect(200);
    fyr.delete("/Organization?name=kidney").expect(200);
    assert_eq!(search(&fyr, "/Organization?name=kidney"), [""; 0]);
    let reply = fyr.delete("/Organization?name=kidney").expect(200);
    assert_eq!(reply.code(), "SUCCESSFUL_DELETE_NOT_FOUND");
}

#[test]
fn several_matches_are_refused_unless_a_delete_may_take_them() {
    let fyr = registry();
    fyr.put("/Organization?type=clinic", &organization("x"))
        .expect(412);
    fyr.delete("/Organization?type=clinic").expect(412);
    let fyr = Fyr::with(|settings| settings.max_conditional_deletes = 2);
    for name in ["a1", "a2", "b1", "b2", "b3"] {
        fyr.created(&organization(name));
    }
    let reply = fyr.delete("/Organization?name=a").expect(200);
    assert!(
        reply.diagnostics().contains("deleted 2 resource"),
        "{}",
        reply.text
    );
    assert_eq!(search(&fyr, "/Organization?name=a"), [""; 0]);
    fyr.delete("/Organization?name=b").expect(412);
    assert_eq!(search(&fyr, "/Organization?name=b").len(), 3);
    let statement = fyr.get("/metadata").json;
    let organization = &statement["rest"][0]["resource"][0];
    assert_eq!(organization["conditionalDelete"], "multiple");
}

#[test]
fn criteria_that_say_nothing_or_cannot_be_read_are_refused() {
    let fyr = registry();
    for query in [
        "",
        "[]",
        "colour=red",
        "name:nearly=a",
        "_count=1",
        "_format=json",
        "partof.colour=red",
    ] {
        let reply = create_unless(&fyr, query, &organization("A")).expect(400);
        assert!(
            reply.diagnostics().contains("criterion"),
            "{query}: {}",
            reply.text
        );
    }
}

#[test]
fn a_criterion_that_costs_too_much_is_refused_rather_than_guessed() {
    let fyr = Fyr::with(|settings| settings.search.candidates = 5);
    for number in 0..8 {
        fyr.created(&organization(&format!("A{number}")));
    }
    let reply = create_unless(&fyr, "active=true", &organization("B")).expect(400);
    assert_eq!(reply.codes(), ["too-costly"]);
    create_unless(&fyr, "name=A3", &organization("B")).expect(200);
}

#[test]
fn of_many_conditional_creates_by_name_one_creates_and_all_others_find_it() {
    const CLIENTS: usize = 64;
    for seed in 1..6 {
        let fyr = Fyr::new();
        let body = organization("Region X");
        let ask = |client: usize| -> Ask<'_> {
            // the same criterion, however it is written
            let query = if client.is_multiple_of(2) {
                "name:exact=Region X"
            } else {
                "name:exact=Region%20X&_format=json"
            };
            fyr.ask("POST", "/Organization")
                .json(&body)
                .header("if-none-exist", query)
        };
        let replies = fyr.at_once(seed, (0..CLIENTS).map(ask).collect());
        let created = replies.iter().filter(|reply| reply.status == 201).count();
        assert_eq!(created, 1, "seed {seed}");
        for reply in &replies {
            assert!([200, 201, 409].contains(&reply.status), "{}", reply.text);
        }
        assert_eq!(
            search(&fyr, "/Organization?name=region").len(),
            1,
            "seed {seed}"
        );
    }
}

#[test]
fn two_bundles_with_one_criterion_make_one_resource() {
    for seed in 1..13 {
        let fyr = Fyr::new();
        let entries: Vec<Value> = (0..120)
            .map(|number| post(&organization(&format!("filler {number}"))))
            .chain([condition(
                post(&organization("Region X")),
                "ifNoneExist",
                "name=region",
            )])
            .collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let asks = (0..2).map(|_| fyr.ask("POST", "/").json(&bundle)).collect();
        for reply in fyr.at_once(seed, asks) {
            assert!([200, 409].contains(&reply.status), "{}", reply.text);
        }
        assert_eq!(
            search(&fyr, "/Organization?name=region").len(),
            1,
            "seed {seed}"
        );
    }
}

#[test]
fn bundles_take_any_criterion_t7_t15() {
    let fyr = registry();
    let child = with(
        organization("child"),
        "partOf",
        json!({"reference": "Organization?name=bakery"}),
    );
    let entries = [
        condition(post(&organization("other")), "ifNoneExist", "name=heart"),
        put("Organization?name=eye", &organization("Eye and ear clinic")),
        entry("DELETE", "Organization?name=nobody"),
        post(&child),
        entry("GET", "Organization?name=eye"),
    ];
    let reply = fyr.transaction(&entries).expect(200);
    let (ok, gone) = ("200 OK", "204 No Content");
    assert_eq!(reply.statuses(), [ok, ok, gone, "201 Created", ok]);
    assert_eq!(reply.target(0), "Organization/heart");
    assert_eq!(reply.target(1), "Organization/eye");
    let stored = fyr.get(&format!("/{}", reply.target(3))).json;
    assert_eq!(stored["partOf"]["reference"], "Organization/bakery");
    let found = &reply.json["entry"][4]["resource"];
    assert_eq!(found["type"], "searchset");
    let name = &found["entry"][0]["resource"]["name"];
    assert_eq!(name, "Eye and ear clinic", "a search sees what was written");
}

#[test]
fn two_entries_with_one_criterion_are_refused_t8() {
    let fyr = Fyr::new();
    let entry = |query: &str| condition(post(&organization("A")), "ifNoneExist", query);
    let reply = fyr
        .transaction(&[entry("name=A"), entry("name=a")])
        .expect(400);
    assert_eq!(reply.entries_at_fault(), [0, 1]);
    let reply = fyr.transaction(&[entry("name=A"), entry("name=b")]);
    reply.expect(200);
}

#[test]
fn a_bad_search_in_a_transaction_stores_nothing_t10() {
    let fyr = Fyr::new();
    let entries = [
        post(&organization("A")),
        entry("GET", "Organization?colour=red"),
    ];
    let reply = fyr.transaction(&entries).expect(400);
    assert_eq!(reply.entries_at_fault(), [1]);
    assert_eq!(search(&fyr, "/Organization"), [""; 0]);
    let reply = fyr.bundle("batch", &entries).expect(200);
    assert_eq!(reply.statuses(), ["201 Created", "400 Bad Request"]);
}
