//! The manifest of a completed export: P5 to P7.
//!
//! ```json
//! {"transactionTime": "2025-12-05T10:22:31.620+00:00", "request": "https://host/fhir/$export",
//!  "requiresAccessToken": true,
//!  "output": [{"type": "Organization", "url": "https://host/fhir/Binary/9f3c…", "count": 4711}],
//!  "deleted": [], "error": []}
//! ```
//!
//! Where costs are told (`FYR_COST_HEADERS`), `extension` has what it cost to read the resources.

use fhir::instant::Instant;
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::out_of_reach;
use crate::{
    failure::Failure,
    interaction::{Answer, Context, Special},
    job::{
        Found,
        export::{Manifest, Role, Wanted},
    },
};

/// The member of `extension` with the cost.
const COST: &str = "urn:fyr:cost";

/// The manifest, as the owner gets it.
pub(super) async fn manifest(context: &Context, found: &Found) -> Result<Answer, Failure> {
    let files = context.jobs.files_of(&found.job).await;
    let files = files.map_err(out_of_reach)?;
    let files = files.ok_or_else(|| Failure::not_found(&format_args!("job {}", found.job.id)))?;
    let wanted: Wanted =
        serde_json::from_value(found.job.request.clone()).map_err(Failure::internal)?;
    let of_role = |role: Role| -> Vec<Value> {
        let files = files.iter().filter(|file| file.role == role);
        files
            .map(|file| {
                let url = format!("{}/Binary/{}", context.settings.base_url, file.id);
                json!({"type": file.kind, "url": url, "count": file.count})
            })
            .collect()
    };
    let mut manifest = json!({
        "transactionTime": Instant::from_millis(wanted.at).to_string(),
        "request": wanted.url,
        "requiresAccessToken": true,
        "output": of_role(Role::Output),
    });
    let deleted = of_role(Role::Deleted);
    if let Some(manifest) = manifest.as_object_mut() {
        if !deleted.is_empty() {
            manifest.insert("deleted".to_owned(), deleted.into());
        }
        manifest.insert("error".to_owned(), of_role(Role::Error).into());
        if let Some(cost) = cost(context, found) {
            manifest.insert("extension".to_owned(), json!({COST: cost}));
        }
    }
    let expires = Instant::from_millis(context.jobs.files_expire(found).0);
    Ok(Special::default()
        .body("application/json", manifest.to_string())
        .header(header::EXPIRES, &expires.http_date())
        .answer(StatusCode::OK))
}

/// What it cost to read the resources, if that is told.
fn cost(context: &Context, found: &Found) -> Option<Value> {
    let manifest = Manifest::of(&found.job).filter(|_| context.settings.cost_headers)?;
    let cost = manifest.cost;
    Some(json!({"requests": cost.requests, "rru": cost.read_units}))
}
