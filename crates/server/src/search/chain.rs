//! Conditions on other resources become conditions on references and ids.
//!
//! <http://hl7.org/fhir/R4/search.html#chaining>, <http://hl7.org/fhir/R4/search.html#has>
//!
//! | condition | is answered by a search for | and becomes |
//! | --- | --- | --- |
//! | `partof.name=a` | organizations with that name | `partof=Organization/1,Organization/2` |
//! | `_has:Patient:organization:name=a` | patients with that name | the ids they refer to |
//! | `partof:below=1` | those whose `partof` is 1, and so on | `partof=Organization/1,Organization/2` |
//! | `partof:above=1` | what 1 is part of, and so on | `partof=Organization/1,Organization/0` |
//!
//! Each step must be known completely, so it is refused when there are more than a limit.

use std::collections::BTreeSet;

use fhir::{
    outcome::IssueType,
    search::{Criterion, references},
};
use futures::future::{BoxFuture, FutureExt};

use super::{
    Search,
    condition::{Chain, Condition, Field, Tree},
    verify::Match,
};
use crate::{
    auth::{self, Right},
    failure::{Failure, Kind},
};

/// Levels of a hierarchy that are followed.
const MAX_LEVELS: usize = 20;

/// A condition that is decided on one resource alone.
#[derive(Debug, Clone)]
pub(super) enum Ready {
    /// One of these ids.
    Ids(BTreeSet<String>),
    /// A criterion on the resource.
    Field(Box<Field>),
}

impl Search<'_> {
    /// Answers what conditions ask of other resources. The order stays.
    ///
    /// # Errors
    ///
    /// 400 `too-costly` for a step with too many matches, 403 for a type that the caller may not
    /// search.
    pub(super) fn resolve<'b>(
        &'b self,
        kind: &'b str,
        conditions: &'b [Condition],
    ) -> BoxFuture<'b, Result<Vec<Ready>, Failure>> {
        async move {
            let mut ready = Vec::with_capacity(conditions.len());
            for condition in conditions {
                ready.push(match condition {
                    Condition::Ids(ids) => Ready::Ids(ids.clone()),
                    Condition::Field(field) => Ready::Field(Box::new(field.clone())),
                    Condition::Chain(chain) => self.forward(kind, chain).await?,
                    Condition::Has(chain) => self.backward(kind, chain).await?,
                    Condition::Tree(tree) => self.tree(kind, tree).await?,
                });
            }
            Ok(ready)
        }
        .boxed()
    }

    async fn forward(&self, kind: &str, chain: &Chain) -> Result<Ready, Failure> {
        let found = self.step(chain).await?;
        let targets = found.iter().map(|found| found.head.key.to_string());
        self.refers_to(kind, &chain.reference, &targets.collect::<Vec<_>>())
    }

    async fn backward(&self, kind: &str, chain: &Chain) -> Result<Ready, Failure> {
        let found = self.step(chain).await?;
        let prefix = format!("{kind}/");
        let Some(parameter) = self.set.find(&chain.kind, &chain.reference) else {
            return Ok(Ready::Ids(BTreeSet::new()));
        };
        let references = found
            .iter()
            .flat_map(|found| references(parameter, &found.object));
        let ids = references.filter_map(|text| {
            let id = text.strip_prefix(prefix.as_str())?;
            Some(id.split('/').next().unwrap_or(id).to_owned())
        });
        Ok(Ready::Ids(ids.collect()))
    }

    /// The resources that a step of a chain leads to.
    async fn step(&self, chain: &Chain) -> Result<Vec<Match>, Failure> {
        auth::demand(&self.context.caller, &Right::Search(chain.kind.clone()))?;
        let limit = self.context.settings.search.chained;
        let found = self.all(&chain.kind, &chain.conditions, limit + 1).await?;
        if found.len() > limit {
            return Err(too_many(&format!("the step to {}", chain.kind), limit));
        }
        Ok(found)
    }

    async fn tree(&self, kind: &str, tree: &Tree) -> Result<Ready, Failure> {
        let limit = self.context.settings.search.chained;
        let mut all: BTreeSet<String> = tree.ids.iter().cloned().collect();
        let mut level: Vec<String> = tree.ids.clone();
        for _ in 0..MAX_LEVELS {
            if level.is_empty() {
                break;
            }
            let next = if tree.is_below {
                self.children(kind, tree, &level).await?
            } else {
                self.parents(kind, tree, &level).await?
            };
            level = next
                .into_iter()
                .filter(|id| all.insert(id.clone()))
                .collect();
            if all.len() > limit {
                return Err(too_many(
                    &format!("the hierarchy of {}", tree.reference),
                    limit,
                ));
            }
        }
        if !level.is_empty() {
            let what = format!("the levels of {}", tree.reference);
            return Err(too_many(&what, MAX_LEVELS));
        }
        let targets: Vec<String> = all.into_iter().map(|id| format!("{kind}/{id}")).collect();
        self.refers_to(kind, &tree.reference, &targets)
    }

    async fn children(
        &self,
        kind: &str,
        tree: &Tree,
        level: &[String],
    ) -> Result<Vec<String>, Failure> {
        let targets: Vec<String> = level.iter().map(|id| format!("{kind}/{id}")).collect();
        let ready = self.refers_to(kind, &tree.reference, &targets)?;
        let limit = self.context.settings.search.chained;
        let found = self.all_ready(kind, &[ready], limit + 1).await?;
        Ok(found.into_iter().map(|found| found.head.key.id).collect())
    }

    async fn parents(
        &self,
        kind: &str,
        tree: &Tree,
        level: &[String],
    ) -> Result<Vec<String>, Failure> {
        let ready = [Ready::Ids(level.iter().cloned().collect())];
        let found = self.all_ready(kind, &ready, level.len()).await?;
        let Some(parameter) = self.set.find(kind, &tree.reference) else {
            return Ok(Vec::new());
        };
        let prefix = format!("{kind}/");
        let references = found
            .iter()
            .flat_map(|found| references(parameter, &found.object));
        Ok(references
            .filter_map(|text| text.strip_prefix(prefix.as_str()).map(str::to_owned))
            .collect())
    }

    /// The condition that a reference names one of these.
    pub(super) fn refers_to(
        &self,
        kind: &str,
        reference: &str,
        targets: &[String],
    ) -> Result<Ready, Failure> {
        if targets.is_empty() {
            return Ok(Ready::Ids(BTreeSet::new()));
        }
        let criterion = Criterion::parse(&self.set, kind, reference, None, &targets.join(","));
        Ok(Ready::Field(Box::new(Field {
            criterion: criterion.map_err(|issue| Failure::of(Kind::Malformed, issue))?,
            keys: None,
            is_reference: true,
            window: None,
        })))
    }
}

fn too_many(what: &str, limit: usize) -> Failure {
    let text = format!(
        "{what} leads to more than {limit}; narrow it, \
         or search for what it leads to first, and then by its id"
    );
    Failure::new(Kind::Malformed, IssueType::TooCostly, text)
}
