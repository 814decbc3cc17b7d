//! Paths of the whole server.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | POST | (base) | transaction, batch |
//! | GET | (base)`?_type=…` | search of several types |
//! | POST | `_search` | the same |
//! | GET | `metadata` | capabilities |
//! | GET | `.well-known/smart-configuration` | how clients get tokens |
//! | GET | `_history` | history of everything |
//! | GET, POST | `$export` | the operation `$export` |
//! | GET, POST | `$export-poll-status` | how far an export is |
//! | DELETE | `$export-poll-status` | its cancellation |
//! | POST | `$import-organizations` | the operation `$import-organizations` |
//! | GET | `$import-poll-status` | how far an import is |
//! | DELETE | `$import-poll-status` | its cancellation |
//! | POST | `$reindex` | the operation `$reindex` |
//! | GET | `$hapi.fhir.reindex-status` | how far a reindex is |

use http::Method;

use super::{On, Route, Row, Told};

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
        route: |_| Ok(Route::Search(None)),
        told: Told::System("search-system"),
    },
    Row {
        method: Method::POST,
        path: "_search",
        route: |_| Ok(Route::Search(None)),
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
        path: ".well-known/smart-configuration",
        route: |_| Ok(Route::SmartConfiguration),
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
    Row {
        method: Method::GET,
        path: "$import-poll-status",
        route: |_| Ok(Route::ImportStatus),
        told: Told::Nowhere,
    },
    Row {
        method: Method::DELETE,
        path: "$import-poll-status",
        route: |_| Ok(Route::ImportCancel),
        told: Told::Nowhere,
    },
    Row {
        method: Method::POST,
        path: "$reindex",
        route: |_| Ok(Route::Reindex),
        told: Told::Operation {
            name: "reindex",
            definition: "http://hapifhir.io/fhir/OperationDefinition/reindex",
            on: On::System,
        },
    },
    Row {
        method: Method::GET,
        path: "$hapi.fhir.reindex-status",
        route: |_| Ok(Route::ReindexStatus),
        told: Told::Operation {
            name: "hapi.fhir.reindex-status",
            definition: "http://hapifhir.io/fhir/OperationDefinition/hapi.fhir.reindex-status",
            on: On::System,
        },
    },
];
