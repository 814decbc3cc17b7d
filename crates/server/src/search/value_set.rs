//! `:in` and `:not-in`: the codes of a value set that is stored here.
//!
//! <http://hl7.org/fhir/R4/search.html#modifiers>, <http://hl7.org/fhir/R4/valueset.html>
//!
//! | of the value set | what is searched for |
//! | --- | --- |
//! | `compose.include` with concepts | `system\|code` of each |
//! | `compose.include` with a system alone | `system\|`, any code of it |
//! | `compose.exclude` with concepts | none of these |
//! | anything else: filters, other value sets, an expansion alone | 400: it is not expanded here |
//!
//! The parameter is read as if the codes stood in its value, so that all that holds for codes holds
//! here. It is expanded anew for every page.

use std::collections::BTreeSet;

use fhir::{
    json::Object,
    outcome::IssueType,
    query::{self, Parameter},
    search_parameter::SearchType,
};
use serde_json::Value;

use super::{Search, canonical::escaped};
use crate::failure::{Failure, Kind};

/// Codes of a value set that are searched for: as many as a parameter may have alternatives.
const MAX_CODES: usize = 1_000;
/// What no code is: the value of a parameter that asks for one of no codes.
const NO_CODE: &str = "\u{0}";

impl Search<'_> {
    /// The parameters with the codes of value sets in the place of their names.
    ///
    /// # Errors
    ///
    /// 400 for a value set that is not stored, or that cannot be expanded here.
    pub(super) async fn expanded(
        &self,
        kind: Option<&str>,
        parameters: &[Parameter],
    ) -> Result<Vec<Parameter>, Failure> {
        let is_token = |parameter: &Parameter| {
            let known = kind.and_then(|kind| self.set().find(kind, &parameter.name));
            known.is_some_and(|known| known.kind() == SearchType::Token)
        };
        let mut expanded = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            let modifier = match parameter.modifier.as_deref() {
                Some("in") if is_token(parameter) => None,
                Some("not-in") if is_token(parameter) => Some("not".to_owned()),
                _ => {
                    expanded.push(parameter.clone());
                    continue;
                }
            };
            expanded.push(Parameter {
                name: parameter.name.clone(),
                modifier,
                value: self.codes(&parameter.value).await?,
            });
        }
        Ok(expanded)
    }

    /// The codes of value sets, as alternatives.
    async fn codes(&self, value: &str) -> Result<String, Failure> {
        let mut codes = BTreeSet::new();
        for name in query::alternatives(value) {
            let name = query::unescape(name);
            let (url, version) = match name.split_once('|') {
                Some((url, version)) => (url, Some(version)),
                None => (name.as_str(), None),
            };
            let found = self.canonical("ValueSet", url, version).await?;
            let Some(set) = found.first() else {
                let text = format!("the value set {name} is not stored here");
                return Err(Failure::not_supported(text));
            };
            codes.extend(of(set).map_err(|why| {
                Failure::not_supported(format!("the value set {name} is not expanded here: {why}"))
            })?);
        }
        if codes.len() > MAX_CODES {
            let text = format!(
                "{value} has {} codes; a parameter may have {MAX_CODES} alternatives",
                codes.len()
            );
            return Err(Failure::new(Kind::Malformed, IssueType::TooCostly, text));
        }
        if codes.is_empty() {
            return Ok(NO_CODE.to_owned());
        }
        Ok(codes.into_iter().collect::<Vec<_>>().join(","))
    }
}

/// The codes of a value set, as a query has them; or why that cannot be said.
fn of(set: &Object) -> Result<BTreeSet<String>, &'static str> {
    let Some(compose) = set.get("compose") else {
        return Err("it has no compose");
    };
    let mut codes = BTreeSet::new();
    for include in parts(compose, "include") {
        codes.extend(part(include)?);
    }
    for exclude in parts(compose, "exclude") {
        let system = escaped(text(exclude, "system").unwrap_or_default());
        let out = part(exclude)?;
        let whole = format!("{system}|");
        if out.contains(&whole) {
            codes.retain(|code| !code.starts_with(&whole));
        } else if codes.contains(&whole) {
            return Err("it has a code system but for some codes");
        }
        codes.retain(|code| !out.contains(code));
    }
    Ok(codes)
}

fn parts<'a>(compose: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    compose
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn part(part: &Value) -> Result<BTreeSet<String>, &'static str> {
    if part.get("filter").is_some() {
        return Err("it has filters");
    }
    if part.get("valueSet").is_some() {
        return Err("it is made of other value sets");
    }
    let system = text(part, "system").ok_or("it names no code system")?;
    let system = escaped(system);
    if part.get("concept").is_none() {
        return Ok(BTreeSet::from([format!("{system}|")]));
    }
    let concepts = parts(part, "concept").filter_map(|concept| text(concept, "code"));
    Ok(concepts
        .map(|code| format!("{system}|{}", escaped(code)))
        .collect())
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(compose: &Value) -> Result<Vec<String>, &'static str> {
        let set = json!({"resourceType": "ValueSet", "compose": compose});
        Ok(of(set.as_object().unwrap())?.into_iter().collect())
    }

    #[test]
    fn concepts_and_whole_systems_are_included_and_taken_away() {
        let two = json!([{"code": "a"}, {"code": "b|,"}]);
        let compose = json!({
            "include": [{"system": "s", "concept": two}, {"system": "t"}, {"system": "u"}],
            "exclude": [{"system": "s", "concept": [{"code": "a"}]}, {"system": "u"}]});
        assert_eq!(codes(&compose).unwrap(), ["s|b\\|\\,", "t|"]);
        assert!(codes(&json!({"include": []})).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_said_without_more_is_not_guessed() {
        let whole = json!({"system": "s"});
        for compose in [
            json!({"include": [{"system": "s", "filter": []}]}),
            json!({"include": [{"valueSet": ["http://v"]}]}),
            json!({"include": [{"concept": [{"code": "a"}]}]}),
            json!({"include": [whole], "exclude": [{"system": "s", "concept": [{"code": "a"}]}]}),
        ] {
            assert!(codes(&compose).is_err(), "{compose}");
        }
        assert!(of(&Object::new()).is_err());
    }
}
