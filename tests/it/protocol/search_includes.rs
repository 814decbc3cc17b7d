//! `_include` and `_revinclude`.

use serde_json::json;

use super::{
    found::{ids, organization, store},
    fyr::Fyr,
};

/// country > region > clinic, and a patient of the clinic.
fn tree() -> Fyr {
    let fyr = Fyr::new();
    let under = |id: &str, parent: &str| {
        organization(
            id,
            json!({"name": id, "partOf": {"reference": format!("Organization/{parent}")}}),
        )
    };
    store(&fyr, &organization("country", json!({"name": "country"})));
    store(&fyr, &under("region", "country"));
    store(&fyr, &under("clinic", "region"));
    store(&fyr, &under("orphan", "nobody"));
    store(
        &fyr,
        &json!({"resourceType": "Patient", "id": "patient",
            "managingOrganization": {"reference": "Organization/clinic"}}),
    );
    fyr
}

fn included(fyr: &Fyr, path: &str) -> Vec<String> {
    let mut found = ids(&fyr.get(path).expect(200), "include");
    found.sort();
    found
}

#[test]
fn what_matches_refer_to_is_included_once_and_when_it_is_there() {
    let fyr = tree();
    let path = "/Organization?_id=clinic,orphan&_include=Organization:partof";
    assert_eq!(included(&fyr, path), ["region"]);
    let both = "/Organization?_id=clinic,region&_include=Organization:partof";
    assert_eq!(
        included(&fyr, both),
        ["country"],
        "a match is not included again"
    );
    let typed = "/Patient?_include=Patient:organization:Organization";
    assert_eq!(included(&fyr, typed), ["clinic"]);
    let other = "/Patient?_include=Patient:organization:Practitioner";
    assert_eq!(included(&fyr, other), [""; 0]);
    assert_eq!(included(&fyr, "/Patient?_include=Patient:*"), ["clinic"]);
    fyr.delete("/Organization/region").expect(200);
    assert_eq!(included(&fyr, path), [""; 0]);
}

#[test]
fn what_refers_to_matches_is_included() {
    let fyr = tree();
    let path = "/Organization?_id=region&_revinclude=Organization:partof";
    assert_eq!(included(&fyr, path), ["clinic"]);
    let path = "/Organization?_id=clinic&_revinclude=Patient:organization";
    assert_eq!(included(&fyr, path), ["patient"]);
}

#[test]
fn what_is_included_is_followed_when_asked_for() {
    let fyr = tree();
    let up = "/Patient?_include=Patient:organization&_include:iterate=Organization:partof";
    assert_eq!(included(&fyr, up), ["clinic", "country", "region"]);
    let once = "/Patient?_include=Patient:organization&_include=Organization:partof";
    assert_eq!(included(&fyr, once), ["clinic"]);
    let down = "/Organization?_id=country&_revinclude:iterate=Organization:partof";
    assert_eq!(included(&fyr, down), ["clinic", "region"]);
}

#[test]
fn a_circle_is_followed_once() {
    let fyr = Fyr::new();
    for (id, parent) in [("a", "b"), ("b", "a")] {
        let reference = format!("Organization/{parent}");
        store(
            &fyr,
            &organization(id, json!({"partOf": {"reference": reference}, "name": id})),
        );
    }
    let path = "/Organization?_id=a&_include:iterate=Organization:partof";
    assert_eq!(included(&fyr, path), ["b"]);
}

#[test]
fn more_than_the_limit_is_refused_rather_than_cut() {
    let fyr = Fyr::with(|settings| settings.search.included = 2);
    for id in ["a", "b", "c"] {
        let members = json!({"partOf": {"reference": "Organization/top"}, "name": id});
        store(&fyr, &organization(id, members));
    }
    store(&fyr, &organization("top", json!({"name": "top"})));
    let reply = fyr.get("/Organization?_id=top&_revinclude=Organization:partof");
    assert_eq!(reply.expect(400).codes(), ["too-costly"]);
}

#[test]
fn only_types_that_the_caller_may_read_are_included_and_it_is_told() {
    let fyr = tree();
    let caller = fyr.with_roles(&["Patient.search"]);
    let reply = caller
        .get("/Patient?_include=Patient:organization")
        .expect(200);
    assert_eq!(ids(&reply, "include"), [""; 0]);
    let outcome = &reply.json["entry"][1];
    assert_eq!(outcome["search"]["mode"], "outcome");
    assert_eq!(outcome["resource"]["issue"][0]["code"], "suppressed");
    let caller = fyr.with_roles(&["Organization.search"]);
    caller
        .get("/Organization?_revinclude=Patient:organization")
        .expect(403);
    caller.get("/Organization").expect(200);
    caller.get("/Patient").expect(403);
    caller.get("/?_type=Patient,Organization").expect(403);
    caller
        .get("/Organization?_has:Patient:organization:active=true")
        .expect(403);
    fyr.with_roles(&["Organization.read"])
        .get("/Organization")
        .expect(200);
    fyr.with_roles(&["Organization.write"])
        .get("/Organization")
        .expect(403);
}
