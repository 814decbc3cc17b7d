//! `GET [base]/[type]/[id]/_history`.

use serde_json::{Value, json};

use super::{
    entries::{entry, organization, organization_at, post},
    fyr::{BASE, Fyr},
};

/// `Organization/1` with `versions` versions, one a second from 2026-01-01T00:00:00Z.
fn with_versions(versions: u32) -> Fyr {
    let fyr = Fyr::new();
    for version in 1..=versions {
        fyr.put(
            "/Organization/1",
            &organization_at("1", &format!("V{version}")),
        );
        fyr.advance(1_000);
    }
    fyr
}

/// The versions in a page, in its order.
fn versions(bundle: &Value) -> Vec<&str> {
    let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let etags = entries
        .iter()
        .map(|entry| entry["response"]["etag"].as_str().unwrap());
    etags
        .map(|etag| etag.trim_start_matches("W/\"").trim_end_matches('"'))
        .collect()
}

fn link<'a>(bundle: &'a Value, relation: &str) -> Option<&'a str> {
    let links = bundle["link"].as_array().unwrap();
    let link = links.iter().find(|link| link["relation"] == relation)?;
    link["url"].as_str()
}

#[test]
fn a_history_is_all_versions_newest_first_c3() {
    let fyr = with_versions(1);
    fyr.put("/Organization/1", &organization_at("1", "V2"))
        .expect(200);
    fyr.delete("/Organization/1").expect(200);
    let reply = fyr.get("/Organization/1/_history").expect(200);
    assert_eq!(
        reply.json,
        json!({
            "resourceType": "Bundle",
            "type": "history",
            "total": 3,
            "link": [{"relation": "self", "url": format!("{BASE}/Organization/1/_history")}],
            "entry": [
                {
                    "fullUrl": format!("{BASE}/Organization/1"),
                    "request": {"method": "DELETE", "url": "Organization/1"},
                    "response": {"status": "204 No Content", "etag": "W/\"3\"",
                        "lastModified": "2026-01-01T00:00:01.001+00:00"}
                },
                {
                    "fullUrl": format!("{BASE}/Organization/1"),
                    "resource": {"resourceType": "Organization", "id": "1",
                        "meta": {"versionId": "2", "lastUpdated": "2026-01-01T00:00:01.000+00:00"},
                        "name": "V2"},
                    "request": {"method": "PUT", "url": "Organization/1"},
                    "response": {"status": "200 OK", "etag": "W/\"2\"",
                        "lastModified": "2026-01-01T00:00:01.000+00:00"}
                },
                {
                    "fullUrl": format!("{BASE}/Organization/1"),
                    "resource": {"resourceType": "Organization", "id": "1",
                        "meta": {"versionId": "1", "lastUpdated": "2026-01-01T00:00:00.000+00:00"},
                        "name": "V1"},
                    "request": {"method": "PUT", "url": "Organization/1"},
                    "response": {"status": "201 Created", "etag": "W/\"1\"",
                        "lastModified": "2026-01-01T00:00:00.000+00:00"}
                }
            ]
        })
    );
}

#[test]
fn a_created_resource_begins_with_a_post() {
    let fyr = Fyr::new();
    let alone = fyr.created(&organization("A"));
    let reply = fyr.transaction(&[post(&organization("A"))]).expect(200);
    for key in [format!("Organization/{alone}"), reply.target(0).to_owned()] {
        let history = fyr.get(&format!("/{key}/_history")).expect(200).json;
        let request = json!({"method": "POST", "url": "Organization"});
        assert_eq!(history["entry"][0]["request"], request);
        assert_eq!(history["entry"][0]["response"]["status"], "201 Created");
    }
}

#[test]
fn the_history_of_what_never_was_is_404_and_of_what_was_deleted_is_not() {
    let fyr = with_versions(1);
    fyr.get("/Organization/nobody/_history").expect(404);
    fyr.delete("/Organization/1").expect(200);
    fyr.get("/Organization/1/_history").expect(200);
}

#[test]
fn pages_follow_each_other_without_gap_or_repetition() {
    let fyr = with_versions(5);
    let mut path = "/Organization/1/_history?_count=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = fyr.get(&path).expect(200).json;
        assert_eq!(page["total"], 5);
        assert_eq!(link(&page, "self"), Some(format!("{BASE}{path}").as_str()));
        seen.extend(versions(&page).into_iter().map(str::to_owned));
        match link(&page, "next") {
            Some(next) => next.strip_prefix(BASE).unwrap().clone_into(&mut path),
            None => break,
        }
        assert!(seen.len() <= 5);
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"]);
}

