//! `GET [base]/[type]/_history` and `GET [base]/_history`.

use serde_json::{Value, json};

use super::{
    entries::{entry, organization, organization_at, post},
    fyr::{BASE, Fyr},
};

/// Two organizations and a patient, and a second version of the first; one write a second from
/// 2026-01-01T00:00:00Z.
fn with_four_versions() -> Fyr {
    let fyr = Fyr::new();
    let patient = json!({"resourceType": "Patient", "id": "p"});
    let writes = [
        ("/Organization/a", organization_at("a", "A")),
        ("/Patient/p", patient),
        ("/Organization/b", organization_at("b", "B")),
        ("/Organization/a", organization_at("a", "A2")),
    ];
    for (path, resource) in writes {
        fyr.put(path, &resource);
        fyr.advance(1_000);
    }
    fyr
}

/// `Organization/a/2` for each entry, in their order.
fn names(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().map_or(&[][..], Vec::as_slice);
    let name = |entry: &Value| {
        let url = entry["fullUrl"]
            .as_str()
            .unwrap()
            .strip_prefix(BASE)
            .unwrap();
        let version = entry["response"]["etag"].as_str().unwrap();
        let version = version.trim_start_matches("W/\"").trim_end_matches('"');
        format!("{}/{version}", url.trim_start_matches('/'))
    };
    entries.iter().map(name).collect()
}

fn link(bundle: &Value, relation: &str) -> Option<String> {
    let links = bundle["link"].as_array().unwrap();
    let link = links.iter().find(|link| link["relation"] == relation)?;
    Some(
        link["url"]
            .as_str()
            .unwrap()
            .strip_prefix(BASE)
            .unwrap()
            .to_owned(),
    )
}

/// The versions on all pages, and the instant before which they are complete.
fn read(fyr: &Fyr, path: &str) -> (Vec<String>, String) {
    let mut bundle = fyr.get(path).expect(200).json;
    let complete = bundle["meta"]["lastUpdated"].clone();
    let mut seen = names(&bundle);
    while let Some(next) = link(&bundle, "next") {
        bundle = fyr.get(&next).expect(200).json;
        assert_eq!(
            bundle["meta"]["lastUpdated"], complete,
            "all pages end at one instant"
        );
        seen.extend(names(&bundle));
    }
    (seen, complete.as_str().unwrap().to_owned())
}

#[test]
fn the_history_of_a_type_is_that_of_all_its_resources_newest_first_c3() {
    let fyr = with_four_versions();
    let bundle = fyr.get("/Organization/_history").expect(200).json;
    assert_eq!(bundle["type"], "history");
    assert_eq!(
        names(&bundle),
        ["Organization/a/2", "Organization/b/1", "Organization/a/1"]
    );
    assert_eq!(
        link(&bundle, "self").as_deref(),
        Some("/Organization/_history")
    );
    let instance = fyr.get("/Organization/b/_history").expect(200).json;
    assert_eq!(
        bundle["entry"][1], instance["entry"][0],
        "entries are those of the instance"
    );
}

#[test]
fn the_history_of_the_server_is_that_of_all_types_c3() {
    let fyr = with_four_versions();
    fyr.delete("/Patient/p").expect(200);
    let bundle = fyr.get("/_history").expect(200).json;
    let expected = [
        "Patient/p/2",
        "Organization/a/2",
        "Organization/b/1",
        "Patient/p/1",
        "Organization/a/1",
    ];
    assert_eq!(names(&bundle), expected);
    assert_eq!(
        bundle["entry"][0]["request"],
        json!({"method": "DELETE", "url": "Patient/p"})
    );
    assert_eq!(bundle["entry"][0].get("resource"), None);
    assert_eq!(link(&bundle, "self").as_deref(), Some("/_history"));
}

#[test]
fn an_empty_server_has_an_empty_history() {
    let fyr = Fyr::new();
    for path in ["/_history", "/Organization/_history"] {
        let bundle = fyr.get(path).expect(200).json;
        assert_eq!(bundle.get("entry"), None);
        assert_eq!(link(&bundle, "next"), None);
    }
}

#[test]
fn pages_of_any_size_tell_each_version_once() {
    let fyr = with_four_versions();
    fyr.transaction(&vec![post(&organization("same instant")); 20])
        .expect(200);
    let (all, _) = read(&fyr, "/_history");
    assert_eq!(all.len(), 24);
    for count in [1, 2, 7, 24] {
        assert_eq!(
            read(&fyr, &format!("/_history?_count={count}")).0,
            all,
            "{count}"
        );
    }
}

