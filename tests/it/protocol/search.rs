//! `GET [base]/[type]?…` and `POST [base]/[type]/_search`.

use serde_json::{Value, json};

use super::{
    found::{ids, link, matches, next, organization, search, store},
    fyr::{BASE, Fyr},
};

/// A region with clinics, and a company.
fn registry() -> Fyr {
    let fyr = Fyr::new();
    let kind =
        |code: &str| json!([{"coding": [{"system": "http://example.org/kinds", "code": code}]}]);
    let address = |city: &str| json!([{"city": city, "country": "SE"}]);
    for one in [
        organization(
            "region",
            json!({"name": "Region Östergötland", "active": true,
            "identifier": [{"system": "http://example.org/ids", "value": "1"}],
            "type": kind("region"), "address": address("Linköping")}),
        ),
        organization(
            "heart",
            json!({"name": "Heart clinic", "alias": ["Kardiologen"], "active": true,
            "type": kind("clinic"), "partOf": {"reference": "Organization/region"},
            "address": address("Linköping")}),
        ),
        organization(
            "eye",
            json!({"name": "Eye clinic", "active": false,
            "type": kind("clinic"), "partOf": {"reference": "Organization/region"},
            "address": address("Norrköping")}),
        ),
        organization(
            "company",
            json!({"name": "Regional bakery", "active": true,
            "identifier": [{"system": "http://example.org/ids", "value": "2"}]}),
        ),
    ] {
        store(&fyr, &one);
    }
    fyr
}

