//! Which ranges of the index hold what a criterion asks for.

use super::{LAST, Range, SHARDS, cut, is_indexed, is_shared, shared};
use crate::identifier::TokenCriterion;
use crate::search::fold::fold;
use crate::search::value::Wanted;
use crate::search::value::reference::ReferenceTarget;
use crate::search::value::text::Comparison;
use crate::search::value::uri::UriComparison;
use crate::search_parameter::SearchParameter;

/// The ranges in which everything stands that is one of these; `None` when there are no such.
pub(in crate::search) fn drivers(
    parameter: &SearchParameter,
    wanted: &[Wanted],
) -> Option<Vec<Range>> {
    let base = parameter.bases().next()?;
    if !is_indexed(parameter, base) {
        return None;
    }
    let mut ranges = Vec::new();
    for wanted in wanted {
        for (partition, span) in places(parameter, wanted)? {
            ranges.push(Range {
                parameter: parameter.code().to_owned(),
                partition,
                to: span.as_ref().map(|start| format!("{start}{LAST}")),
                from: span,
            });
        }
    }
    ranges.sort_unstable();
    ranges.dedup();
    Some(ranges)
}

/// A partition, and what sort texts in it start with.
type Place = (String, Option<String>);

fn places(parameter: &SearchParameter, wanted: &Wanted) -> Option<Vec<Place>> {
    match wanted {
        Wanted::Text(text) => {
            let start = match text.how {
                Comparison::Starts => text.wanted.clone(),
                Comparison::Exact => fold(&text.wanted),
                Comparison::Contains | Comparison::Sounds(_) => return None,
            };
            Some(in_all_shards(&start))
        }
        Wanted::Token(token) => match token.plain()? {
            // of a server's own parameter, a code may have its system elsewhere
            TokenCriterion::SystemAndValue { system, value } if !parameter.is_custom() => {
                Some(in_all_shards(&format!("{value}|{system}")))
            }
            TokenCriterion::SystemAndValue { value, .. }
            | TokenCriterion::ValueWithoutSystem(value)
            | TokenCriterion::Value(value) => Some(in_all_shards(&format!("{value}|"))),
            TokenCriterion::System(_) => None,
        },
        Wanted::Uri(uri) if uri.how != UriComparison::Above => Some(in_all_shards(&uri.uri)),
        Wanted::Reference(target) => Some(places_of_target(parameter, target)),
        _ => None,
    }
}

fn in_all_shards(start: &str) -> Vec<Place> {
    let start = cut(start);
    let shards = (0..SHARDS).map(|shard| (shard.to_string(), Some(start.clone())));
    shards.collect()
}

fn places_of_target(parameter: &SearchParameter, target: &ReferenceTarget) -> Vec<Place> {
    let shards = |id: &str, start: Option<String>| {
        let place = |shard| (shared(id, shard), start.clone());
        (0..SHARDS).map(place).collect::<Vec<_>>()
    };
    match target {
        ReferenceTarget::Local {
            kind: Some(kind),
            id,
            ..
        } if is_shared(kind) => shards(id, Some(kind.clone())),
        ReferenceTarget::Local {
            kind: Some(kind),
            id,
            ..
        } => {
            vec![(id.clone(), Some(kind.clone()))]
        }
        ReferenceTarget::Local { kind: None, id, .. } => {
            // resources may point where the parameter says that they do not
            let mut places = shards(id, None);
            let mut targets = parameter.targets().peekable();
            if targets.peek().is_none() || !targets.all(is_shared) {
                places.push((id.clone(), None));
            }
            places
        }
        ReferenceTarget::Remote { url, .. } => shards("", Some(cut(url))),
    }
}