#[test]
fn a_page_that_is_written_behind_does_not_move() {
    let fyr = with_four_versions();
    let first = fyr.get("/_history?_count=2").expect(200).json;
    fyr.put("/Organization/c", &organization_at("c", "C"))
        .expect(201);
    fyr.put(
        "/Patient/p",
        &json!({"resourceType": "Patient", "id": "p", "active": true}),
    )
    .expect(200);
    let second = fyr.get(&link(&first, "next").unwrap()).expect(200).json;
    assert_eq!(names(&second), ["Patient/p/1", "Organization/a/1"]);
    assert_eq!(second["meta"], first["meta"]);
}

#[test]
fn since_the_end_of_a_history_comes_what_was_written_after_it() {
    let fyr = with_four_versions();
    let (first, end) = read(&fyr, "/_history");
    assert_eq!(first.len(), 4);
    fyr.put("/Organization/b", &organization_at("b", "B2"))
        .expect(200);
    let (second, end) = read(
        &fyr,
        &format!("/_history?_since={}", end.replace('+', "%2B")),
    );
    assert_eq!(second, ["Organization/b/2"]);
    let (third, _) = read(
        &fyr,
        &format!("/_history?_since={}", end.replace('+', "%2B")),
    );
    assert_eq!(third, [""; 0]);
}

#[test]
fn a_write_that_was_answered_is_in_the_history() {
    let fyr = Fyr::new();
    for n in 0..10 {
        // no time passes between a write and its reading
        fyr.put(
            &format!("/Organization/{n}"),
            &organization_at(&n.to_string(), "A"),
        )
        .expect(201);
        assert_eq!(read(&fyr, "/Organization/_history").0.len(), n + 1);
    }
}

#[test]
fn the_last_instant_of_since_counts() {
    let fyr = with_four_versions();
    for (since, expected) in [
        ("2026-01-01T00:00:02Z", 2),
        ("2026-01-01T00:00:02.001Z", 1),
        ("2025", 4),
        ("2027", 0),
    ] {
        assert_eq!(
            read(&fyr, &format!("/_history?_since={since}")).0.len(),
            expected,
            "{since}"
        );
    }
}

#[test]
fn what_was_current_at_a_time_is_told_c3() {
    let fyr = with_four_versions();
    for (at, expected) in [
        (
            "2026-01-01T00:00:01.500Z",
            vec!["Patient/p/1", "Organization/a/1"],
        ),
        (
            "2026-01-01T00:01:00Z",
            vec!["Organization/a/2", "Organization/b/1", "Patient/p/1"],
        ),
        ("2025-12-31", vec![]),
    ] {
        let (found, _) = read(&fyr, &format!("/_history?_count=1&_at={at}"));
        assert_eq!(found, expected, "{at}");
    }
}

#[test]
fn parameters_that_cannot_be_understood_are_refused_c3() {
    let fyr = with_four_versions();
    for query in [
        "_count=x",
        "_since=yesterday",
        "_since=2026&_since=2025",
        "_at=2026&_since=2026",
        "_before=7",
        "_before=1~Organization~1~a~1~t",
        "name=A",
    ] {
        for path in ["/_history", "/Organization/_history"] {
            let reply = fyr.get(&format!("{path}?{query}")).expect(400);
            let name = query.split('=').next().unwrap();
            assert!(
                reply.diagnostics().contains(name),
                "{query}: {}",
                reply.text
            );
        }
    }
    fyr.get("/Organisation/_history").expect(404);
    fyr.post("/_history", &organization("A")).expect(405);
    fyr.delete("/Organization/_history").expect(405);
}

#[test]
fn a_history_tells_nobody_about_types_that_they_may_not_read() {
    let fyr = with_four_versions();
    let patients = fyr.with_roles(&["Patient.read"]);
    patients.get("/Organization/_history").expect(403);
    assert_eq!(read(&patients, "/Patient/_history").0, ["Patient/p/1"]);
    assert_eq!(read(&patients, "/_history").0, ["Patient/p/1"]);
    fyr.with_roles(&["Patient.create"])
        .get("/_history")
        .expect(403);
    let nobody = fyr.seen_by(server::auth::Caller::anonymous());
    nobody.get("/_history").expect(401);
}

#[test]
fn a_history_can_be_read_in_a_bundle() {
    let fyr = with_four_versions();
    let direct = fyr.get("/Organization/_history?_count=2").expect(200).json;
    for kind in ["transaction", "batch"] {
        let url = "Organization/_history?_count=2";
        let reply = fyr.bundle(kind, &[entry("GET", url)]).expect(200);
        assert_eq!(reply.json["entry"][0]["resource"], direct);
    }
    let written = [post(&organization("new")), entry("GET", "_history")];
    let reply = fyr.transaction(&written).expect(200);
    let history = &reply.json["entry"][1]["resource"];
    assert_eq!(
        names(history).first().map(String::as_str),
        Some(format!("{}/1", reply.target(0))).as_deref()
    );
}
