//! CORS: pages of other origins, by the operator's leave alone.

use std::collections::BTreeSet;

use server::Origins;

use super::{
    entries::organization,
    fyr::{Ask, Fyr},
};

const APP: &str = "https://app.example";

fn allowing(origins: Origins) -> Fyr {
    Fyr::with(|settings| settings.origins = origins)
}

fn allowing_app() -> Fyr {
    allowing(Origins::These(BTreeSet::from([APP.to_owned()])))
}

fn preflight<'a>(fyr: &'a Fyr, origin: &str) -> Ask<'a> {
    fyr.ask("OPTIONS", "/Organization")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization, content-type",
        )
}

#[test]
fn unless_it_is_set_no_page_may_call() {
    let fyr = Fyr::new();
    let reply = preflight(&fyr, APP).send().expect(405);
    assert_eq!(reply.header("access-control-allow-origin"), None);
    let reply = fyr
        .ask("GET", "/metadata")
        .header("origin", APP)
        .send()
        .expect(200);
    assert_eq!(reply.header("access-control-allow-origin"), None);
    assert_eq!(reply.header("vary"), Some("Accept, Accept-Encoding"));
}

#[test]
fn a_preflight_of_an_allowed_origin_needs_no_token_and_says_what_may_be_sent() {
    let fyr = allowing_app().with_roles(&[]);
    let reply = preflight(&fyr, APP).send().expect(204);
    assert_eq!(reply.header("access-control-allow-origin"), Some(APP));
    let methods = "GET, HEAD, POST, PUT, PATCH, DELETE";
    assert_eq!(reply.header("access-control-allow-methods"), Some(methods));
    let headers = reply.header("access-control-allow-headers").unwrap();
    for name in [
        "Authorization",
        "Content-Type",
        "Prefer",
        "If-Match",
        "Idempotency-Key",
    ] {
        assert!(headers.contains(name), "{headers}");
    }
    assert_eq!(reply.header("access-control-max-age"), Some("600"));
    assert_eq!(
        reply.header("vary"),
        Some("Accept, Accept-Encoding, Origin")
    );
    assert_eq!(reply.text, "");
}

#[test]
fn an_allowed_page_may_read_what_a_client_needs_of_successes_and_failures() {
    let fyr = allowing_app();
    for (method, path, status) in [("POST", "/Organization", 201), ("GET", "/Nothing", 404)] {
        let ask = fyr.ask(method, path).header("origin", APP);
        let reply = ask.json(&organization("A")).send().expect(status);
        assert_eq!(reply.header("access-control-allow-origin"), Some(APP));
        let exposed = reply.header("access-control-expose-headers").unwrap();
        for name in [
            "ETag",
            "Location",
            "Content-Location",
            "X-Progress",
            "Retry-After",
        ] {
            assert!(exposed.contains(name), "{exposed}");
        }
    }
}

#[test]
fn other_origins_are_not_told_that_there_are_allowed_ones() {
    let fyr = allowing_app();
    for origin in [
        "https://evil.example",
        "https://app.example.evil",
        "http://app.example",
        "null",
    ] {
        let reply = preflight(&fyr, origin).send().expect(405);
        assert_eq!(
            reply.header("access-control-allow-origin"),
            None,
            "{origin}"
        );
        assert_eq!(
            reply.header("vary"),
            Some("Accept, Accept-Encoding, Origin")
        );
    }
}

#[test]
fn with_a_star_every_origin_is_allowed_and_never_with_credentials() {
    let fyr = allowing(Origins::Any);
    let reply = preflight(&fyr, "https://any.example").send().expect(204);
    let told = reply.header("access-control-allow-origin");
    assert_eq!(told, Some("https://any.example"));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
}

#[test]
fn options_that_is_no_preflight_is_a_method_like_any_other() {
    let fyr = allowing_app();
    fyr.ask("OPTIONS", "/Organization")
        .header("origin", APP)
        .send()
        .expect(405);
    fyr.ask("OPTIONS", "/Organization").send().expect(405);
}
