//! A file as a Binary resource.
//!
//! ```json
//! {"resourceType": "Binary", "id": "9f3c…",
//!  "meta": {"extension": [{"url": "…/bulk-export-job-id", "valueString": "61469f6a-…"}],
//!           "versionId": "1", "lastUpdated": "2025-12-05T10:21:31.937+00:00"},
//!  "contentType": "application/fhir+ndjson",
//!  "securityContext": {"identifier": {"value": "<the owner>"}}, "data": "eyJ…"}
//! ```

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use store::{DocumentKey, Millis};

use super::NDJSON;
use crate::{
    failure::Failure,
    interaction::{Answer, Manner, Stamp},
    job::{
        Job,
        export::{OutputFile, Wanted},
    },
};

const EXTENSIONS: &str = "https://hapifhir.org/NamingSystem/bulk-export-";

/// About how large the response will be.
pub(super) fn size(file: &OutputFile, manner: &Manner) -> u64 {
    // base64 is a third more, and hides from gzip what it would find in the text
    let base64 = |bytes: u64| bytes / 3 * 4 + 1_000;
    if manner.takes_gzip {
        base64(file.bytes)
            .saturating_mul(2)
            .min(base64(file.text_bytes))
    } else {
        base64(file.text_bytes)
    }
}

/// The resource, with its lines.
pub(super) fn answer(job: &Job, file: &OutputFile, text: &[u8]) -> Result<Answer, Failure> {
    let wanted: Wanted = serde_json::from_value(job.request.clone()).map_err(Failure::internal)?;
    let stamp = Stamp::new(
        DocumentKey {
            kind: "Binary".to_owned(),
            id: file.id.clone(),
        },
        1,
        Millis(job.changed),
    );
    let extension =
        |name: &str, text: &str| json!({"url": format!("{EXTENSIONS}{name}"), "valueString": text});
    let mut extensions = vec![
        extension("job-id", &job.id),
        extension("binary-resource-type", &file.kind),
    ];
    extensions.extend(wanted.label.map(|label| extension("identifier", &label)));
    let resource = json!({
        "resourceType": "Binary",
        "id": file.id,
        "meta": {
            "extension": extensions,
            "versionId": "1",
            "lastUpdated": stamp.last_updated.to_string(),
        },
        "contentType": NDJSON,
        "securityContext": {"identifier": {"value": job.owner}},
        "data": STANDARD.encode(text),
    });
    match resource {
        Value::Object(resource) => Ok(Answer {
            stamp: Some(stamp),
            ..Answer::complete(resource)
        }),
        _ => Err(Failure::internal("a resource is an object")),
    }
}
