//! `$lookup`: what a code means, as a `CodeSystem` that is stored here says.
//!
//! <http://hl7.org/fhir/R4/codesystem-operation-lookup.html>
//!
//! ```json
//! {"resourceType": "Parameters", "parameter": [
//!   {"name": "coding", "valueCoding": {"system": "http://loinc.org", "code": "1963-8"}}]}
//! ```
//!
//! | in | out |
//! | --- | --- |
//! | `coding`, or `system` and `code`; `version` | `name`, `version`, `display`, `definition`, `designation`, `property` |
//!
//! It is an operation of `CodeSystem`; R4's example of a transaction asks `ValueSet/$lookup`, which is
//! answered as well.

use fhir::{json::Object, outcome::IssueType, parameters::Parameters, query::Parameter};
use serde_json::{Value, json};

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
    search::Search,
};

/// What is asked for.
#[derive(Debug, Default)]
struct Wanted {
    system: Option<String>,
    code: Option<String>,
    version: Option<String>,
}

/// Looks a code up.
///
/// # Errors
///
/// 400 without a system or a code, 404 when no `CodeSystem` here knows it.
pub(crate) async fn lookup(
    context: &Context,
    parameters: &[Parameter],
    body: Option<&Object>,
) -> Result<Answer, Failure> {
    let wanted = match body {
        Some(body) => of_body(body)?,
        None => of_query(parameters),
    };
    let (Some(system), Some(code)) = (&wanted.system, &wanted.code) else {
        let text = "$lookup needs a coding, or a system and a code";
        return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
    };
    let search = Search::begin(context).await?;
    let version = wanted.version.as_deref();
    let systems = search.canonical("CodeSystem", system, version).await?;
    if systems.is_empty() {
        let version = wanted.version.map(|version| format!("|{version}"));
        let text = format!(
            "the code system {system}{} is not stored here",
            version.unwrap_or_default()
        );
        return Err(Failure::new(Kind::NotFound, IssueType::NotFound, text));
    }
    let found = systems.iter().find_map(|system| {
        let concept = concept(system.get("concept")?, code, is_case_sensitive(system))?;
        Some(answer(system, concept))
    });
    let unknown = || {
        let text = format!("the code {code} is not known in {system}");
        Failure::new(Kind::NotFound, IssueType::NotFound, text)
    };
    found.map(Answer::complete).ok_or_else(unknown)
}

fn of_query(parameters: &[Parameter]) -> Wanted {
    let value = |name: &str| {
        let found = parameters.iter().find(|parameter| parameter.name == name);
        found.map(|parameter| parameter.value.clone())
    };
    Wanted {
        system: value("system"),
        code: value("code"),
        version: value("version"),
    }
}

fn of_body(body: &Object) -> Result<Wanted, Failure> {
    let parameters = Parameters::parse(body).map_err(Failure::malformed)?;
    let text = |name: &str| parameters.texts(name).next().map(str::to_owned);
    let coding = parameters.values("coding").next();
    let part = |name: &str| {
        let value = coding.and_then(|coding| coding.get(name));
        value.and_then(Value::as_str).map(str::to_owned)
    };
    Ok(Wanted {
        system: part("system").or_else(|| text("system")),
        code: part("code").or_else(|| text("code")),
        version: part("version").or_else(|| text("version")),
    })
}

fn is_case_sensitive(system: &Object) -> bool {
    system.get("caseSensitive").and_then(Value::as_bool) == Some(true)
}

/// The concept of a code, at any depth.
fn concept<'a>(concepts: &'a Value, code: &str, is_case_sensitive: bool) -> Option<&'a Value> {
    let mut waiting: Vec<&Value> = concepts.as_array()?.iter().collect();
    while let Some(concept) = waiting.pop() {
        let own = concept
            .get("code")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if own == code || (!is_case_sensitive && own.eq_ignore_ascii_case(code)) {
            return Some(concept);
        }
        let children = concept.get("concept").and_then(Value::as_array);
        waiting.extend(children.into_iter().flatten());
    }
    None
}

fn answer(system: &Object, concept: &Value) -> Object {
    let mut parameters = Vec::new();
    let mut text = |name: &str, value: Option<&Value>| {
        if let Some(value) = value {
            parameters.push(json!({"name": name, "valueString": value}));
        }
    };
    text("name", system.get("name").or_else(|| system.get("title")));
    text("version", system.get("version"));
    text("display", concept.get("display"));
    text("definition", concept.get("definition"));
    let many = |name: &str| {
        concept
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    for designation in many("designation") {
        let parts = [
            ("language", "valueCode"),
            ("use", "valueCoding"),
            ("value", "valueString"),
        ];
        let parts = parts.iter().filter_map(|(part, value)| {
            let found = designation.get(part)?;
            Some(json!({"name": part, *value: found}))
        });
        let parts: Vec<Value> = parts.collect();
        parameters.push(json!({"name": "designation", "part": parts}));
    }
    for property in many("property").filter_map(Value::as_object) {
        let code = property
            .get("code")
            .map(|code| json!({"name": "code", "valueCode": code}));
        let value = property.iter().find(|(name, _)| name.starts_with("value"));
        let value = value.map(|(name, value)| json!({"name": "value", name: value}));
        let parts: Vec<Value> = code.into_iter().chain(value).collect();
        parameters.push(json!({"name": "property", "part": parts}));
    }
    let mut answer = Object::new();
    answer.insert("resourceType".into(), "Parameters".into());
    answer.insert("parameter".into(), parameters.into());
    answer
}
