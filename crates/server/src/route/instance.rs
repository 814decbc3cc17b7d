//! Paths of a resource.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | GET | `[type]/[id]` | read |
//! | PUT | `[type]/[id]` | update |
//! | PATCH | `[type]/[id]` | patch |
//! | DELETE | `[type]/[id]` | delete |
//! | GET | `[type]/[id]/_history` | history |
//! | GET | `[type]/[id]/_history/[vid]` | vread |
//! | GET, POST | `[type]/[id]/$meta`, `$validate` | the operations `$meta`, `$validate` |
//! | POST | `[type]/[id]/$expunge` | the operation `$expunge` |
//! | GET | `Organization/[id]/$traverse-to-sor` | the operation `$traverse-to-sor` |

use http::Method;

use super::{On, Route, Row, Told};
use crate::failure::Failure;

pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::GET,
        path: "[type]/[id]",
        route: |place| Ok(Route::Read(place.key()?)),
        told: Told::Type("read"),
    },
    Row {
        method: Method::PUT,
        path: "[type]/[id]",
        route: |place| Ok(Route::Update(place.key()?)),
        told: Told::Type("update"),
    },
    Row {
        method: Method::PATCH,
        path: "[type]/[id]",
        route: |place| Ok(Route::Patch(place.key()?)),
        told: Told::Type("patch"),
    },
    Row {
        method: Method::DELETE,
        path: "[type]/[id]",
        route: |place| Ok(Route::Delete(place.key()?)),
        told: Told::Type("delete"),
    },
    Row {
        method: Method::GET,
        path: "[type]/[id]/_history",
        route: |place| Ok(Route::History(place.key()?)),
        told: Told::Type("history-instance"),
    },
    Row {
        method: Method::GET,
        path: "[type]/[id]/_history/[vid]",
        route: |place| {
            let (key, version) = place.version()?;
            Ok(Route::Vread(key, version))
        },
        told: Told::Type("vread"),
    },
    Row {
        method: Method::POST,
        path: "[type]/[id]/$expunge",
        route: |place| Ok(Route::Expunge(place.key()?)),
        told: Told::Operation {
            name: "expunge",
            definition: "http://hapifhir.io/fhir/OperationDefinition/expunge",
            on: On::Every,
        },
    },
    Row {
        method: Method::GET,
        path: "[type]/[id]/$traverse-to-sor",
        route: |place| {
            let key = place.key()?;
            if key.kind == "Organization" {
                return Ok(Route::TraverseToSor(key));
            }
            let text = format!("{}/$traverse-to-sor is not supported", key.kind);
            Err(Failure::not_supported(text))
        },
        told: Told::Operation {
            name: "traverse-to-sor",
            definition: "http://ehealth.sundhed.dk/fhir/OperationDefinition/Organization-i-traverse-to-sor",
            on: On::Type("Organization"),
        },
    },
    Row {
        method: Method::GET,
        path: "[type]/[id]/$meta",
        route: |place| Ok(Route::Meta(place.key()?)),
        told: Told::Operation {
            name: "meta",
            definition: "http://hl7.org/fhir/OperationDefinition/Resource-meta",
            on: On::Every,
        },
    },
    Row {
        method: Method::POST,
        path: "[type]/[id]/$meta",
        route: |place| Ok(Route::Meta(place.key()?)),
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "[type]/[id]/$validate",
        route: |place| {
            let key = place.key()?;
            Ok(Route::Validate(key.kind, Some(key.id)))
        },
        told: Told::Nowhere,
    },
    Row {
        method: Method::POST,
        path: "[type]/[id]/$validate",
        route: |place| {
            let key = place.key()?;
            Ok(Route::Validate(key.kind, Some(key.id)))
        },
        told: Told::Nowhere,
    },
];
