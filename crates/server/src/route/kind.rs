//! Paths of a resource type.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | POST | `[type]` | create, conditional create |
//! | PUT | `[type]?…` | conditional update |
//! | DELETE | `[type]?…` | conditional delete |
//! | GET | `[type]/_history` | history of a type |

use http::Method;

use super::{Route, Row, Told};
use crate::failure::Failure;

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
        route: |place| {
            let text = format!("search of {} is not supported", place.kind()?);
            Err(Failure::not_supported(text))
        },
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
];
