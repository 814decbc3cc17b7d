//! Parameters of a query, read as conditions on a type.
//!
//! <http://hl7.org/fhir/R4/search.html#modifiers>, `search.html#chaining`, `search.html#has`
//!
//! `name[:modifier]` is all that a query says; which of `partof.name`, `subject:Patient.name`,
//! `_has:Patient:organization:name` and `partof:below` it is shows in the signs that are in it.

use fhir::{
    outcome::{Issue, IssueType},
    query::{self, Parameter},
    schema,
    search::Criterion,
    search_parameter::{SearchParameter, SearchType, Set},
};

use super::{
    condition::{self, Chain, Condition, Field, Tree},
    window,
};

/// Types whose search parameter `identifier` also finds what is no identifier of the resource in the
/// sense of the key items (`masterIdentifier`).
const WITH_OTHER_IDENTIFIERS: [&str; 2] = ["DocumentManifest", "DocumentReference"];

/// What is read of a query: its conditions, and the parameters that there are not.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    /// In the order of the query.
    pub(crate) all: Vec<Condition>,
    /// One issue for each parameter that is not known.
    pub(crate) unknown: Vec<Issue>,
}

/// What conditions are read with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// The search parameters of this server.
    set: &'a Set,
    /// Our own public URL, which references may start with.
    base_url: &'a str,
    /// How many steps of a chain may still follow.
    steps: usize,
}

impl<'a> Reader<'a> {
    /// A reader of whole conditions.
    pub(crate) fn new(set: &'a Set, base_url: &'a str) -> Self {
        Self {
            set,
            base_url,
            steps: MAX_STEPS,
        }
    }
}

