//! `$meta`: the profiles, tags and security labels of a resource, without the resource.
//!
//! <http://hl7.org/fhir/R4/resource-operation-meta.html>
//!
//! ```json
//! {"resourceType": "Parameters", "parameter": [{"name": "return", "valueMeta": {"versionId": "1"}}]}
//! ```

use fhir::{instant::Instant, json::Object, resource, version::VersionId};
use serde_json::{Value, json};
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Context},
};

/// Reads the meta of the current version.
///
/// # Errors
///
/// 404 for an unknown resource, 410 for a deleted one.
pub(crate) async fn meta(context: &Context, key: &DocumentKey) -> Result<Answer, Failure> {
    let head = context.store.read(key).await?;
    let head = head.ok_or_else(|| Failure::not_found(key))?;
    if head.deleted {
        return Err(Failure::gone(key));
    }
    let last_updated = Instant::from_millis(head.last_updated.0);
    let resource = resource::present(&head.body, VersionId(head.version), last_updated);
    let resource = resource.map_err(Failure::internal)?;
    let meta = resource.get("meta").cloned().unwrap_or_else(|| json!({}));
    let mut answer = Object::new();
    answer.insert("resourceType".into(), "Parameters".into());
    let parameter: Vec<Value> = vec![json!({"name": "return", "valueMeta": meta})];
    answer.insert("parameter".into(), parameter.into());
    Ok(Answer::complete(answer))
}
