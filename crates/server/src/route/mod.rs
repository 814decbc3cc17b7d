//! The one route table: which interaction a method and a path ask for.
//!
//! <http://hl7.org/fhir/R4/http.html#summary>
//!
//! ```text
//! system    paths of the whole server: the base, metadata, _history, system operations
//! kind      paths of a resource type: [type], [type]/_history, operations of a type
//! instance  paths of a resource: [type]/[id], its history, operations of an instance
//! route     what a row leads to, and what it asks of the caller
//! definition the operations of the rows, as resources
//! ```
//!
//! A row is a method, a path and a route; the capability statement is made of the same rows. HEAD
//! goes where GET goes. The entries of a bundle are routed by the same table: their `request.url` is
//! a path below the base.

mod definition;
mod instance;
mod kind;
mod place;
#[expect(
    clippy::module_inception,
    reason = "the noun of this folder: what a row of the table leads to"
)]
mod route;
mod system;

use fhir::{
    outcome::IssueType,
    query::{self, Parameter},
};
use http::Method;

use self::place::Place;
use crate::failure::{Failure, Kind};

pub(crate) use definition::definition;
pub(crate) use route::Route;

/// Parameters of a request, in its URL and in the form that it posts.
const MAX_PARAMETERS: usize = 500;

/// A row of the table.
pub(crate) struct Row {
    method: Method,
    /// `[type]/[id]/$expunge`: literal segments and the places of a type, an id, a version.
    path: &'static str,
    /// The route, once the path is known to fit.
    route: fn(&Place<'_>) -> Result<Route, Failure>,
    /// What the capability statement says of it.
    pub(crate) told: Told,
}

/// How the capability statement names a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Not at all, or in another place.
    Nowhere,
    /// An interaction of the whole server.
    System(&'static str),
    /// An interaction of every resource type.
    Type(&'static str),
    /// An operation.
    Operation {
        /// Without the `$`.
        name: &'static str,
        /// The canonical URL of its `OperationDefinition`.
        definition: &'static str,
        /// Who has it.
        on: On,
    },
}

/// What an operation is an operation of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// The whole server.
    System,
    /// Every resource type.
    Every,
    /// One resource type.
    Type(&'static str),
}

/// A route with the parameters of its query.
#[derive(Debug, Clone)]
pub(crate) struct Routed {
    /// Where to.
    pub(crate) route: Route,
    /// The query's parameters, decoded. Those of a conditional route are its criteria.
    pub(crate) parameters: Vec<Parameter>,
}

/// All rows. The first path that fits a request is its path.
pub(crate) fn rows() -> impl Iterator<Item = &'static Row> {
    [system::ROWS, kind::ROWS, instance::ROWS]
        .into_iter()
        .flatten()
}

/// The method and the path of each row.
pub(crate) fn paths() -> impl Iterator<Item = (&'static Method, &'static str)> {
    rows().map(|row| (&row.method, row.path))
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
    let Some((pattern, place)) =
        rows().find_map(|row| Some((row.path, Place::fit(row.path, &segments, query)?)))
    else {
        return Err(nothing_at(path, &segments));
    };
    place.check()?;
    let taken = || rows().filter(|row| row.path == pattern);
    let method = match *method {
        Method::HEAD => &Method::GET,
        _ => method,
    };
    let Some(row) = taken().find(|row| row.method == *method) else {
        let what = if path.is_empty() { "the base" } else { path };
        let methods: Vec<&str> = taken().map(|row| row.method.as_str()).collect();
        return Err(not_allowed(method, what, &methods.join(", ")));
    };
    let parameters = query::parse(query);
    check_count(&parameters)?;
    Ok(Routed {
        route: (row.route)(&place)?,
        parameters,
    })
}

/// Refuses more parameters than a request may have.
///
/// # Errors
///
/// 400.
pub(crate) fn check_count(parameters: &[Parameter]) -> Result<(), Failure> {
    let count = parameters.len();
    if count <= MAX_PARAMETERS {
        return Ok(());
    }
    let text = format!("there are {count} parameters; the limit is {MAX_PARAMETERS}");
    Err(Failure::new(Kind::Malformed, IssueType::TooCostly, text))
}

fn nothing_at(path: &str, segments: &[&str]) -> Failure {
    match segments {
        [kind, operation] if operation.starts_with(['$', '_']) && !kind.starts_with(['$', '_']) => {
            match place::known_type(kind) {
                Ok(_) => Failure::not_supported(format!("{kind}/{operation} is not supported")),
                Err(failure) => failure,
            }
        }
        [kind] if !kind.starts_with(['$', '_']) => match place::known_type(kind) {
            Ok(_) => Failure::internal("every type has a path"),
            Err(failure) => failure,
        },
        _ => Failure::new(
            Kind::NotFound,
            IssueType::NotFound,
            format!("there is nothing at \"{path}\""),
        ),
    }
}

fn not_allowed(method: &Method, what: &str, allowed: &str) -> Failure {
    let text = format!("{method} is not supported on {what}; supported: {allowed}");
    Failure::new(Kind::NotAllowed, IssueType::NotSupported, text)
}

#[cfg(test)]
mod tests;
