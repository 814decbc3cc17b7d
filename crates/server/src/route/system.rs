//! Paths of the whole server.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | POST | (base) | transaction, batch |
//! | GET | `metadata` | capabilities |
//! | GET | `_history` | history of everything |
//! | GET, POST | `$export` | the operation `$export` |
//! | GET, POST | `$export-poll-status` | how far an export is |
//! | DELETE | `$export-poll-status` | its cancellation |
//! | POST | `$import-organizations` | the operation `$import-organizations` |

use http::Method;

use super::{On, Route, Row, Told};
use crate::failure::Failure;

pub(super) const ROWS: &[Row] = &[
    Row {
        method: Method::POST,
        path: "",
        route: |_| Ok(Route::Bundle),
        // transactions always, batches when they are switched on
        told: Told::System("transaction"),
    },
    Row {
        method: Method::GET,
        path: "",
        route: |_| {
            Err(Failure::not_supported(
                "search over all types is not supported",
            ))
        },
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "metadata",
        route: |_| Ok(Route::Capabilities),
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "_history",
        route: |_| Ok(Route::SystemHistory),
        told: Told::System("history-system"),
    },
    Row {
        method: Method::GET,
        path: "$export",
        route: |_| Ok(Route::Export),
        told: Told::Operation {
            name: "export",
            definition: "http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export",
            on: On::System,
        },
    },
    Row {
        method: Method::POST,
        path: "$export",
        route: |_| Ok(Route::Export),
        told: Told::Nowhere,
    },
    Row {
        method: Method::GET,
        path: "$export-poll-status",
        route: |_| Ok(Route::ExportStatus),
        told: Told::Operation {
            name: "export-poll-status",
            definition: "http://hapifhir.io/fhir/OperationDefinition/export-poll-status",
            on: On::System,
        },
    },
    Row {
        method: Method::POST,
        path: "$export-poll-status",
        route: |_| Ok(Route::ExportStatus),
        told: Told::Nowhere,
    },
    Row {
        method: Method::DELETE,
        path: "$export-poll-status",
        route: |_| Ok(Route::ExportCancel),
        told: Told::Nowhere,
    },
    Row {
        method: Method::POST,
        path: "$import-organizations",
        route: |_| Ok(Route::ImportOrganizations),
        told: Told::Operation {
            name: "import-organizations",
            definition: "http://ehealth.sundhed.dk/fhir/OperationDefinition/-s-import-organizations",
            on: On::System,
        },
    },
];
