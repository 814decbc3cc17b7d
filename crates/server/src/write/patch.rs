//! A change of parts of a resource, and what the resource is after it.
//!
//! <http://hl7.org/fhir/R4/http.html#patch>
//!
//! | body | patch |
//! | --- | --- |
//! | an array, `application/json-patch+json` | JSON Patch, RFC 6902 |
//! | `Parameters` | `FHIRPath` Patch |
//! | `Binary` with that content type, in a bundle | JSON Patch, base64 in `data` |
//!
//! The resource is patched as clients see it, so that a patch may test `meta.versionId`; the result is
//! checked like the resource of an update.

use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::{
    instant::Instant,
    json::{self, Object},
    outcome::{Issue, IssueType},
    patch::{self, PatchError},
    resource::{self, Resource},
    schema,
    version::VersionId,
};
use serde_json::Value;
use store::Head;

use crate::failure::{Failure, Kind};

/// The content type of a JSON Patch.
pub(crate) const JSON_PATCH: &str = "application/json-patch+json";

/// See the module head.
#[derive(Debug, Clone)]
pub(crate) enum Patch {
    /// The operations.
    Json(Value),
    /// The Parameters.
    FhirPath(Object),
}

impl Patch {
    /// The patch that a body is: an array, or `Parameters`.
    ///
    /// # Errors
    ///
    /// 400 for anything else.
    pub(crate) fn of(body: Value) -> Result<Self, Failure> {
        match body {
            Value::Array(_) => Ok(Self::Json(body)),
            Value::Object(object) => Self::of_resource(object),
            _ => Err(refuse("a patch is an array of operations, or Parameters")),
        }
    }

    /// The patch that the resource of a bundle's entry is.
    ///
    /// # Errors
    ///
    /// 400 when it is none.
    pub(crate) fn of_resource(resource: Object) -> Result<Self, Failure> {
        let text = |name: &str| resource.get(name).and_then(Value::as_str);
        match text("resourceType") {
            Some("Parameters") => Ok(Self::FhirPath(resource)),
            Some("Binary") => {
                let content_type = text("contentType").unwrap_or_default();
                let name = content_type.split(';').next().unwrap_or_default().trim();
                if name != JSON_PATCH {
                    let text = format!("the Binary of a patch must be of type {JSON_PATCH}");
                    return Err(refuse(&text));
                }
                let data = STANDARD.decode(text("data").unwrap_or_default());
                let data = data.map_err(|_| refuse("Binary.data is not base64"))?;
                let value = json::parse(&data);
                Self::of(value.map_err(|issue| Failure::of(Kind::Malformed, issue))?)
            }
            _ => Err(refuse(
                "a patch is Parameters, or in a bundle a Binary with a JSON Patch",
            )),
        }
    }

    /// The resource after the patch.
    ///
    /// # Errors
    ///
    /// 400 for a patch that is malformed, 422 for one that does not fit the resource, or would make
    /// another or a wrong one of it.
    pub(crate) fn apply(&self, head: &Head) -> Result<Resource, Failure> {
        let version = VersionId(head.version);
        let last_updated = Instant::from_millis(head.last_updated.0);
        let before = resource::present(&head.body, version, last_updated);
        let before = before.map_err(Failure::internal)?;
        let after = match self {
            Self::Json(operations) => patch::json(&before, operations),
            Self::FhirPath(parameters) => patch::fhirpath(&before, parameters),
        };
        let mut after = after.map_err(failure)?;
        schema::drop_empty(&mut after);
        Resource::from_value(after.into()).map_err(unprocessable)
    }
}

fn failure(error: PatchError) -> Failure {
    match error {
        PatchError::Malformed(issues) => Failure::malformed(issues),
        PatchError::Failed(issues) => unprocessable(issues),
    }
}

fn unprocessable(issues: Vec<Issue>) -> Failure {
    Failure {
        kind: Kind::Unprocessable,
        ..Failure::malformed(issues)
    }
}

fn refuse(text: &str) -> Failure {
    Failure::new(Kind::Malformed, IssueType::Structure, text)
}
