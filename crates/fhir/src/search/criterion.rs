//! One criterion of a search.

use std::sync::Arc;

use super::entry::{self, Range};
use super::modifier::Modifier;
use super::value::reference::ReferenceTarget;
use super::value::{Problem, Wanted};
use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::query::alternatives;
use crate::search_parameter::{Found, SearchParameter, Set};

/// The alternatives of one criterion; each of them may cost some index ranges.
const MAX_ALTERNATIVES: usize = 1_000;

/// One `name[:modifier]=value` of a search, understood.
#[derive(Debug, Clone)]
pub struct Criterion {
    parameter: Arc<SearchParameter>,
    test: Test,
    hierarchy: Option<Hierarchy>,
    canonical: String,
}

/// What is asked of a resource's values.
#[derive(Debug, Clone)]
pub(super) enum Test {
    /// There is none, or there is one.
    Missing(bool),
    /// One of them is one of these.
    Some(Vec<Wanted>),
    /// None of them is one of these.
    None(Vec<Wanted>),
}

/// `:above` or `:below` of references: who searches has to find the members of the hierarchy first,
/// and then asks for references to any of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hierarchy {
    /// Up to the ancestors, or down to the descendants.
    pub direction: HierarchyDirection,
    /// Where to start, as `Type/id`; each is a member of its own hierarchy.
    pub from: Vec<String>,
}

/// Which way a hierarchy is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HierarchyDirection {
    /// `:above`
    Above,
    /// `:below`
    Below,
}

impl Criterion {
    /// Reads a criterion about resources of this type (or of any, for `Resource`). The value is
    /// decoded, with its escapes: a `,` separates alternatives, `\,` does not.
    ///
    /// # Errors
    /// `not-supported` for an unknown parameter or modifier, naming those that there are; `value`
    /// for a value that the parameter's type does not have; `too-costly` for more than 1,000
    /// alternatives.
    pub fn parse(
        set: &Set,
        resource_type: &str,
        name: &str,
        modifier: Option<&str>,
        value: &str,
    ) -> Result<Self, Issue> {
        let parameter = find(set, resource_type, name)?;
        let full_name = modifier.map_or(name.to_owned(), |modifier| format!("{name}:{modifier}"));
        let not_supported =
            |problem| Issue::error(IssueType::NotSupported, format!("{full_name}: {problem}"));
        let modifier = Modifier::parse(modifier, parameter.kind()).map_err(not_supported)?;
        let parts = alternatives(value);
        if parts.len() > MAX_ALTERNATIVES {
            let count = parts.len();
            let text =
                format!("{full_name}: {count} alternatives; the limit is {MAX_ALTERNATIVES}");
            return Err(Issue::error(IssueType::TooCostly, text));
        }
        let bad_value = |problem| Issue::error(IssueType::Value, format!("{full_name}: {problem}"));
        let test = test(parameter, &modifier, &parts).map_err(bad_value)?;
        let hierarchy = hierarchy(&modifier, &test, parameter).map_err(bad_value)?;
        let canonical = format!("{full_name}={}", test.canonical());
        Ok(Self {
            parameter: Arc::clone(parameter),
            test,
            hierarchy,
            canonical,
        })
    }

    /// The parameter.
    pub fn parameter(&self) -> &SearchParameter {
        &self.parameter
    }

    /// Whether the resource is one of those asked for. `_id` and `_lastUpdated` are read from the
    /// resource as clients see it ([`crate::resource::present`]).
    ///
    /// A criterion with a [`Criterion::hierarchy`] matches nothing.
    pub fn matches(&self, resource: &Object) -> bool {
        if self.hierarchy.is_some() {
            return false;
        }
        let root = Found::resource(resource);
        let values = self.parameter.values_of(root);
        let is_any = |wanted: &[Wanted]| {
            let mut values = values.iter();
            values.any(|value| wanted.iter().any(|wanted| wanted.is_met(value, root)))
        };
        match &self.test {
            Test::Missing(missing) => values.is_empty() == *missing,
            Test::Some(wanted) => is_any(wanted),
            Test::None(wanted) => !is_any(wanted),
        }
    }

    /// The ranges of the index whose union holds every resource that matches; `None` when the
    /// index has no such ranges and another criterion has to lead.
    pub fn drivers(&self) -> Option<Vec<Range>> {
        match &self.test {
            Test::Some(wanted) if self.hierarchy.is_none() => {
                entry::drivers(&self.parameter, wanted)
            }
            _ => None,
        }
    }

    /// The hierarchy that has to be followed first, of `:above` and `:below` on references.
    pub fn hierarchy(&self) -> Option<&Hierarchy> {
        self.hierarchy.as_ref()
    }

    /// The criterion as text: the same for all ways to write it.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }
}

fn find<'s>(set: &'s Set, kind: &str, name: &str) -> Result<&'s Arc<SearchParameter>, Issue> {
    let found = set.find(kind, name);
    if let Some(parameter) = found.filter(|parameter| parameter.is_supported()) {
        return Ok(parameter);
    }
    let problem = match found {
        Some(_) => format!("the search parameter '{name}' is not supported"),
        None => format!("{kind} has no search parameter '{name}'"),
    };
    let known = set.of(kind).filter(|parameter| parameter.is_supported());
    let mut known: Vec<_> = known.map(|parameter| parameter.code()).collect();
    known.sort_unstable();
    let text = format!("{problem}; supported are {}", known.join(", "));
    Err(Issue::error(IssueType::NotSupported, text))
}

fn test(
    parameter: &Arc<SearchParameter>,
    modifier: &Modifier,
    parts: &[&str],
) -> Result<Test, Problem> {
    if *modifier == Modifier::Missing {
        return match parts {
            ["true"] => Ok(Test::Missing(true)),
            ["false"] => Ok(Test::Missing(false)),
            _ => Err("expected true or false".to_owned()),
        };
    }
    let wanted = parts.iter().map(|part| modifier.wanted(parameter, part));
    let wanted = wanted.collect::<Result<_, _>>()?;
    Ok(match modifier {
        Modifier::Not => Test::None(wanted),
        _ => Test::Some(wanted),
    })
}

fn hierarchy(
    modifier: &Modifier,
    test: &Test,
    parameter: &SearchParameter,
) -> Result<Option<Hierarchy>, Problem> {
    let (Modifier::Hierarchy(direction), Test::Some(wanted)) = (modifier, test) else {
        return Ok(None);
    };
    let targets: Vec<_> = parameter.targets().collect();
    let start = |wanted: &Wanted| match (wanted, targets.as_slice()) {
        (
            Wanted::Reference(ReferenceTarget::Local {
                kind: Some(kind),
                id,
                ..
            }),
            _,
        ) => Ok(format!("{kind}/{id}")),
        (Wanted::Reference(ReferenceTarget::Local { kind: None, id, .. }), [kind]) => {
            Ok(format!("{kind}/{id}"))
        }
        _ => Err("a hierarchy starts at a resource of this server, Type/id".to_owned()),
    };
    Ok(Some(Hierarchy {
        direction: *direction,
        from: wanted.iter().map(start).collect::<Result<_, _>>()?,
    }))
}

impl Test {
    fn canonical(&self) -> String {
        match self {
            Self::Missing(missing) => missing.to_string(),
            Self::Some(wanted) | Self::None(wanted) => {
                let escape =
                    |wanted: &Wanted| wanted.canonical().replace('\\', "\\\\").replace(',', "\\,");
                let mut parts: Vec<_> = wanted.iter().map(escape).collect();
                parts.sort_unstable();
                parts.dedup();
                parts.join(",")
            }
        }
    }
}
