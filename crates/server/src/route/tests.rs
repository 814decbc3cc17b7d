//! Paths and where they lead.

use fhir::version::VersionId;
use http::Method;
use store::DocumentKey;

use super::{Route, find};

fn route(method: &Method, path: &str) -> Route {
    find(method, path).unwrap().route
}

fn status(method: &Method, path: &str) -> u16 {
    find(method, path).unwrap_err().kind.status().as_u16()
}

fn key(id: &str) -> DocumentKey {
    DocumentKey {
        kind: "Organization".into(),
        id: id.into(),
    }
}

#[test]
fn each_interaction_has_its_path() {
    assert_eq!(route(&Method::POST, ""), Route::Bundle);
    assert_eq!(route(&Method::POST, "/"), Route::Bundle);
    assert_eq!(route(&Method::GET, "/metadata"), Route::Capabilities);
    assert_eq!(
        route(&Method::GET, "/Organization/1"),
        Route::Read(key("1"))
    );
    assert_eq!(
        route(&Method::GET, "Organization/1/_history"),
        Route::History(key("1"))
    );
    assert_eq!(route(&Method::GET, "_history"), Route::SystemHistory);
    assert_eq!(
        route(&Method::POST, "Organization/1/$expunge"),
        Route::Expunge(key("1"))
    );
    assert_eq!(
        route(&Method::GET, "/Organization/_history?_count=2"),
        Route::TypeHistory("Organization".into())
    );
    assert_eq!(
        route(&Method::GET, "Organization/1/_history/2"),
        Route::Vread(key("1"), VersionId(2))
    );
    assert_eq!(
        route(&Method::POST, "/Organization/"),
        Route::Create("Organization".into())
    );
    assert_eq!(
        route(&Method::PUT, "Organization/1"),
        Route::Update(key("1"))
    );
    assert_eq!(
        route(&Method::DELETE, "Organization?identifier=a|b"),
        Route::ConditionalDelete("Organization".into(), "identifier=a|b".into())
    );
}

#[test]
fn what_is_not_there_is_404_and_what_is_not_taken_is_405() {
    assert_eq!(status(&Method::GET, "/Organisation/1"), 404);
    assert_eq!(status(&Method::GET, "/Organization/1/name"), 404);
    assert_eq!(status(&Method::GET, "/$nothing"), 404);
    assert_eq!(status(&Method::POST, "/Organization/1"), 405);
    assert_eq!(status(&Method::DELETE, "/metadata"), 405);
    assert_eq!(status(&Method::DELETE, "/Organization"), 405);
    assert_eq!(status(&Method::GET, "/Organization/a_b"), 400);
}
