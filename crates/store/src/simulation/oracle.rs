//! The sequential specification: what each document was from which step on.
//!
//! It learns of a commit by looking at the tables after every write: the effective state of a
//! document is a function of its head and of the decision record of its intent. Whatever changes
//! that function *is* the commit, so a commit must change all its documents in one step.

use std::collections::{BTreeMap, BTreeSet};

use super::content::{Content, is_unique};
use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::transaction::Committed;

/// The state of a document from a step on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Point {
    pub(crate) step: u64,
    pub(crate) version: u64,
    pub(crate) transaction: String,
    pub(crate) last_updated: Millis,
    /// None when deleted. The content of a deletion is in `note`.
    pub(crate) content: Option<Content>,
}

/// See the module head.
#[derive(Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) documents: BTreeMap<DocumentKey, Vec<Point>>,
    pub(crate) committed: BTreeMap<String, u64>,
    /// Values that a client was told are committed, or certainly not.
    acknowledged: BTreeSet<u64>,
    refused: BTreeSet<u64>,
    values: BTreeSet<u64>,
    /// Requests that must take effect once: on behalf of which of them a value is written, and the
    /// value that took effect, from which step on.
    requests: BTreeMap<u64, String>,
    effects: BTreeMap<String, (u64, u64)>,
    pub(crate) violation: Option<String>,
}

impl Oracle {
    pub(crate) fn fail(&mut self, what: String) {
        self.violation.get_or_insert(what);
    }

    /// All documents that changed their effective state in one step.
    pub(crate) fn commit(&mut self, changed: Vec<(DocumentKey, Point)>) {
        let Some((_, first)) = changed.first() else {
            return;
        };
        let (transaction, step) = (first.transaction.clone(), first.step);
        let time = first.last_updated;
        if changed
            .iter()
            .any(|(_, point)| point.transaction != transaction)
        {
            self.fail(format!(
                "two transactions took effect in one step: {changed:?}"
            ));
        }
        if changed.iter().any(|(_, point)| point.last_updated != time) {
            self.fail(format!("{transaction} has more than one time: {changed:?}"));
        }
        if let Some(before) = self.committed.insert(transaction.clone(), step) {
            self.fail(format!(
                "{transaction} took effect at step {before} and again at {step}"
            ));
        }
        for (_, point) in &changed {
            self.check_guards(point);
        }
        for (_, point) in &changed {
            self.check_once(point);
        }
        for (document, point) in changed {
            self.check_base(&document, &point);
            self.values
                .extend(point.content.as_ref().map(|content| content.value));
            self.documents.entry(document).or_default().push(point);
        }
        self.check_unique(&transaction);
    }

    fn check_guards(&mut self, point: &Point) {
        let Some(content) = &point.content else {
            return;
        };
        for (token, seen) in &content.guards {
            let owners = self.owners(token);
            if owners != *seen {
                self.fail(format!(
                    "{} was planned when {token} belonged to {seen:?}, but it belongs to {owners:?}",
                    point.transaction
                ));
            }
        }
    }

    fn check_base(&mut self, document: &DocumentKey, point: &Point) {
        let now = self
            .documents
            .get(document)
            .and_then(|points| points.last())
            .cloned();
        let version = now.as_ref().map_or(0, |now| now.version);
        if point.version != version + 1
            || now
                .as_ref()
                .is_some_and(|now| now.last_updated >= point.last_updated)
        {
            self.fail(format!("{document}: {point:?} follows {now:?}"));
        }
        let base = (version, now.as_ref().and_then(Point::value).unwrap_or(0));
        if let Some(content) = &point.content
            && content.base != base
        {
            self.fail(format!(
                "lost update of {document}: {content} was written on {base:?}"
            ));
        }
    }

    fn check_unique(&mut self, transaction: &str) {
        let mut holders: BTreeMap<&str, BTreeSet<&DocumentKey>> = BTreeMap::new();
        for (document, points) in &self.documents {
            let content = points.last().and_then(|point| point.content.as_ref());
            for token in content.iter().flat_map(|content| &content.tokens) {
                holders.entry(token).or_default().insert(document);
            }
        }
        let shared = holders
            .iter()
            .find(|(token, who)| is_unique(token) && who.len() > 1);
        if let Some((token, who)) = shared {
            let what = format!("{transaction} makes {token} belong to {who:?}");
            self.fail(what);
        }
    }

