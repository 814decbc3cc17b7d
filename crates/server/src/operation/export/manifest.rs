//! The manifest of a completed export: P5 to P7.
//!
//! ```json
//! {"transactionTime": "2025-12-05T10:22:31.620+00:00", "request": "https://host/fhir/$export",
//!  "requiresAccessToken": true,
//!  "output": [{"type": "Organization", "url": "https://host/fhir/Binary/9f3c…", "count": 4711}],
//!  "deleted": [], "error": []}
//! ```

use fhir::instant::Instant;
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    interaction::{Answer, Context, Special},
    job::{
        Found,
        export::{Manifest, Role, Wanted},
    },
};

/// The manifest, as the owner gets it.
pub(super) fn manifest(context: &Context, found: &Found) -> Result<Answer, Failure> {
    let files = Manifest::of(&found.job);
    let files = files.ok_or_else(|| Failure::not_found(&format_args!("job {}", found.job.id)))?;
    let wanted: Wanted =
        serde_json::from_value(found.job.request.clone()).map_err(Failure::internal)?;
    let of_role = |role: Role| -> Vec<Value> {
        let files = files.files.iter().filter(|file| file.role == role);
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
    }
    let expires = Instant::from_millis(context.jobs.files_expire(found).0);
    Ok(Special::default()
        .body("application/json", manifest.to_string())
        .header(header::EXPIRES, &expires.http_date())
        .answer(StatusCode::OK))
}
