//! Resources that matches refer to, and that refer to matches.
//!
//! <http://hl7.org/fhir/R4/search.html#include>
//!
//! What is included is read at that moment, once however often it is referred to, and only if the caller
//! may read it. What is not there, or deleted, is left out.

use std::collections::{BTreeMap, BTreeSet};

use fhir::{
    outcome::{Issue, IssueType},
    reference::Reference,
    rewrite::{self, LinkKind},
    search::references,
    search_parameter::SearchType,
};
use store::DocumentKey;

use super::{Search, page::Page, query::Query, results::Include, verify::Match};
use crate::{
    auth::{self, Right},
    failure::{Failure, Kind},
};

/// How often what was included is looked at again.
const MAX_ROUNDS: usize = 10;

/// What goes with a page.
#[derive(Debug, Default)]
pub(crate) struct Included {
    /// In the order in which they were found.
    pub(crate) resources: Vec<Match>,
    /// What was left out, and why.
    pub(crate) left_out: Vec<Issue>,
}

impl Search<'_> {
    /// What the matches of a page bring with them.
    ///
    /// # Errors
    ///
    /// 400 `too-costly` when there is more than a limit, 403 for `_revinclude` of a type that the caller
    /// may not search.
    pub(crate) async fn included(&self, query: &Query, page: &Page) -> Result<Included, Failure> {
        let results = &query.results;
        let mut seen: BTreeSet<DocumentKey> = page
            .matches
            .iter()
            .map(|found| found.head.key.clone())
            .collect();
        let mut forbidden = BTreeSet::new();
        let mut included: Vec<Match> = Vec::new();
        let mut level: Vec<Match> = page.matches.clone();
        for round in 0..MAX_ROUNDS {
            let applies = |include: &&Include| round == 0 || include.iterate;
            let include: Vec<&Include> = results.include.iter().filter(applies).collect();
            let revinclude: Vec<&Include> = results.revinclude.iter().filter(applies).collect();
            if level.is_empty() || (include.is_empty() && revinclude.is_empty()) {
                break;
            }
            let mut found = self.referred_to(&level, &include, &mut forbidden).await?;
            found.extend(self.referring(&level, &revinclude).await?);
            found.retain(|found| seen.insert(found.head.key.clone()));
            included.extend(found.iter().cloned());
            let limit = self.context.settings.search.included;
            if included.len() > limit {
                let text = format!(
                    "more than {limit} resources are included; ask for smaller pages by _count"
                );
                return Err(Failure::new(Kind::Malformed, IssueType::TooCostly, text));
            }
            level = found;
        }
        Ok(Included {
            resources: included,
            left_out: forbidden.iter().map(|kind| left_out(kind)).collect(),
        })
    }

    async fn referred_to(
        &self,
        level: &[Match],
        include: &[&Include],
        forbidden: &mut BTreeSet<String>,
    ) -> Result<Vec<Match>, Failure> {
        let mut keys = BTreeSet::new();
        for found in level {
            let kind = found.head.key.kind.as_str();
            for include in include.iter().filter(|include| include.source == kind) {
                keys.extend(self.targets(found, include));
            }
        }
        let caller = &self.context.caller;
        let mut may_read: BTreeMap<String, bool> = BTreeMap::new();
        keys.retain(|key: &DocumentKey| {
            let right = || auth::demand(caller, &Right::Read(key.kind.clone())).is_ok();
            let allowed = *may_read.entry(key.kind.clone()).or_insert_with(right);
            if !allowed {
                forbidden.insert(key.kind.clone());
            }
            allowed
        });
        let keys: Vec<DocumentKey> = keys.into_iter().collect();
        let heads = self.context.store.read_many(&keys).await?;
        let live = heads.into_iter().flatten().filter(|head| !head.deleted);
        live.map(Match::of).collect()
    }

    /// What a match refers to in the way that an `_include` says.
    fn targets(&self, found: &Match, include: &Include) -> Vec<DocumentKey> {
        let texts: Vec<String> = if include.parameter == "*" {
            let links = rewrite::links(&found.object).into_iter();
            let references = links.filter(|link| link.kind == LinkKind::Reference);
            references.map(|link| link.text).collect()
        } else {
            let parameter = self.set.find(&include.source, &include.parameter);
            parameter.map_or_else(Vec::new, |parameter| references(parameter, &found.object))
        };
        let wanted = |kind: &str| include.target.as_ref().is_none_or(|target| target == kind);
        texts
            .iter()
            .filter_map(|text| match Reference::parse(text) {
                Reference::Relative(target) if wanted(target.kind) => {
                    Some(DocumentKey::new(target.kind, target.id))
                }
                _ => None,
            })
            .collect()
    }

    async fn referring(
        &self,
        level: &[Match],
        revinclude: &[&Include],
    ) -> Result<Vec<Match>, Failure> {
        let mut found = Vec::new();
        let limit = self.context.settings.search.included;
        for include in revinclude {
            let right = Right::Search(include.source.clone());
            auth::demand(&self.context.caller, &right)?;
            let targets: Vec<String> = level
                .iter()
                .map(|found| &found.head.key)
                .filter(|key| include.target.as_ref().is_none_or(|kind| *kind == key.kind))
                .map(ToString::to_string)
                .collect();
            let codes: Vec<String> = if include.parameter == "*" {
                self.reference_codes(&include.source)
            } else {
                vec![include.parameter.clone()]
            };
            for code in codes {
                let ready = self.refers_to(&include.source, &code, &targets)?;
                found.extend(self.all_ready(&include.source, &[ready], limit + 1).await?);
            }
        }
        Ok(found)
    }

    fn reference_codes(&self, kind: &str) -> Vec<String> {
        let known = self.set.of(kind);
        let references = known.filter(|one| one.kind() == SearchType::Reference);
        references.map(|one| one.code().to_owned()).collect()
    }
}

fn left_out(kind: &str) -> Issue {
    let text = format!("what is of the type {kind} is not included: the caller may not read it");
    Issue::information(IssueType::Suppressed, text)
}
