//! Search: the resources that meet a query.
//!
//! <http://hl7.org/fhir/R4/search.html>
//!
//! ```text
//! query      parameters -> conditions on types, and what to do with the matches
//! condition  one parameter that says what matches
//! reader     parameters -> conditions
//! results    the parameters that say what to do with the matches
//! chain      conditions on other resources become conditions on references and ids
//! driver     what finds the candidates: ids, key items, index entries, or time entries
//! candidates those of a driver, in its order
//! verify     the heads of candidates, held against all conditions
//! page       the matches of one page, within the budget
//! sort       the order of matches that are not wanted as they are found
//! include    resources that matches refer to, and that refer to matches
//! cursor     where a page ends
//! bundle     the searchset
//! shape      _summary and _elements
//! registry   which search parameters this server has, and the secret that signs its cursors
//! canonical  resources by their canonical URL
//! value_set  codes of value sets, in the place of their names
//! window     the part of time that _lastUpdated leaves open
//! ```
//!
//! An index entry makes a resource a candidate; it says nothing. **Every candidate is verified on its
//! effective head**, by the whole query, so nothing is found that does not match at that moment. Since
//! entries are written before the commit that they belong to, and taken away long after they are
//! superseded, nothing is missed either.
//!
//! What a request may cost is bounded by the number of candidates that it looks at. A page that runs
//! out of them is short and has a `next` link. What cannot be answered page by page (a total, a sort
//! order, the steps of a chain) is refused when it does not fit.

mod bundle;
mod candidates;
mod canonical;
mod chain;
mod condition;
mod cursor;
mod driver;
mod include;
mod page;
mod query;
mod reader;
pub(crate) mod registry;
mod results;
mod shape;
mod sort;
mod value_set;
mod verify;
mod window;

use std::sync::atomic::{AtomicUsize, Ordering};

use fhir::{outcome::IssueType, query::Parameter, search_parameter::Set};

pub(crate) use condition::Condition;
#[cfg(any(test, feature = "simulated"))]
pub(crate) use cursor::read as read_cursor;
pub(crate) use query::Query;
pub(crate) use reader::Reader;
pub(crate) use registry::Registry;
pub(crate) use shape::Shape;
pub(crate) use verify::Match;

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
};

/// A search under way: what it works with, and what it has spent.
pub(crate) struct Search<'a> {
    context: &'a Context,
    set: Set,
    spent: AtomicUsize,
}

impl<'a> Search<'a> {
    /// A search that has spent nothing.
    ///
    /// # Errors
    ///
    /// When the search parameters cannot be read.
    pub(crate) async fn begin(context: &'a Context) -> Result<Self, Failure> {
        Ok(Self {
            context,
            set: context.registry.searched(context).await?,
            spent: AtomicUsize::new(0),
        })
    }

    /// The search parameters of this server.
    pub(crate) fn set(&self) -> &Set {
        &self.set
    }

    /// Candidates that may still be looked at.
    fn left(&self) -> usize {
        let limit = self.context.settings.search.candidates;
        limit.saturating_sub(self.spent.load(Ordering::Relaxed))
    }

    /// Begins anew with what was left at some time.
    fn restore(&self, left: usize) {
        let limit = self.context.settings.search.candidates;
        let spent = limit.saturating_sub(left);
        self.spent.store(spent, Ordering::Relaxed);
    }

    fn spend(&self, candidates: usize) {
        self.spent.fetch_add(candidates, Ordering::Relaxed);
    }

    /// The resources of a type that meet conditions, when they are no more than `limit`.
    ///
    /// # Errors
    ///
    /// 400 `too-costly` when the budget does not suffice to know.
    pub(crate) async fn all(
        &self,
        kind: &str,
        conditions: &[Condition],
        limit: usize,
    ) -> Result<Vec<Match>, Failure> {
        let ready = self.resolve(kind, conditions).await?;
        self.all_ready(kind, &ready, limit).await
    }

    fn too_costly(&self, what: &str) -> Failure {
        let limit = self.context.settings.search.candidates;
        let text = format!(
            "{what}: a request may look at {limit} candidates. \
             Add criteria that narrow the search, such as an identifier, a reference or a name"
        );
        Failure::new(Kind::Malformed, IssueType::TooCostly, text)
    }
}

/// Checks the parameters of a search, without searching.
///
/// # Errors
///
/// As [`search`], apart from what only shows when it is done.
pub(crate) async fn check(
    context: &Context,
    kind: Option<&str>,
    parameters: &[Parameter],
) -> Result<(), Failure> {
    let search = Search::begin(context).await?;
    let expanded = search.expanded(kind, parameters).await?;
    Query::read(context, search.set(), kind, (&expanded, false)).map(|_| ())
}

/// Answers a search of a type, or of several when none is given.
///
/// # Errors
///
/// 400 for parameters that are unknown, unreadable or too costly, 403 for a type that the caller may
/// not search.
pub(crate) async fn search(
    context: &Context,
    kind: Option<&str>,
    parameters: &[Parameter],
    lenient: bool,
) -> Result<Answer, Failure> {
    let search = Search::begin(context).await?;
    let expanded = search.expanded(kind, parameters).await?;
    let query = Query::read(context, search.set(), kind, (&expanded, lenient))?;
    let query = query.asked_as(parameters);
    let page = search.page(&query).await?;
    let included = search.included(&query, &page).await?;
    bundle::answer(context, &query, page, included).await
}