    /// No request takes effect twice.
    fn check_once(&mut self, point: &Point) {
        let request = point.value().and_then(|value| self.requests.get(&value));
        let (Some(request), Some(value)) = (request.cloned(), point.value()) else {
            return;
        };
        if let Some((before, step)) = self.effects.insert(request.clone(), (value, point.step)) {
            self.fail(format!(
                "{request} took effect with value {before} at step {step} and again with {value}"
            ));
        }
    }

    /// A value is about to be written on behalf of a request.
    pub(crate) fn on_behalf_of(&mut self, request: &str, value: u64) {
        self.requests.insert(value, request.to_owned());
    }

    /// The value with which a request took effect.
    pub(crate) fn effect_of(&self, request: &str) -> Option<u64> {
        self.effects.get(request).map(|(value, _)| *value)
    }

    /// A client that asked at `start` was told that nothing has become of a request.
    pub(crate) fn check_begun(&mut self, request: &str, start: u64) {
        if let Some((value, step)) = self.effects.get(request)
            && *step <= start
        {
            let what = format!("{request} took effect with {value} at step {step}, and is begun");
            self.fail(what);
        }
    }

    /// Ids of the live documents that hold a token now.
    pub(crate) fn owners(&self, token: &str) -> BTreeSet<String> {
        let holds = |points: &Vec<Point>| points.last().is_some_and(|point| point.holds(token));
        let holders = self.documents.iter().filter(|(_, points)| holds(points));
        holders.map(|(document, _)| document.id.clone()).collect()
    }

    /// The states that a document had at some time in these steps; `None` is "never existed".
    pub(crate) fn during(&self, document: &DocumentKey, from: u64, to: u64) -> Vec<Option<&Point>> {
        let points = self.documents.get(document).map_or(&[][..], Vec::as_slice);
        let at_start = points.iter().rev().find(|point| point.step <= from);
        let later = points
            .iter()
            .filter(|point| from < point.step && point.step <= to);
        std::iter::once(at_start).chain(later.map(Some)).collect()
    }

    /// The state that a document had at an instant.
    pub(crate) fn as_of(&self, document: &DocumentKey, at: Millis) -> Option<&Point> {
        let points = self.documents.get(document)?.iter().rev();
        points.into_iter().find(|point| point.last_updated <= at)
    }

    /// A client was told that its write of `value` is committed.
    pub(crate) fn acknowledge(&mut self, value: u64) {
        self.acknowledged.insert(value);
        if !self.values.contains(&value) {
            self.fail(format!(
                "value {value} was acknowledged but is not committed"
            ));
        }
    }

    /// Each of the versions that a client was told of existed at some time since `start`.
    pub(crate) fn check_committed(&mut self, committed: &[Committed], start: u64) {
        let existed = |one: &&Committed| {
            let points = self.during(&one.key, start, u64::MAX);
            let mut points = points.iter().flatten();
            points.any(|point| point.version == one.version)
        };
        if let Some(one) = committed.iter().find(|one| !existed(one)) {
            let what = format!("{one:?} was acknowledged but never existed");
            self.fail(what);
        }
    }

    /// A client was told that its write of `value` is not committed and never will be.
    pub(crate) fn refuse(&mut self, value: u64) {
        self.refused.insert(value);
        self.check_refused();
    }

    /// No refused value was committed.
    pub(crate) fn check_refused(&mut self) {
        if let Some(value) = self.refused.intersection(&self.values).next() {
            let what = format!("value {value} was refused but is committed");
            self.fail(what);
        }
    }
}

impl Point {
    pub(crate) fn holds(&self, token: &str) -> bool {
        self.content
            .as_ref()
            .is_some_and(|content| content.tokens.contains(token))
    }

    pub(crate) fn value(&self) -> Option<u64> {
        self.content.as_ref().map(|content| content.value)
    }
}
