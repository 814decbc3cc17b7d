//! `GET [base]/[type]/_history` and `GET [base]/_history`: all versions of a type, or of everything,
//! newest first.
//!
//! <http://hl7.org/fhir/R4/http.html#history>
//!
//! A page ends at `Bundle.meta.lastUpdated`: every version written before that instant is in the
//! history, for good, and none written at or after it is. As `_since` means "at or after", a client
//! that asks with `_since` = the last bundle's `meta.lastUpdated` gets every version exactly once.
//! docs/feed.md has the recipe, docs/adr/0006-closed-timestamps.md the reason.
//!
//! All pages of a history end at the instant of its first: the `next` link carries it.

use std::collections::BTreeSet;

use fhir::{instant::Instant, query::Parameter};
use store::{FeedPage, FeedPosition, Millis};

use super::{
    bundle::Page,
    parameters::{unreadable, wanted},
};
use crate::{
    auth,
    failure::Failure,
    interaction::{Answer, Context},
};

/// Reads a page of the history of a type; of all types that the caller may read, when none is given.
///
/// # Errors
///
/// 400 for parameters that are unknown, repeated or unreadable.
pub(in crate::interaction) async fn feed(
    context: &Context,
    kind: Option<&str>,
    parameters: &[Parameter],
) -> Result<Answer, Failure> {
    let wanted = wanted(parameters)?;
    let place = wanted.before.map(Place::parse).transpose()?;
    let until = match &place {
        Some(place) => place.until,
        None => context.store.closed_until(),
    };
    let page = FeedPage {
        kinds: kinds(context, kind),
        since: wanted.since,
        until,
        current_between: wanted.at,
        before: place.map(|place| place.before),
        limit: wanted.limit,
    };
    let found = context.store.feed(&page).await?;
    let next = found.next.map(|before| Place { until, before });
    let page = Page {
        path: kind.map_or_else(|| "_history".to_owned(), |kind| format!("{kind}/_history")),
        parameters,
        versions: found.versions,
        next: next.as_ref().map(Place::text),
        total: None,
        complete_before: Some(Instant::from_millis(until.plus(1).0)),
    };
    page.answer(&context.settings)
}

/// The types that are told about; none for all.
fn kinds(context: &Context, kind: Option<&str>) -> Option<BTreeSet<String>> {
    match kind {
        Some(kind) => Some(BTreeSet::from([kind.to_owned()])),
        None => auth::readable(&context.caller),
    }
}

/// Where a page begins, and where its history ends: `<ms>~<position>`.
struct Place {
    until: Millis,
    before: FeedPosition,
}

impl Place {
    fn parse(text: &str) -> Result<Self, Failure> {
        let parts = text.split_once('~').and_then(|(until, before)| {
            Some(Self {
                until: Millis(until.parse().ok()?),
                before: before.parse().ok()?,
            })
        });
        parts.ok_or_else(|| unreadable("_before", text))
    }

    fn text(&self) -> String {
        format!("{}~{}", self.until.0, self.before)
    }
}
