//! Dates: <http://hl7.org/fhir/R4/search.html#date>
//!
//! Both sides are spans of time: what a partial date covers, a period, the outer limits of a timing.
//! `ap` would be ten per cent of the distance to now; here, where there is no clock, it is the span
//! and as much again on either side.

use serde_json::Value;

use super::prefix::Prefix;
use super::{Problem, plain};
use crate::instant::Span;
use crate::search_parameter::{Found, Node};

/// A date that is asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::search) struct DateComparison {
    pub(in crate::search) prefix: Prefix,
    pub(in crate::search) span: Span,
}

/// From the first millisecond up to, but not including, the last; open where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) struct Limits {
    pub(in crate::search) start: Option<i64>,
    pub(in crate::search) end: Option<i64>,
}

impl DateComparison {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let text = plain(text)?;
        let (prefix, date) = Prefix::split(text.trim())?;
        // in a query that was not encoded, the + of a zone arrives as a space
        let date = date.replace(' ', "+");
        let span = Span::parse(&date).map_err(|problem| format!("'{date}' is {problem}"))?;
        Ok(Self { prefix, span })
    }

    pub(super) fn is_met(&self, found: &Found<'_>) -> bool {
        limits(found).is_some_and(|limits| self.holds(limits))
    }

    fn holds(&self, target: Limits) -> bool {
        let (start, end) = (self.span.start.millis(), self.span.end.millis());
        let ends_after = target.end.is_none_or(|target| target > end);
        let starts_before = target.start.is_none_or(|target| target < start);
        let is_within = !ends_after && !starts_before;
        match self.prefix {
            Prefix::Equal => is_within,
            Prefix::NotEqual => !is_within,
            Prefix::Greater => ends_after,
            Prefix::Less => starts_before,
            Prefix::GreaterOrEqual => ends_after || is_within,
            Prefix::LessOrEqual => starts_before || is_within,
            Prefix::StartsAfter => target.start.is_some_and(|target| target >= end),
            Prefix::EndsBefore => target.end.is_some_and(|target| target <= start),
            Prefix::Approximately => {
                let margin = end - start;
                target.start.is_none_or(|target| target < end + margin)
                    && target.end.is_none_or(|target| target > start - margin)
            }
        }
    }

    pub(super) fn canonical(&self) -> String {
        let (start, end) = (self.span.start.millis(), self.span.end.millis());
        format!("{}{start}/{end}", self.prefix.code())
    }
}

/// What a value covers; `None` when it is no date.
pub(in crate::search) fn limits(found: &Found<'_>) -> Option<Limits> {
    match found.holds.name() {
        "date" | "dateTime" | "instant" => found.node.as_str().and_then(one),
        "Period" => period(found.node),
        "Timing" => timing(found.node),
        _ => None,
    }
}

fn one(text: &str) -> Option<Limits> {
    let span = Span::parse(text).ok()?;
    Some(Limits {
        start: Some(span.start.millis()),
        end: Some(span.end.millis()),
    })
}

fn period(node: Node<'_>) -> Option<Limits> {
    let start = node.text("start").and_then(one);
    let end = node.text("end").and_then(one);
    start.or(end)?;
    Some(Limits {
        start: start.and_then(|limits| limits.start),
        end: end.and_then(|limits| limits.end),
    })
}

/// From the first event or the start of the bounds to the last event or their end.
fn timing(node: Node<'_>) -> Option<Limits> {
    let events = node.get("event").and_then(Value::as_array);
    let events = events.into_iter().flatten().filter_map(Value::as_str);
    let bounds = node
        .get("repeat")
        .and_then(|repeat| repeat.get("boundsPeriod"));
    let bounds = bounds.and_then(|bounds| period(Node::Value(bounds)));
    events
        .filter_map(one)
        .chain(bounds)
        .reduce(|one, other| Limits {
            start: one
                .start
                .zip(other.start)
                .map(|(one, other)| one.min(other)),
            end: one.end.zip(other.end).map(|(one, other)| one.max(other)),
        })
}