#[test]
fn criteria_find_what_matches_and_nothing_else() {
    let fyr = registry();
    for (query, expected) in [
        ("name=region", &["company", "region"][..]),
        ("name=REGION%20ostergotland", &["region"]),
        ("name=clinic", &[]),
        ("name:contains=clinic", &["eye", "heart"]),
        ("name:exact=Heart%20clinic", &["heart"]),
        ("name:exact=heart%20clinic", &[]),
        ("name=kardio", &["heart"]),
        ("name=heart,eye", &["eye", "heart"]),
        ("name=heart&name=kardio", &["heart"]),
        ("name=heart&name=eye", &[]),
        ("identifier=http://example.org/ids|1", &["region"]),
        ("identifier=1", &["region"]),
        ("identifier=|1", &[]),
        ("identifier=http://example.org/ids|", &["company", "region"]),
        (
            "identifier=http://example.org/ids|1,2",
            &["company", "region"],
        ),
        ("identifier=1&name=eye", &[]),
        ("identifier:missing=true", &["eye", "heart"]),
        ("type=http://example.org/kinds|clinic", &["eye", "heart"]),
        ("type=clinic&active=true", &["heart"]),
        ("type:not=clinic", &["company", "region"]),
        ("type:missing=true", &["company"]),
        ("active=false", &["eye"]),
        ("partof=Organization/region", &["eye", "heart"]),
        ("partof=region&active=true", &["heart"]),
        (
            "partof=https://fyr.example/fhir/Organization/region",
            &["eye", "heart"],
        ),
        ("partof=Organization/other", &[]),
        ("address-city=link", &["heart", "region"]),
        ("address=SE&type=region", &["region"]),
        ("_id=heart,eye,nobody", &["eye", "heart"]),
        ("_id=heart&active=false", &[]),
        ("", &["company", "eye", "heart", "region"]),
    ] {
        let found = search(&fyr, &format!("/Organization?{query}"));
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn a_search_is_answered_by_a_searchset_with_links_and_a_total_c11() {
    let fyr = registry();
    let reply = fyr
        .get("/Organization?name=heart&_pretty=false")
        .expect(200);
    assert_eq!(reply.json["type"], "searchset");
    assert_eq!(reply.json["total"], 1);
    let url = format!("{BASE}/Organization?name=heart&_pretty=false");
    assert_eq!(link(&reply, "self"), Some(url));
    assert_eq!(link(&reply, "next"), None);
    let entry = &reply.json["entry"][0];
    assert_eq!(entry["fullUrl"], format!("{BASE}/Organization/heart"));
    assert_eq!(entry["search"], json!({"mode": "match"}));
    assert_eq!(entry["resource"], fyr.get("/Organization/heart").json);
    let none = fyr.get("/Organization?name=nobody").expect(200);
    assert_eq!(none.json["total"], 0);
    assert_eq!(none.json.get("entry"), None);
}

#[test]
fn a_search_is_a_resource_that_we_would_store_ourselves() {
    let fyr = registry();
    let reply = fyr.get("/Organization?name=heart").expect(200);
    fyr.post("/Bundle", &reply.json).expect(201);
}

#[test]
fn a_search_can_be_posted_with_parameters_in_the_form_and_in_the_url() {
    let fyr = registry();
    let post = |path: &str, form: &str| {
        let ask = fyr.ask("POST", path);
        ask.bytes("application/x-www-form-urlencoded", form.to_owned())
            .send()
    };
    let reply = post("/Organization/_search", "type=clinic&active=true").expect(200);
    assert_eq!(matches(&reply), ["heart"]);
    let reply = post("/Organization/_search?active=true", "type=clinic").expect(200);
    assert_eq!(matches(&reply), ["heart"]);
    let url = format!("{BASE}/Organization?active=true&type=clinic");
    assert_eq!(link(&reply, "self"), Some(url));
    let reply = post("/_search", "_type=Organization&_id=eye").expect(200);
    assert_eq!(matches(&reply), ["eye"]);
    let reply = fyr.ask("POST", "/Organization/_search?_id=eye").send();
    assert_eq!(matches(&reply.expect(200)), ["eye"]);
    let ask = fyr.ask("POST", "/Organization/_search");
    ask.json(&json!({"name": "eye"})).send().expect(415);
}

#[test]
fn head_of_a_search_has_no_body() {
    let reply = registry().ask("HEAD", "/Organization?name=heart").send();
    reply.expect(200);
}

#[test]
fn unknown_parameters_are_refused_with_those_that_there_are() {
    let fyr = registry();
    let reply = fyr.get("/Organization?colour=red&name=heart").expect(400);
    assert_eq!(reply.codes(), ["not-supported"]);
    let text = reply.diagnostics();
    assert!(
        text.starts_with("Unknown search parameter \"colour\""),
        "{text}"
    );
    for known in ["_id", "_lastUpdated", "name", "partof"] {
        assert!(text.contains(known), "{known}: {text}");
    }
    let ask = fyr.ask("GET", "/Organization?colour=red");
    ask.header("prefer", "handling=strict").send().expect(400);
}

#[test]
fn a_lenient_client_is_told_what_was_ignored() {
    let fyr = registry();
    let ask = fyr.ask("GET", "/Organization?colour=red&name=heart");
    let reply = ask.header("prefer", "handling=lenient").send().expect(200);
    assert_eq!(matches(&reply), ["heart"]);
    let entries = reply.json["entry"].as_array().unwrap();
    let outcome = &entries[1];
    assert_eq!(outcome["search"]["mode"], "outcome");
    assert_eq!(outcome["resource"]["issue"][0]["severity"], "warning");
    let text = outcome["resource"]["issue"][0]["diagnostics"]
        .as_str()
        .unwrap();
    assert!(text.contains("colour"), "{text}");
}

#[test]
fn what_a_parameter_cannot_say_is_refused_with_all_problems() {
    let fyr = registry();
    for query in [
        "name:nearly=a",
        "active:contains=tr",
        "_lastUpdated=yesterday",
        "_count=many",
        "_sort=colour",
        "_include=Organization:colour",
        "_revinclude=Organisation:partof",
        "_summary=short",
        "_contained=both",
        "_type=Organization",
        "partof.colour=red",
        "name.name=a",
        "_has:Patient=1",
        "partof:below=Patient/1",
        "_cursor=AAAA",
    ] {
        fyr.get(&format!("/Organization?{query}")).expect(400);
    }
    let reply = fyr
        .get("/Organization?_count=many&colour=red&_sort=colour")
        .expect(400);
    assert_eq!(reply.codes().len(), 3, "{}", reply.text);
}

#[test]
fn a_search_sees_what_was_written_and_not_what_was_deleted_or_changed() {
    let fyr = registry();
    store(&fyr, &organization("heart", json!({"name": "Lung clinic"})));
    assert_eq!(search(&fyr, "/Organization?name=heart"), [""; 0]);
    assert_eq!(search(&fyr, "/Organization?name=lung"), ["heart"]);
    assert_eq!(search(&fyr, "/Organization?partof=region"), ["eye"]);
    fyr.delete("/Organization/eye").expect(200);
    assert_eq!(search(&fyr, "/Organization?partof=region"), [""; 0]);
    assert_eq!(search(&fyr, "/Organization?_id=eye"), [""; 0]);
    assert_eq!(
        search(&fyr, "/Organization"),
        ["company", "heart", "region"]
    );
    store(&fyr, &organization("eye", json!({"name": "Eye clinic"})));
    assert_eq!(search(&fyr, "/Organization?name=eye"), ["eye"]);
}

#[test]
fn the_time_of_the_last_change_is_searched_by() {
    let fyr = Fyr::new();
    for id in ["a", "b", "c"] {
        store(&fyr, &organization(id, json!({"name": id})));
        fyr.advance(60_000);
    }
    for (query, expected) in [
        ("_lastUpdated=gt2026-01-01T00:00:30Z", &["b", "c"][..]),
        ("_lastUpdated=lt2026-01-01T00:01:30Z", &["a", "b"]),
        (
            "_lastUpdated=ge2026-01-01T00:00:30Z&_lastUpdated=le2026-01-01T00:01:30Z",
            &["b"],
        ),
        ("_lastUpdated=2026-01-01", &["a", "b", "c"]),
        ("_lastUpdated=2027", &[]),
        ("_lastUpdated=gt2026-01-01T00:00:30Z&name=c", &["c"]),
    ] {
        let found = search(&fyr, &format!("/Organization?{query}"));
        assert_eq!(found, expected, "{query}");
    }
}

#[test]
fn several_types_are_searched_at_once_when_they_are_named() {
    let fyr = registry();
    store(
        &fyr,
        &json!({"resourceType": "Patient", "id": "eye", "active": true}),
    );
    let reply = fyr
        .get("/?_type=Patient,Organization&_id=eye,heart")
        .expect(200);
    assert_eq!(matches(&reply), ["eye", "eye", "heart"]);
    let reply = fyr.get("/?_id=eye").expect(400);
    assert_eq!(reply.codes(), ["too-costly"]);
    fyr.get("/?_type=Organisation").expect(400);
    let reply = fyr.get("/?_type=Patient,Organization&_count=1").expect(200);
    assert_eq!(matches(&reply), ["eye"]);
    let reply = fyr.get(&next(&reply).unwrap()).expect(200);
    assert_eq!(
        reply.json["entry"][0]["resource"]["resourceType"],
        "Organization"
    );
}

#[test]
fn part_of_each_resource_can_be_asked_for_c1() {
    let fyr = registry();
    let resource = |path: &str| fyr.get(path).expect(200).json["entry"][0]["resource"].clone();
    let subsetted = |resource: &Value| resource["meta"]["tag"][0]["code"] == "SUBSETTED";
    let found = resource("/Organization?_id=heart&_elements=name");
    assert_eq!(found["name"], "Heart clinic");
    assert_eq!(found.get("partOf"), None);
    assert!(subsetted(&found));
    let found = resource("/Organization?_id=heart&_summary=true");
    assert_eq!(found["name"], "Heart clinic");
    assert_eq!(found.get("address"), None);
    assert!(subsetted(&found));
    let read = fyr.get("/Organization/heart?_elements=name").expect(200);
    assert_eq!(read.json.get("partOf"), None);
    assert_eq!(read.header("etag"), Some("W/\"1\""));
    assert!(subsetted(&read.json));
    let read = fyr
        .get("/Organization/heart/_history/1?_summary=true")
        .expect(200);
    assert!(subsetted(&read.json));
    fyr.get("/Organization/heart?_summary=short").expect(400);
    let whole = fyr.get("/Organization/heart?_summary=false").expect(200);
    assert_eq!(whole.text, fyr.get("/Organization/heart").text);
}

#[test]
fn the_number_of_matches_is_told_when_asked_for() {
    let fyr = registry();
    for query in ["_summary=count", "_count=0"] {
        let reply = fyr
            .get(&format!("/Organization?type=clinic&{query}"))
            .expect(200);
        assert_eq!(reply.json["total"], 2, "{query}");
        assert_eq!(reply.json.get("entry"), None);
    }
    let reply = fyr
        .get("/Organization?_count=1&_total=accurate")
        .expect(200);
    assert_eq!(reply.json["total"], 4);
    assert_eq!(ids(&reply, "match").len(), 1);
    let reply = fyr.get(&next(&reply).unwrap()).expect(200);
    assert_eq!(reply.json["total"], 4);
    let reply = fyr.get("/Organization?_count=1").expect(200);
    assert_eq!(reply.json.get("total"), None, "it is not known");
}
