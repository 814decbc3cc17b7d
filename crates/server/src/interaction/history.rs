//! `GET [base]/[type]/[id]/_history`: all versions of a resource, newest first.
//!
//! <http://hl7.org/fhir/R4/http.html#history>
//!
//! ```text
//! parameters  _count, _since, _at, and _before of the next links
//! bundle      a page of versions as a bundle
//! feed        the histories of a type and of the whole server
//! ```
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `_count` | versions in a page, 100 at most and by default |
//! | `_since` | only versions written at or after this instant |
//! | `_at` | only versions that were current at some time in this range |
//! | `_before` | only versions below this place: the `next` link's own |

mod bundle;
mod feed;
mod parameters;

use fhir::query::Parameter;
use store::{DocumentKey, HistoryPage};

use self::{
    bundle::Page,
    parameters::{unreadable, wanted},
};
use crate::{
    failure::Failure,
    interaction::{Answer, Context},
};

pub(super) use feed::feed;

/// Checks the parameters of a history before anything is read, for a transaction that must know in
/// time.
///
/// # Errors
///
/// 400 for parameters that are unknown, repeated or unreadable.
pub(super) fn check(parameters: &[Parameter]) -> Result<(), Failure> {
    wanted(parameters).map(|_| ())
}

/// Reads a page of the history of a resource.
///
/// # Errors
///
/// 404 for a resource that never was, 400 for parameters that are unknown, repeated or unreadable.
pub(super) async fn history(
    context: &Context,
    key: &DocumentKey,
    parameters: &[Parameter],
) -> Result<Answer, Failure> {
    let wanted = wanted(parameters)?;
    let version = |text: &str| text.parse().map_err(|_| unreadable("_before", text));
    let page = HistoryPage {
        before: wanted.before.map(version).transpose()?,
        limit: wanted.limit,
        since: wanted.since,
        current_between: wanted.at,
    };
    let found = context.store.history(key, &page).await?;
    let found = found.ok_or_else(|| Failure::not_found(key))?;
    let page = Page {
        path: format!("{key}/_history"),
        parameters,
        versions: found.versions,
        next: found.next.map(|before| before.to_string()),
        total: Some(found.total),
        complete_before: None,
    };
    page.answer(&context.settings)
}