#[test]
fn a_page_that_is_written_behind_does_not_move() {
    let fyr = with_versions(3);
    let first = fyr
        .get("/Organization/1/_history?_count=2")
        .expect(200)
        .json;
    fyr.put("/Organization/1", &organization_at("1", "V4"))
        .expect(200);
    let next = link(&first, "next").unwrap().strip_prefix(BASE).unwrap();
    assert_eq!(versions(&fyr.get(next).expect(200).json), ["1"]);
}

#[test]
fn a_full_last_page_has_no_next() {
    let fyr = with_versions(2);
    let page = fyr
        .get("/Organization/1/_history?_count=2")
        .expect(200)
        .json;
    assert_eq!(link(&page, "next"), None);
}

#[test]
fn only_versions_since_an_instant_are_told() {
    let fyr = with_versions(4);
    for (since, expected) in [
        ("2026-01-01T00:00:02Z", vec!["4", "3"]),
        ("2026-01-01T00:00:02.001Z", vec!["4"]),
        ("2026-01-01T01:00:02%2B01:00", vec!["4", "3"]),
        ("2025", vec!["4", "3", "2", "1"]),
        ("2027-01-01", vec![]),
    ] {
        let path = format!("/Organization/1/_history?_since={since}");
        let page = fyr.get(&path).expect(200).json;
        assert_eq!(versions(&page), expected, "{since}");
        assert_eq!(page["total"], expected.len(), "{since}");
    }
}

#[test]
fn only_versions_that_were_current_at_a_time_are_told() {
    let fyr = with_versions(4);
    for (at, expected) in [
        ("2026-01-01T00:00:01.500Z", vec!["2"]),
        ("2026-01-01T00:00:01.000Z", vec!["2"]),
        ("2026-01-01T00:00:02Z", vec!["3"]),
        ("2026-01-01", vec!["4", "3", "2", "1"]),
        ("2026-02-01", vec!["4"]),
        ("2025-12-31", vec![]),
    ] {
        let path = format!("/Organization/1/_history?_at={at}");
        let page = fyr.get(&path).expect(200).json;
        assert_eq!(versions(&page), expected, "{at}");
    }
}

#[test]
fn since_and_paging_work_together() {
    let fyr = with_versions(5);
    let path = "/Organization/1/_history?_since=2026-01-01T00:00:02Z&_count=2";
    let first = fyr.get(path).expect(200).json;
    assert_eq!(
        (versions(&first), &first["total"]),
        (vec!["5", "4"], &json!(3))
    );
    let next = link(&first, "next").unwrap().strip_prefix(BASE).unwrap();
    let second = fyr.get(next).expect(200).json;
    assert_eq!(
        (versions(&second), &second["total"]),
        (vec!["3"], &json!(3))
    );
    assert_eq!(link(&second, "next"), None);
}

#[test]
fn parameters_that_cannot_be_understood_are_refused_c3() {
    let fyr = with_versions(2);
    for query in [
        "_count=x",
        "_count=-1",
        "_since=yesterday",
        "_at=2026-13",
        "_since=2026&_since=2025",
        "_count=1&_count=2",
        "_at=2026&_since=2026",
        "_before=x",
        "name=A",
    ] {
        let reply = fyr
            .get(&format!("/Organization/1/_history?{query}"))
            .expect(400);
        let name = query.split('=').next().unwrap();
        assert!(
            reply.diagnostics().contains(name),
            "{query}: {}",
            reply.text
        );
    }
    fyr.get("/Organization/1/_history?_format=json&_pretty=true")
        .expect(200);
    fyr.get("/Organization/1/_history?_count=100000")
        .expect(200);
}

#[test]
fn the_history_in_a_bundle_is_the_same() {
    let fyr = with_versions(3);
    let direct = fyr
        .get("/Organization/1/_history?_count=2")
        .expect(200)
        .json;
    for kind in ["transaction", "batch"] {
        let url = "Organization/1/_history?_count=2";
        let reply = fyr.bundle(kind, &[entry("GET", url)]).expect(200);
        assert_eq!(reply.status_of(0), "200 OK");
        assert_eq!(reply.json["entry"][0]["resource"], direct);
    }
}