impl Reader<'_> {
    /// Reads conditions on a type.
    ///
    /// # Errors
    ///
    /// What is wrong with them, apart from unknown parameters.
    pub(crate) fn read(
        &self,
        kind: &str,
        parameters: &[Parameter],
    ) -> Result<Conditions, Vec<Issue>> {
        let mut found = Conditions::default();
        let mut issues = Vec::new();
        for parameter in parameters {
            match self.one(kind, parameter) {
                Ok(Some(condition)) => found.all.push(condition),
                Ok(None) => found.unknown.push(unknown(self.set, kind, parameter)),
                Err(issue) => issues.push(issue),
            }
        }
        if issues.is_empty() {
            Ok(found)
        } else {
            Err(issues)
        }
    }

    /// None when there is no such parameter.
    fn one(&self, kind: &str, parameter: &Parameter) -> Result<Option<Condition>, Issue> {
        let Parameter {
            name,
            modifier,
            value,
        } = parameter;
        match (name.as_str(), modifier.as_deref()) {
            ("_id", None) => return Ok(Some(Condition::Ids(condition::ids(kind, value)))),
            ("_has", Some(path)) => return self.has(path, value).map(Some),
            (name, modifier) if name.contains('.') => {
                let (code, rest) = name.split_once('.').unwrap_or((name, ""));
                return self.chain(kind, (code, None), (rest, modifier), value);
            }
            (code, Some(path)) if path.contains('.') => {
                let (target, rest) = path.split_once('.').unwrap_or((path, ""));
                let (rest, modifier) = split_modifier(rest);
                return self.chain(kind, (code, Some(target)), (rest, modifier), value);
            }
            _ => {}
        }
        let Some(known) = self.set.find(kind, name) else {
            return Ok(None);
        };
        let is_reference = known.kind() == SearchType::Reference;
        if is_reference && let Some("above" | "below") = modifier.as_deref() {
            return self.tree(kind, parameter).map(Some);
        }
        let value = if is_reference {
            self.local(value)
        } else {
            value.clone()
        };
        let criterion = Criterion::parse(self.set, kind, name, modifier.as_deref(), &value)?;
        let is_plain = modifier.is_none();
        let keys = (is_plain && name == "identifier" && !WITH_OTHER_IDENTIFIERS.contains(&kind))
            .then(|| condition::keys(&value))
            .flatten();
        let window = (is_plain && name == "_lastUpdated").then(|| window::of(&value));
        Ok(Some(Condition::Field(Field {
            criterion,
            keys,
            is_reference,
            window: window.flatten(),
        })))
    }

    /// References to this server are stored relative.
    fn local(&self, value: &str) -> String {
        let own = format!("{}/", self.base_url);
        let parts = query::alternatives(value).into_iter();
        let parts: Vec<&str> = parts
            .map(|part| part.strip_prefix(own.as_str()).unwrap_or(part))
            .collect();
        parts.join(",")
    }

    fn chain(
        &self,
        kind: &str,
        (code, target): (&str, Option<&str>),
        (rest, modifier): (&str, Option<&str>),
        value: &str,
    ) -> Result<Option<Condition>, Issue> {
        let Some(known) = self.set.find(kind, code) else {
            return Ok(None);
        };
        if known.kind() != SearchType::Reference {
            let text = format!("{code} is no reference, so that nothing can be chained to it");
            return Err(Issue::error(IssueType::NotSupported, text));
        }
        let target = self.target(known, code, (rest, modifier), target)?;
        let inner = Parameter {
            name: rest.to_owned(),
            modifier: modifier.map(str::to_owned),
            value: value.to_owned(),
        };
        Ok(Some(Condition::Chain(Chain {
            conditions: self.step()?.inner(&target, &inner)?,
            kind: target,
            reference: code.to_owned(),
        })))
    }

    /// The type that a chain leads to: the one that is named, or the only one that can be meant.
    fn target(
        &self,
        known: &SearchParameter,
        code: &str,
        (rest, modifier): (&str, Option<&str>),
        named: Option<&str>,
    ) -> Result<String, Issue> {
        if let Some(named) = named {
            return known_type(named);
        }
        let first = rest.split('.').next().unwrap_or(rest);
        let can = |kind: &&str| first == "_has" || self.set.find(kind, first).is_some();
        let targets: Vec<&str> = known.targets().filter(can).collect();
        match targets.as_slice() {
            [one] => Ok((*one).to_owned()),
            several => {
                let text = format!(
                    "{code}.{rest}{} can be about {}; name the type, as in {code}:Organization.{rest}",
                    modifier.map(|name| format!(":{name}")).unwrap_or_default(),
                    if several.is_empty() {
                        "no known type".to_owned()
                    } else {
                        several.join(", ")
                    }
                );
                Err(Issue::error(IssueType::NotSupported, text))
            }
        }
    }

    /// `_has:[type]:[reference]:[parameter]`
    fn has(&self, path: &str, value: &str) -> Result<Condition, Issue> {
        let unreadable = || {
            let text = format!(
                "_has:{path} cannot be read; it must be _has:[type]:[reference]:[parameter]"
            );
            Issue::error(IssueType::Value, text)
        };
        let (kind, rest) = path.split_once(':').ok_or_else(unreadable)?;
        let (reference, rest) = rest.split_once(':').ok_or_else(unreadable)?;
        let kind = known_type(kind)?;
        let is_reference = self
            .set
            .find(&kind, reference)
            .is_some_and(|known| known.kind() == SearchType::Reference);
        if !is_reference {
            let text = format!("{kind} has no search parameter {reference} that is a reference");
            return Err(Issue::error(IssueType::NotSupported, text));
        }
        let (name, modifier) = split_modifier(rest);
        let inner = Parameter {
            name: name.to_owned(),
            modifier: modifier.map(str::to_owned),
            value: value.to_owned(),
        };
        Ok(Condition::Has(Chain {
            conditions: self.step()?.inner(&kind, &inner)?,
            kind,
            reference: reference.to_owned(),
        }))
    }

    /// The same for the next step of a chain.
    fn step(&self) -> Result<Self, Issue> {
        let steps = self.steps.checked_sub(1).ok_or_else(|| {
            let text = format!(
                "a chain may have {MAX_STEPS} steps; search for what it leads to first, and then by its id"
            );
            Issue::error(IssueType::TooCostly, text)
        })?;
        Ok(Self { steps, ..*self })
    }

    fn inner(&self, kind: &str, parameter: &Parameter) -> Result<Vec<Condition>, Issue> {
        let condition = self.one(kind, parameter)?;
        condition
            .map(|condition| vec![condition])
            .ok_or_else(|| unknown(self.set, kind, parameter))
    }

    fn tree(&self, kind: &str, parameter: &Parameter) -> Result<Condition, Issue> {
        let local = self.local(&parameter.value);
        let prefix = format!("{kind}/");
        let ids: Option<Vec<String>> = query::alternatives(&local)
            .into_iter()
            .map(|part| part.strip_prefix(prefix.as_str()).unwrap_or(part))
            .map(|id| fhir::resource::is_id(id).then(|| id.to_owned()))
            .collect();
        let ids = ids.ok_or_else(|| {
            let text = format!(
                "{}:{} goes through {kind}s, and needs the id of one",
                parameter.name,
                parameter.modifier.as_deref().unwrap_or_default()
            );
            Issue::error(IssueType::NotSupported, text)
        })?;
        Ok(Condition::Tree(Tree {
            reference: parameter.name.clone(),
            is_below: parameter.modifier.as_deref() == Some("below"),
            ids,
        }))
    }
}

/// Steps that a chain may have.
const MAX_STEPS: usize = 3;

fn split_modifier(text: &str) -> (&str, Option<&str>) {
    // `_has` brings a path of its own as its modifier
    text.split_once(':')
        .map_or((text, None), |(name, modifier)| (name, Some(modifier)))
}

fn known_type(kind: &str) -> Result<String, Issue> {
    if schema::is_resource_type(kind) {
        return Ok(kind.to_owned());
    }
    let text = format!("there is no resource type \"{kind}\" in FHIR R4");
    Err(Issue::error(IssueType::Value, text))
}

fn unknown(set: &Set, kind: &str, parameter: &Parameter) -> Issue {
    let mut known: Vec<&str> = set.of(kind).map(|one| one.code()).collect();
    known.sort_unstable();
    known.dedup();
    let text = format!(
        "Unknown search parameter \"{}\" for resource type \"{kind}\". \
         Valid search parameters for this search are: [{}]",
        parameter.name,
        known.join(", ")
    );
    Issue::error(IssueType::NotSupported, text)
}
