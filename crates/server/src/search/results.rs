//! The parameters of a search that say what to do with the matches.
//!
//! <http://hl7.org/fhir/R4/search.html#return>
//!
//! | parameter | here |
//! | --- | --- |
//! | `_count` | matches in a page; more than the limit is the limit, 0 is a count |
//! | `_total` | `accurate` within the budget, else 400; `none`, `estimate`: only when it is known anyway |
//! | `_sort` | `_lastUpdated` as they are found; anything else in memory, up to a limit |
//! | `_include`, `_revinclude` | `Organization:partof`, also with a target type and `:iterate` |
//! | `_summary`, `_elements` | see `shape` |
//! | `_contained` | `false` only |

use fhir::{
    outcome::{Issue, IssueType},
    query::Parameter,
};

use super::{cursor, shape::Shape};
use crate::settings::SearchLimits;

/// See the module head.
#[derive(Debug, Clone)]
pub(crate) struct Results {
    /// Matches in a page.
    pub(crate) count: usize,
    /// Whether the number of all matches is asked for.
    pub(crate) total: bool,
    /// Whether nothing but that number is asked for.
    pub(crate) only_total: bool,
    /// In this order.
    pub(crate) sort: Vec<SortBy>,
    /// `_include`
    pub(crate) include: Vec<Include>,
    /// `_revinclude`
    pub(crate) revinclude: Vec<Include>,
    /// Which part of the resources is shown.
    pub(crate) shape: Shape,
    /// `_type`: for a search over several types.
    pub(crate) types: Option<Vec<String>>,
    /// `_cursor`
    pub(crate) cursor: Option<String>,
}

/// One piece of `_sort`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SortBy {
    /// The search parameter.
    pub(crate) code: String,
    /// Greatest first.
    pub(crate) descending: bool,
}

/// One `_include` or `_revinclude`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Include {
    /// The type that has the reference.
    pub(crate) source: String,
    /// The reference's search parameter; `*` for all.
    pub(crate) parameter: String,
    /// Only references to this type.
    pub(crate) target: Option<String>,
    /// Whether what was included is looked at again.
    pub(crate) iterate: bool,
}

impl Results {
    /// Nothing said: the defaults.
    pub(crate) fn new(limits: &SearchLimits) -> Self {
        Self {
            count: limits.page,
            total: false,
            only_total: false,
            sort: Vec::new(),
            include: Vec::new(),
            revinclude: Vec::new(),
            shape: Shape::default(),
            types: None,
            cursor: None,
        }
    }

    /// Takes a parameter that is about the results. False when it is about something else.
    ///
    /// # Errors
    ///
    /// What is wrong with its value.
    pub(crate) fn take(
        &mut self,
        parameter: &Parameter,
        limits: &SearchLimits,
    ) -> Result<bool, Issue> {
        let value = parameter.value.as_str();
        match parameter.name.as_str() {
            "_format" | "_pretty" => {}
            cursor::PARAMETER => self.cursor = Some(value.to_owned()),
            "_count" => self.take_count(value, limits)?,
            "_total" => match value {
                "accurate" => self.total = true,
                "none" | "estimate" => {}
                _ => return Err(unreadable(parameter, "none, estimate or accurate")),
            },
            "_sort" => self.sort.extend(sort_by(parameter)?),
            "_include" => self.include.push(include(parameter)?),
            "_revinclude" => self.revinclude.push(include(parameter)?),
            "_summary" if value == "count" => self.count_only(),
            "_summary" | "_elements" => self.shape = self.shape.clone().with(parameter)?,
            "_contained" if value == "false" => {}
            "_contained" => {
                let text = "_contained can only be false: contained resources are not searched";
                return Err(Issue::error(IssueType::NotSupported, text));
            }
            "_type" => {
                let types = value.split(',').map(str::to_owned);
                self.types.get_or_insert_default().extend(types);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn take_count(&mut self, value: &str, limits: &SearchLimits) -> Result<(), Issue> {
        let count: usize = value.parse().map_err(|_| {
            let text = format!("_count must be a number, not \"{value}\"");
            Issue::error(IssueType::Value, text)
        })?;
        if count == 0 {
            self.count_only();
        }
        self.count = count.min(limits.max_page);
        Ok(())
    }

    fn count_only(&mut self) {
        self.total = true;
        self.only_total = true;
    }
}

fn sort_by(parameter: &Parameter) -> Result<Vec<SortBy>, Issue> {
    let read = |text: &str| {
        let (code, descending) = text
            .strip_prefix('-')
            .map_or((text, false), |code| (code, true));
        let code = code.to_owned();
        (!code.is_empty()).then_some(SortBy { code, descending })
    };
    let parts: Option<Vec<SortBy>> = parameter.value.split(',').map(read).collect();
    parts.ok_or_else(|| unreadable(parameter, "names of search parameters, each with - or not"))
}

fn include(parameter: &Parameter) -> Result<Include, Issue> {
    let wanted = "[type]:[search parameter], perhaps with :[target type]";
    let iterate = match parameter.modifier.as_deref() {
        None => false,
        Some("iterate" | "recurse") => true,
        Some(_) => return Err(unreadable(parameter, wanted)),
    };
    let mut parts = parameter.value.split(':').map(str::to_owned);
    let (Some(source), Some(code), target, None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(unreadable(parameter, wanted));
    };
    Ok(Include {
        source,
        parameter: code,
        target,
        iterate,
    })
}

fn unreadable(parameter: &Parameter, wanted: &str) -> Issue {
    let Parameter { name, value, .. } = parameter;
    let text = format!("{name} must be {wanted}, not \"{value}\"");
    Issue::error(IssueType::Value, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(query: &str) -> Result<Results, Issue> {
        let limits = SearchLimits::default();
        let mut results = Results::new(&limits);
        for parameter in fhir::query::parse(query) {
            assert!(results.take(&parameter, &limits)?, "{query}");
        }
        Ok(results)
    }

    #[test]
    fn what_the_parameters_say_is_understood() {
        let found = results("_count=5000&_sort=name,-_lastUpdated&_total=accurate").unwrap();
        assert_eq!(found.count, SearchLimits::default().max_page);
        assert!(found.total && !found.only_total);
        let sort: Vec<_> = found
            .sort
            .iter()
            .map(|one| (one.code.as_str(), one.descending))
            .collect();
        assert_eq!(sort, [("name", false), ("_lastUpdated", true)]);
        let found = results("_include:iterate=Organization:partof:Organization").unwrap();
        let [include] = found.include.as_slice() else {
            panic!("one include");
        };
        assert_eq!(include.target.as_deref(), Some("Organization"));
        assert!(include.iterate);
        assert!(results("_count=0").unwrap().only_total);
        assert!(results("_summary=count").unwrap().only_total);
    }

    #[test]
    fn what_they_cannot_say_is_refused() {
        for query in [
            "_count=many",
            "_count=-1",
            "_total=some",
            "_sort=",
            "_sort=-",
            "_include=Organization",
            "_include=a:b:c:d",
            "_include:often=Organization:partof",
            "_contained=true",
        ] {
            assert!(results(query).is_err(), "{query}");
        }
    }
}
