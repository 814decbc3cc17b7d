//! Whose tenant a caller is, and how it shows.

use serde_json::Value;
use server::Tenancy;
use server::auth::Caller;

use super::super::entries::organization;
use super::{View, each, several};

#[test]
fn a_token_of_another_tenant_or_of_none_is_refused() {
    let fyr = several(Tenancy::Path);
    let a = View::of(&fyr, Tenancy::Path, "a");
    a.fyr.get("/b/Organization").expect(403);
    a.fyr.get("/c/Organization").expect(404);
    a.fyr.get("/Organization").expect(404);
    a.fyr.get("/metadata").expect(404);
    a.fyr.get("/").expect(404);
    a.fyr.get("//Organization").expect(404);
    a.fyr.get("/a~/Organization").expect(404);
    let nowhere = fyr.with_roles(&["Organization.*"]);
    nowhere.get("/a/Organization").expect(403);
    fyr.seen_by(Caller::anonymous())
        .get("/a/Organization")
        .expect(401);
    fyr.seen_by(Caller::anonymous())
        .get("/a/metadata")
        .expect(200);
    fyr.get("/a/Organization").expect(200);

    let fyr = several(Tenancy::Claim);
    fyr.with_roles(&["Organization.*"])
        .get("/Organization")
        .expect(403);
    View::of(&fyr, Tenancy::Claim, "c")
        .get("/Organization")
        .expect(403);
    View::of(&fyr, Tenancy::Claim, "a~b")
        .get("/Organization")
        .expect(403);
    View::of(&fyr, Tenancy::Claim, "")
        .get("/Organization")
        .expect(403);
    fyr.seen_by(Caller::anonymous())
        .get("/Organization")
        .expect(401);
    fyr.seen_by(Caller::anonymous())
        .get("/metadata")
        .expect(200);
}

#[test]
fn urls_of_a_tenant_have_its_name_where_the_path_has() {
    each(|a, _| {
        let reply = a
            .send("POST", "/Organization", &organization("A"))
            .expect(201);
        let location = a.below(reply.header("location").unwrap());
        let (path, _) = location.split_once("/_history").unwrap();
        a.get(path).expect(200);
        let found = a.get("/Organization").json;
        a.below(found["entry"][0]["fullUrl"].as_str().unwrap());
        a.below(found["link"][0]["url"].as_str().unwrap());
    });
}

#[test]
fn the_record_of_a_request_names_the_tenant() {
    each(|a, _| {
        a.fyr.records.take();
        a.get("/Organization").expect(200);
        let line: Value = serde_json::from_str(&a.fyr.records.take()[0]).unwrap();
        assert_eq!(line["tenant"], "a");
    });
}
