//! What was asked for, and which resources that is.

use std::collections::{BTreeMap, BTreeSet};

use fhir::instant::Instant;
use fhir::outcome::Issue;
use fhir::query;
use fhir::resource;
use fhir::search::Criterion;
use fhir::search_parameter::Set;
use fhir::summary;
use fhir::version::VersionId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Version;

use super::output::Line;
use super::place::Role;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The URL of the request: the manifest tells it.
    pub(crate) url: String,
    /// `transactionTime`, in ms since 1970: the state at this instant is exported.
    pub(crate) at: i64,
    /// Only these types; all but Binary when none are given.
    pub(crate) kinds: Option<BTreeSet<String>>,
    /// Only what was updated later than this instant, and deletions.
    pub(crate) since: Option<i64>,
    /// Only what was updated earlier than this instant.
    pub(crate) until: Option<i64>,
    /// Of the types that have filters, only what meets one of them.
    pub(crate) filters: Vec<Filter>,
    /// Only these elements, and those that are required: `Organization.name`, `identifier`.
    pub(crate) elements: Vec<String>,
    /// `_exportId`: a text that the files carry.
    pub(crate) label: Option<String>,
    /// What was asked for and is not supported, and is left out of account.
    #[serde(with = "texts")]
    pub(crate) ignored: Vec<Issue>,
}

/// A filter: `Organization?active=true&name=A`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Filter {
    /// The type that it is about.
    pub(crate) kind: String,
    /// The query, undecoded.
    pub(crate) query: String,
}

impl Filter {
    /// What the query asks; all of it must be met.
    ///
    /// # Errors
    /// What is not a criterion of a single resource.
    pub(crate) fn criteria(&self, set: &Set) -> Result<Vec<Criterion>, Vec<Issue>> {
        let mut criteria = Vec::new();
        let mut issues = Vec::new();
        for parameter in query::parse(&self.query) {
            let modifier = parameter.modifier.as_deref();
            let parsed = if is_about_results(&parameter.name) {
                Err(unsupported(format!(
                    "{} shapes the result of a search",
                    parameter.name
                )))
            } else if parameter.name.contains('.') || parameter.name == "_has" {
                Err(unsupported(
                    "chains are not supported in an export".to_owned(),
                ))
            } else {
                Criterion::parse(set, &self.kind, &parameter.name, modifier, &parameter.value)
            };
            match parsed {
                Ok(criterion) if criterion.hierarchy().is_some() => {
                    let text = "hierarchies are not supported in an export";
                    issues.push(unsupported(text.to_owned()));
                }
                Ok(criterion) => criteria.push(criterion),
                Err(issue) => issues.push(issue),
            }
        }
        if issues.is_empty() {
            Ok(criteria)
        } else {
            Err(issues)
        }
    }
}

fn unsupported(text: String) -> Issue {
    Issue::error(fhir::outcome::IssueType::NotSupported, text)
}

fn is_about_results(name: &str) -> bool {
    const NAMES: [&str; 10] = [
        "_sort",
        "_count",
        "_include",
        "_revinclude",
        "_summary",
        "_elements",
        "_total",
        "_contained",
        "_containedType",
        "_score",
    ];
    NAMES.contains(&name)
}

/// What was asked for, ready to be held against resources.
pub(super) struct Selection<'a> {
    wanted: &'a Wanted,
    filters: BTreeMap<&'a str, Vec<Vec<Criterion>>>,
}

/// A stored resource that cannot be read, or a request that cannot be read any more.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Unreadable(String);

impl<'a> Selection<'a> {
    pub(super) fn of(wanted: &'a Wanted) -> Result<Self, Unreadable> {
        let set = Set::default();
        let mut filters: BTreeMap<&str, Vec<Vec<Criterion>>> = BTreeMap::new();
        for filter in &wanted.filters {
            let criteria = filter.criteria(&set);
            let criteria = criteria.map_err(|issues| {
                let texts: Vec<&str> = issues.iter().map(|one| one.diagnostics.as_str()).collect();
                Unreadable(texts.join("; "))
            })?;
            filters.entry(&filter.kind).or_default().push(criteria);
        }
        Ok(Self { wanted, filters })
    }

    /// The line for a document, if it is one of those asked for.
    pub(super) fn line(&self, found: &Version) -> Result<Option<Line>, Unreadable> {
        let Wanted {
            kinds,
            since,
            until,
            ..
        } = self.wanted;
        let kind = &found.key.kind;
        let is_of_kind = match kinds {
            Some(kinds) => kinds.contains(kind),
            None => kind != "Binary",
        };
        let written = found.last_updated.0;
        let is_in_time =
            since.is_none_or(|since| written > since) && until.is_none_or(|until| written < until);
        if !is_of_kind || !is_in_time {
            return Ok(None);
        }
        if found.deleted {
            return Ok(since.map(|_| deletion(found)));
        }
        let text = self.resource(found)?;
        Ok(text.map(|text| Line {
            role: Role::Output,
            kind: kind.clone(),
            text,
        }))
    }

    /// The text of a resource; none when no filter lets it pass.
    fn resource(&self, found: &Version) -> Result<Option<Vec<u8>>, Unreadable> {
        let version = VersionId(found.version);
        let written = Instant::from_millis(found.last_updated.0);
        let broken = |_| Unreadable(format!("{} cannot be read", found.key));
        let filters = self.filters.get(found.key.kind.as_str());
        let elements = self.elements(&found.key.kind);
        if filters.is_none() && elements.is_none() {
            let text = resource::present_bytes(&found.body, version, written);
            return text.map(Some).map_err(broken);
        }
        let object = resource::present(&found.body, version, written).map_err(broken)?;
        let passes = filters.is_none_or(|filters| {
            filters
                .iter()
                .any(|all| all.iter().all(|criterion| criterion.matches(&object)))
        });
        if !passes {
            return Ok(None);
        }
        let object = match elements {
            Some(elements) => summary::elements(&object, &elements),
            None => object,
        };
        let text = serde_json::to_vec(&object);
        text.map(Some)
            .map_err(|_| Unreadable(format!("{} cannot be written", found.key)))
    }

    /// The elements of a type that are asked for; none for all.
    fn elements(&self, kind: &str) -> Option<Vec<&str>> {
        let mut is_limited = false;
        let mut names = Vec::new();
        for element in &self.wanted.elements {
            match element.split_once('.') {
                Some((of, name)) if of == kind => names.push(name),
                Some(_) => continue,
                None => names.push(element.as_str()),
            }
            is_limited = true;
        }
        is_limited.then_some(names)
    }
}

/// A deletion is told as the transaction that would delete.
fn deletion(found: &Version) -> Line {
    let bundle = json!({
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": found.key.to_string()}}]
    });
    Line {
        role: Role::Deleted,
        kind: "Bundle".to_owned(),
        text: bundle.to_string().into_bytes(),
    }
}

/// Issues as the texts that they say.
mod texts {
    use fhir::outcome::{Issue, IssueType};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(issues: &[Issue], into: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<&str> = issues.iter().map(|one| one.diagnostics.as_str()).collect();
        texts.serialize(into)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<Issue>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let warning = |text| Issue::warning(IssueType::NotSupported, text);
        Ok(texts.into_iter().map(warning).collect())
    }
}
