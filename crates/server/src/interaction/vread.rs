//! `GET [base]/[type]/[id]/_history/[vid]`: a certain version.
//!
//! <http://hl7.org/fhir/R4/http.html#vread>

use fhir::{query::Parameter, version::VersionId};
use store::DocumentKey;

use crate::{
    failure::Failure,
    interaction::{Answer, Context, Stamp},
    search::Shape,
};

/// Reads one version.
///
/// # Errors
///
/// 404 for an unknown resource or version, 410 for the version that is the deletion.
pub(super) async fn vread(
    context: &Context,
    key: &DocumentKey,
    version: VersionId,
    parameters: &[Parameter],
) -> Result<Answer, Failure> {
    let shape = Shape::of_read(parameters)?;
    let name = || format!("{key}/_history/{version}");
    let found = context.store.read_version(key, version.0).await?;
    let found = found.ok_or_else(|| Failure::not_found(&name()))?;
    if found.deleted {
        return Err(Failure::gone(&name()));
    }
    let stamp = Stamp::new(found.key, found.version, found.last_updated);
    Answer::stored(stamp, found.body).shaped(&shape)
}
