//! The one route table: which interaction a method and a path ask for.
//!
//! <http://hl7.org/fhir/R4/http.html#summary>
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | GET | `metadata` | capabilities |
//! | POST | (base) | transaction, batch |
//! | GET | `[type]/[id]` | read |
//! | GET | `[type]/[id]/_history/[vid]` | vread |
//! | GET | `[type]/[id]/_history` | history |
//! | GET | `[type]/_history`, `_history` | history of a type, of everything |
//! | POST | `[type]` | create, conditional create |
//! | PUT | `[type]/[id]`, `[type]?…` | update, conditional update |
//! | DELETE | `[type]/[id]`, `[type]?…` | delete, conditional delete |
//! | POST | `[type]/[id]/$expunge` | the operation `$expunge` |
//!
//! HEAD goes where GET goes. The entries of a bundle are routed by the same table: their
//! `request.url` is a path below the base.

use fhir::{
    outcome::IssueType,
    query::{self, Parameter},
    resource::{is_id, is_type},
    version::VersionId,
};
use http::Method;
use store::DocumentKey;

use crate::{
    auth::Right,
    failure::{Failure, Kind},
};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The capability statement.
    Capabilities,
    /// A transaction or a batch.
    Bundle,
    /// The current version of a resource.
    Read(DocumentKey),
    /// A certain version.
    Vread(DocumentKey, VersionId),
    /// All versions of a resource, newest first.
    History(DocumentKey),
    /// All versions of all resources of a type, newest first.
    TypeHistory(String),
    /// All versions of everything, newest first.
    SystemHistory,
    /// `$expunge` of a resource.
    Expunge(DocumentKey),
    /// A new resource of this type.
    Create(String),
    /// A new version of a resource.
    Update(DocumentKey),
    /// A new version of the resource that matches a query, or a new resource.
    ConditionalUpdate(String, String),
    /// The deletion of a resource.
    Delete(DocumentKey),
    /// The deletion of the resource that matches a query.
    ConditionalDelete(String, String),
}

impl Route {
    /// What the caller must be allowed to do.
    pub(crate) fn right(&self) -> Right {
        match self {
            Self::Capabilities => Right::Open,
            Self::Bundle => Right::Bundle,
            Self::Read(key) | Self::Vread(key, _) | Self::History(key) => {
                Right::Read(key.kind.clone())
            }
            Self::TypeHistory(kind) => Right::Read(kind.clone()),
            Self::SystemHistory => Right::ReadSome,
            Self::Create(kind) => Right::Create(kind.clone()),
            Self::Update(key) => Right::Update(key.kind.clone()),
            Self::ConditionalUpdate(kind, _) => Right::Update(kind.clone()),
            Self::Delete(key) => Right::Delete(key.kind.clone()),
            Self::Expunge(key) => Right::Expunge(key.kind.clone()),
            Self::ConditionalDelete(kind, _) => Right::Delete(kind.clone()),
        }
    }
}

/// A route with the parameters of its query.
#[derive(Debug, Clone)]
pub(crate) struct Routed {
    /// Where to.
    pub(crate) route: Route,
    /// The query's parameters, decoded. Those of a conditional route are its criteria.
    pub(crate) parameters: Vec<Parameter>,
}

