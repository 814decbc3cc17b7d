//! The record of the parameters: which of them are indexed and searched, and what comes next.
//!
//! ```json
//! {"indexed": [SearchParameter, …], "searched": […], "wanted": […],
//!  "by": {"asked": 1795240800000, "job": "…"}, "indexed_since": 1795240800000, "searched_since": 0}
//! ```
//!
//! Whatever any search may use is indexed by every writer: `indexed` has what is searched, what was
//! searched until a moment ago, and what will be searched when the reindex is done that wants so. Only
//! the latest reindex of everything wants something; one that it overtook changes nothing any more,
//! since writers may have ceased to index what that one has put there.

use fhir::json::Object;
use serde::{Deserialize, Serialize};
use store::Millis;

/// How long a search may go on with parameters that are no longer searched, in ms: the time for which
/// a process believes what it read, and the longest search.
const SETTLED_MS: i64 = 10 * 60 * 1000;

/// A reindex of everything; a later one is greater.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct By {
    /// When it was asked for, in ms since 1970.
    pub(crate) asked: i64,
    /// Its job.
    pub(crate) job: String,
}

/// See the module head. What a record does not have yet is empty, or long ago.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    /// Whose entries writers make.
    pub(super) indexed: Vec<Object>,
    /// Those that searches use.
    pub(super) searched: Vec<Object>,
    /// Those that searches will use.
    wanted: Vec<Object>,
    /// The reindex that wants so.
    by: By,
    /// When writers were last told to index more.
    indexed_since: i64,
    /// When what is searched last changed.
    searched_since: i64,
}

impl Parameters {
    /// Whether a reindex has not registered yet what it wants, and was not overtaken.
    pub(super) fn is_news_by(&self, by: &By) -> bool {
        self.by < *by
    }

    /// Has writers index these too.
    pub(super) fn register(&mut self, wanted: Vec<Object>, now: Millis, by: &By) {
        let is_settled = now.0 - self.searched_since >= SETTLED_MS;
        let before = std::mem::take(&mut self.indexed);
        let kept = before.iter().filter(|_| !is_settled);
        for one in kept.chain(&self.searched).chain(&wanted) {
            if !self.indexed.contains(one) {
                self.indexed.push(one.clone());
            }
        }
        if self.indexed.iter().any(|one| !before.contains(one)) {
            self.indexed_since = now.0;
        }
        self.wanted = wanted;
        self.by = by.clone();
    }

    /// When all writers index what is registered, if each believes for so long what it read.
    pub(super) fn known_to_all(&self, fresh_ms: i64) -> Millis {
        Millis(self.indexed_since.saturating_add(fresh_ms))
    }

    /// Lets searches use what a reindex wanted; whether that changes anything.
    pub(super) fn activate(&mut self, now: Millis, by: &By) -> bool {
        if self.by != *by || self.searched == self.wanted {
            return false;
        }
        self.searched.clone_from(&self.wanted);
        self.searched_since = now.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(names: &[&str]) -> Vec<Object> {
        let objects = names.iter().map(|name| json!({"code": name}));
        objects
            .filter_map(|value| value.as_object().cloned())
            .collect()
    }

    fn by(asked: i64) -> By {
        By {
            asked,
            job: "j".to_owned(),
        }
    }

    /// A record on which these are searched since long ago.
    fn searched(names: &[&str]) -> Parameters {
        let mut parameters = Parameters::default();
        parameters.register(named(names), Millis(0), &by(1));
        assert!(parameters.activate(Millis(0), &by(1)));
        parameters
    }

    const LATER: Millis = Millis(SETTLED_MS);

    #[test]
    fn what_is_searched_stays_indexed_until_nobody_can_be_searching_by_it() {
        let mut parameters = searched(&["a"]);
        parameters.register(named(&["b"]), LATER, &by(2));
        assert_eq!(parameters.indexed, named(&["a", "b"]));
        assert_eq!(parameters.searched, named(&["a"]));
        assert!(parameters.activate(LATER, &by(2)));
        assert_eq!(parameters.searched, named(&["b"]));
        assert_eq!(parameters.indexed, named(&["a", "b"]));
        parameters.register(named(&["b"]), LATER.plus(SETTLED_MS - 1), &by(3));
        assert_eq!(parameters.indexed, named(&["a", "b"]));
        parameters.register(named(&["b"]), LATER.plus(SETTLED_MS), &by(4));
        assert_eq!(parameters.indexed, named(&["b"]));
    }

    #[test]
    fn only_the_latest_reindex_brings_parameters_into_force() {
        let mut parameters = searched(&["a"]);
        parameters.register(named(&["b"]), LATER, &by(2));
        parameters.register(named(&["c"]), LATER, &by(3));
        assert!(!parameters.is_news_by(&by(2)) && !parameters.is_news_by(&by(3)));
        assert!(!parameters.activate(LATER, &by(2)));
        assert_eq!(parameters.searched, named(&["a"]));
        assert!(parameters.activate(LATER, &by(3)));
        assert_eq!(parameters.searched, named(&["c"]));
        assert!(!parameters.activate(LATER, &by(3)), "once is enough");
    }

    #[test]
    fn writers_have_time_to_learn_of_what_is_new_and_of_nothing_else() {
        let mut parameters = searched(&["a"]);
        parameters.register(named(&["a"]), LATER, &by(2));
        assert_eq!(parameters.known_to_all(30), Millis(30));
        parameters.register(named(&["a", "b"]), LATER, &by(3));
        assert_eq!(parameters.known_to_all(30), LATER.plus(30));
        parameters.register(named(&["a"]), LATER.plus(9), &by(4));
        assert_eq!(parameters.known_to_all(30), LATER.plus(30));
    }

    #[test]
    fn a_record_of_the_first_version_is_understood() {
        let old = json!({"indexed": [{"code": "a"}], "searched": [{"code": "a"}]});
        let parameters: Parameters = serde_json::from_value(old).unwrap();
        assert_eq!(parameters.searched, named(&["a"]));
        assert!(parameters.is_news_by(&by(1)));
    }
}
