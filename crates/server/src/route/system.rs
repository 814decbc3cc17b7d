//! Paths of the whole server.
//!
//! | method | path | interaction |
//! | --- | --- | --- |
//! | POST | (base) | transaction, batch |
//! | GET | `metadata` | capabilities |
//! | GET | `_history` | history of everything |

use http::Method;

use super::{Route, Row, Told};
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
];