/// Finds the route for a path below the base, with its query: `Organization/1?_format=json`.
///
/// # Errors
///
/// 404 for an unknown type or path, 405 for a method that the path does not take, 400 for an id or
/// version that cannot be one, and for an interaction that is not supported.
pub(crate) fn find(method: &Method, path_and_query: &str) -> Result<Routed, Failure> {
    let (path, query) = path_and_query
        .split_once('?')
        .unwrap_or((path_and_query, ""));
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let route = match segments.as_slice() {
        [""] => base(method),
        ["metadata"] => only(method, &[&Method::GET], "metadata").map(|()| Route::Capabilities),
        ["_history"] => only(method, &[&Method::GET], "_history").map(|()| Route::SystemHistory),
        [name, ..] if name.starts_with(['$', '_']) => Err(unknown_path(path)),
        [kind, "_history"] => {
            let kind = known_type(kind)?.to_owned();
            only(method, &[&Method::GET], "_history").map(|()| Route::TypeHistory(kind))
        }
        [kind] => on_type(method, known_type(kind)?, query),
        [kind, operation] if operation.starts_with(['$', '_']) => {
            let kind = known_type(kind)?;
            Err(Failure::not_supported(format!(
                "{kind}/{operation} is not supported"
            )))
        }
        [kind, id] => on_instance(method, key(kind, id)?),
        [kind, id, "_history"] => {
            let key = key(kind, id)?;
            only(method, &[&Method::GET], "_history").map(|()| Route::History(key))
        }
        [kind, id, "$expunge"] => {
            let key = key(kind, id)?;
            only(method, &[&Method::POST], "$expunge").map(|()| Route::Expunge(key))
        }
        [kind, id, "_history", version] => {
            let key = key(kind, id)?;
            only(method, &[&Method::GET], "_history/[vid]")?;
            // A version that is no number of ours is a version that does not exist.
            let unknown = || Failure::not_found(&format_args!("{key}/_history/{version}"));
            let version = version.parse::<VersionId>().map_err(|_| unknown())?;
            Ok(Route::Vread(key, version))
        }
        _ => Err(unknown_path(path)),
    }?;
    Ok(Routed {
        route,
        parameters: query::parse(query),
    })
}

fn base(method: &Method) -> Result<Route, Failure> {
    match *method {
        Method::POST => Ok(Route::Bundle),
        Method::GET => Err(Failure::not_supported(
            "search over all types is not supported",
        )),
        _ => Err(not_allowed(method, "the base", "POST")),
    }
}

fn on_type(method: &Method, kind: &str, query: &str) -> Result<Route, Failure> {
    match *method {
        Method::POST => Ok(Route::Create(kind.to_owned())),
        Method::GET => Err(Failure::not_supported(format!(
            "search of {kind} is not supported"
        ))),
        Method::PUT | Method::DELETE if query.is_empty() => {
            let text = format!("{method} {kind} needs an id, or criteria in the query");
            Err(Failure::new(
                Kind::NotAllowed,
                IssueType::NotSupported,
                text,
            ))
        }
        Method::PUT => Ok(Route::ConditionalUpdate(kind.to_owned(), query.to_owned())),
        Method::DELETE => Ok(Route::ConditionalDelete(kind.to_owned(), query.to_owned())),
        _ => Err(not_allowed(method, kind, "POST, PUT, DELETE")),
    }
}

fn on_instance(method: &Method, key: DocumentKey) -> Result<Route, Failure> {
    match *method {
        Method::GET => Ok(Route::Read(key)),
        Method::PUT => Ok(Route::Update(key)),
        Method::DELETE => Ok(Route::Delete(key)),
        _ => Err(not_allowed(method, &key.to_string(), "GET, PUT, DELETE")),
    }
}

fn known_type(kind: &str) -> Result<&str, Failure> {
    if is_type(kind) {
        return Ok(kind);
    }
    let text = format!("there is no resource type \"{kind}\" in FHIR R4");
    Err(Failure::new(Kind::NotFound, IssueType::NotFound, text))
}

fn key(kind: &str, id: &str) -> Result<DocumentKey, Failure> {
    let kind = known_type(kind)?.to_owned();
    if is_id(id) {
        return Ok(DocumentKey {
            kind,
            id: id.to_owned(),
        });
    }
    let text = format!("\"{id}\" is not an id: 1 to 64 of A-Z, a-z, 0-9, - and .");
    Err(Failure::new(Kind::Malformed, IssueType::Value, text))
}

fn only(method: &Method, allowed: &[&Method], what: &str) -> Result<(), Failure> {
    if allowed.contains(&method) {
        return Ok(());
    }
    let names: Vec<&str> = allowed.iter().map(|method| method.as_str()).collect();
    Err(not_allowed(method, what, &names.join(", ")))
}

fn not_allowed(method: &Method, what: &str, allowed: &str) -> Failure {
    let text = format!("{method} is not supported on {what}; supported: {allowed}");
    Failure::new(Kind::NotAllowed, IssueType::NotSupported, text)
}

fn unknown_path(path: &str) -> Failure {
    Failure::new(
        Kind::NotFound,
        IssueType::NotFound,
        format!("there is nothing at \"{path}\""),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
