//! Paths of a resource type.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | POST | `[type]` | create, conditional create |
//! | GET | `[type]?…` | search |
//! | POST | `[type]/_search` | the same |
//! | PUT | `[type]?…` | conditional update |
//! | PATCH | `[type]?…` | conditional patch |
//! | DELETE | `[type]?…` | conditional delete |
//! | GET, POST | `CodeSystem/$lookup`, `ValueSet/$lookup` | the operation `$lookup` |
//! | POST | `[type]/$validate` | the operation `$validate` |
//! | GET | `[type]/_history` | history of a type |

use http::Method;

use super::{On, Route, Row, Told};

pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::POST,
        path: "[type]",
        route: |place| Ok(Route::Create(place.kind()?)),
        told: Told::Type("create"),
    },
    Row {
        method: Method::GET,
        path: "[type]",
        route: |place| Ok(Route::Search(Some(place.kind()?))),
        told: Told::Type("search-type"),
    },
    Row {
        method: Method::POST,
        path: "[type]/_search",
        route: |place| Ok(Route::Search(Some(place.kind()?))),
        told: Told::Nowhere,
    },
    Row {
        method: Method::PUT,
        path: "[type]",
        route: |place| {
            let (kind, query) = place.criteria("PUT")?;
            Ok(Route::ConditionalUpdate(kind, query))
        },
        told: Told::Nowhere,
    },
    Row {
        method: Method::PATCH,
        path: "[type]",
        route: |place| {
            let (kind, query) = place.criteria("PATCH")?;
            Ok(Route::ConditionalPatch(kind, query))
        },
        told: Told::Nowhere,
    },
    Row {
        method: Method::DELETE,
        path: "[type]",
        route: |place| {
            let (kind, query) = place.criteria("DELETE")?;
            Ok(Route::ConditionalDelete(kind, query))
        },
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "[type]/_history",
        route: |place| Ok(Route::TypeHistory(place.kind()?)),
        told: Told::Type("history-type"),
    },
    Row {
        method: Method::GET,
        path: "CodeSystem/$lookup",
        route: |_| Ok(Route::Lookup),
        told: Told::Operation {
            name: "lookup",
            definition: "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup",
            on: On::Type("CodeSystem"),
        },
    },
    Row {
        method: Method::POST,
        path: "CodeSystem/$lookup",
        route: |_| Ok(Route::Lookup),
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "ValueSet/$lookup",
        route: |_| Ok(Route::Lookup),
        told: Told::Nowhere,
    },
    Row {
        method: Method::POST,
        path: "ValueSet/$lookup",
        route: |_| Ok(Route::Lookup),
        told: Told::Nowhere,
    },
    Row {
        method: Method::POST,
        path: "[type]/$validate",
        route: |place| Ok(Route::Validate(place.kind()?, None)),
        told: Told::Operation {
            name: "validate",
            definition: "http://hl7.org/fhir/OperationDefinition/Resource-validate",
            on: On::Every,
        },
    },
];
