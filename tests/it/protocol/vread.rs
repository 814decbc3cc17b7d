//! `GET [base]/[type]/[id]/_history/[vid]`.

use super::{
    entries::organization_at,
    fyr::{BASE, Fyr},
};

fn with_three_versions() -> Fyr {
    let fyr = Fyr::new();
    for name in ["A", "B", "C"] {
        fyr.put("/Organization/1", &organization_at("1", name));
        fyr.advance(1_000);
    }
    fyr
}

#[test]
fn every_version_stays_readable_as_it_was() {
    let fyr = with_three_versions();
    for (version, name) in [(1, "A"), (2, "B"), (3, "C")] {
        let path = format!("/Organization/1/_history/{version}");
        let reply = fyr.get(&path).expect(200);
        assert_eq!(reply.json["name"], name);
        assert_eq!(reply.json["meta"]["versionId"], version.to_string());
        let etag = format!("W/\"{version}\"");
        assert_eq!(reply.header("etag"), Some(etag.as_str()));
        let place = format!("{BASE}{path}");
        assert_eq!(reply.header("content-location"), Some(place.as_str()));
        let time = format!("2026-01-01T00:00:0{}.000+00:00", version - 1);
        assert_eq!(reply.json["meta"]["lastUpdated"], time);
    }
}

#[test]
fn an_unknown_version_is_404() {
    let fyr = with_three_versions();
    for version in ["4", "0", "01", "x", "-1", "18446744073709551616"] {
        let reply = fyr
            .get(&format!("/Organization/1/_history/{version}"))
            .expect(404);
        assert_eq!(reply.codes(), ["not-found"], "{version}");
    }
    fyr.get("/Organization/nobody/_history/1").expect(404);
}

#[test]
fn the_version_that_is_the_deletion_is_410_and_those_before_stay_c2() {
    let fyr = with_three_versions();
    fyr.delete("/Organization/1").expect(200);
    fyr.get("/Organization/1/_history/4").expect(410);
    fyr.get("/Organization/1/_history/5").expect(404);
    assert_eq!(
        fyr.get("/Organization/1/_history/3").expect(200).json["name"],
        "C"
    );
}

#[test]
fn a_deletion_in_the_past_stays_410_after_the_resource_came_back() {
    let fyr = with_three_versions();
    fyr.delete("/Organization/1").expect(200);
    fyr.put("/Organization/1", &organization_at("1", "D"))
        .expect(201);
    fyr.get("/Organization/1/_history/4").expect(410);
    assert_eq!(
        fyr.get("/Organization/1/_history/5").expect(200).json["name"],
        "D"
    );
}
