//! The parameters of a search, read as a whole.
//!
//! <http://hl7.org/fhir/R4/search.html#errors>: unknown parameters are refused, unless the client says
//! `Prefer: handling=lenient`; then they are ignored, and an `OperationOutcome` among the entries says
//! so.

use fhir::{
    outcome::{Issue, IssueType, Severity},
    query::Parameter,
    schema,
    search_parameter::{SearchType, Set},
};

use super::{
    condition::Condition,
    cursor,
    reader::Reader,
    results::{Include, Results},
};
use crate::{
    auth::{self, Right},
    failure::{Failure, Kind},
    interaction::Context,
};

/// See the module head.
#[derive(Debug)]
pub(crate) struct Query {
    /// The type that is searched, or nothing for several: the path below the base.
    pub(crate) path: String,
    /// The types, each with its conditions.
    pub(crate) parts: Vec<Part>,
    /// What to do with the matches.
    pub(crate) results: Results,
    /// What was ignored.
    pub(crate) ignored: Vec<Issue>,
    /// The parameters that count, for links.
    pub(crate) parameters: Vec<Parameter>,
    /// What tells this query from others.
    pub(crate) hash: String,
}

/// One type that is searched.
#[derive(Debug)]
pub(crate) struct Part {
    /// The type.
    pub(crate) kind: String,
    /// All must hold.
    pub(crate) conditions: Vec<Condition>,
}

impl Query {
    /// Reads a query; the parameters come with whether unknown ones are ignored.
    ///
    /// # Errors
    ///
    /// 400 with all that is wrong, 403 for a type that the caller may not search.
    pub(crate) fn read(
        context: &Context,
        set: &Set,
        kind: Option<&str>,
        (parameters, lenient): (&[Parameter], bool),
    ) -> Result<Self, Failure> {
        let limits = &context.settings.search;
        let mut results = Results::new(limits);
        let mut issues = Vec::new();
        let mut criteria = Vec::new();
        for parameter in parameters {
            match results.take(parameter, limits) {
                Ok(true) => {}
                Ok(false) => criteria.push(parameter.clone()),
                Err(issue) => issues.push(issue),
            }
        }
        let kinds = kinds(context, kind, &results)?;
        let reader = Reader::new(set, &context.settings.base_url);
        let (mut parts, mut unknown) = (Vec::new(), Vec::new());
        for kind in kinds {
            match reader.read(&kind, &criteria) {
                Ok(read) => {
                    unknown.extend(read.unknown);
                    parts.push(Part {
                        kind,
                        conditions: read.all,
                    });
                }
                Err(found) => issues.extend(found),
            }
        }
        for include in results.include.iter().chain(&results.revinclude) {
            issues.extend(unknown_include(set, include));
        }
        for kind in parts.iter().map(|part| part.kind.as_str()) {
            issues.extend(unknown_sort(set, kind, &results));
        }
        if !lenient {
            issues.append(&mut unknown);
        }
        if !issues.is_empty() {
            return Err(Failure::malformed(issues));
        }
        let ignored = ignored(unknown);
        let path = kind.unwrap_or_default().to_owned();
        Ok(Self {
            hash: cursor::query_hash(&path, parameters),
            path,
            parts,
            results,
            ignored,
            parameters: parameters.to_vec(),
        })
    }

    /// The same query, which was written with these parameters.
    pub(super) fn asked_as(self, parameters: &[Parameter]) -> Self {
        Self {
            hash: cursor::query_hash(&self.path, parameters),
            parameters: parameters.to_vec(),
            ..self
        }
    }
}

/// The types that are searched.
fn kinds(context: &Context, kind: Option<&str>, results: &Results) -> Result<Vec<String>, Failure> {
    let kinds = match (kind, &results.types) {
        (Some(kind), None) => vec![kind.to_owned()],
        (Some(_), Some(_)) => {
            let text = "_type is for a search of the whole server: GET [base]?_type=…";
            return Err(Failure::not_supported(text));
        }
        (None, Some(types)) => types.clone(),
        (None, None) => {
            let text = "a search of the whole server needs _type, with the types to search: \
                        to look through all of them would cost too much";
            return Err(Failure::new(Kind::Malformed, IssueType::TooCostly, text));
        }
    };
    for kind in &kinds {
        if !schema::is_resource_type(kind) {
            let text = format!("there is no resource type \"{kind}\" in FHIR R4");
            return Err(Failure::new(Kind::Malformed, IssueType::Value, text));
        }
        auth::demand(&context.caller, &Right::Search(kind.clone()))?;
    }
    Ok(kinds)
}

fn unknown_include(set: &Set, include: &Include) -> Option<Issue> {
    let Include {
        source, parameter, ..
    } = include;
    let is_known = schema::is_resource_type(source)
        && (parameter == "*"
            || set
                .find(source, parameter)
                .is_some_and(|known| known.kind() == SearchType::Reference));
    let text = format!("{source} has no search parameter {parameter} that is a reference");
    (!is_known).then(|| Issue::error(IssueType::NotSupported, text))
}

fn unknown_sort(set: &Set, kind: &str, results: &Results) -> Vec<Issue> {
    let codes = results.sort.iter().map(|sort| sort.code.as_str());
    codes
        .filter(|code| *code != "_id" && set.find(kind, code).is_none())
        .map(|code| {
            let text = format!("_sort: {kind} has no search parameter {code}");
            Issue::error(IssueType::NotSupported, text)
        })
        .collect()
}

/// The same as warnings, each once.
fn ignored(unknown: Vec<Issue>) -> Vec<Issue> {
    let mut ignored: Vec<Issue> = Vec::new();
    for issue in unknown {
        let issue = Issue {
            severity: Severity::Warning,
            ..issue
        };
        if !ignored.contains(&issue) {
            ignored.push(issue);
        }
    }
    ignored
}
