//! Search parameters of a server, good and bad.

use serde_json::{Value, json};

use crate::json::Object;
use crate::search_parameter::{SearchParameter, SearchType, Set};

fn compile(value: &Value) -> Result<SearchParameter, Vec<String>> {
    let object: &Object = value.as_object().unwrap();
    let issues = |issues: Vec<crate::outcome::Issue>| {
        let text = |issue: crate::outcome::Issue| {
            format!(
                "{} {}: {}",
                issue.code.as_str(),
                issue.expression.join(),
                issue.diagnostics
            )
        };
        issues.into_iter().map(text).collect()
    };
    SearchParameter::compile(object).map_err(issues)
}

trait Join {
    fn join(&self) -> String;
}

impl Join for Vec<String> {
    fn join(&self) -> String {
        self.as_slice().join(",")
    }
}

fn cvr_number() -> Value {
    json!({"resourceType": "SearchParameter", "url": "http://x/cvrNumber", "name": "cvrNumber",
        "status": "active", "description": "d", "code": "cvrNumber", "base": ["Organization"],
        "type": "string", "expression":
            "Organization.extension('http://x/cvr').value.ofType(string)"})
}

#[test]
fn an_own_parameter_joins_those_of_r4() {
    let parameter = compile(&cvr_number()).unwrap();
    assert_eq!(
        (parameter.code(), parameter.kind()),
        ("cvrNumber", SearchType::String)
    );
    let set = Set::with([parameter]);
    assert!(set.find("Organization", "cvrNumber").unwrap().is_custom());
    assert!(set.find("Organization", "name").is_some());
    assert!(set.find("Patient", "cvrNumber").is_none());
    let codes = set.of("Organization").map(|parameter| parameter.code());
    assert_eq!(codes.last(), Some("cvrNumber"));
}

#[test]
fn each_base_has_the_part_of_the_expression_that_is_about_it() {
    let mut several = cvr_number();
    several["base"] = json!(["Organization", "Location"]);
    several["expression"] = json!("Organization.alias | Location.description");
    let parameter = compile(&several).unwrap();
    for (kind, element) in [("Organization", "alias"), ("Location", "description")] {
        let resource = json!({"resourceType": kind, element: "x"});
        assert_eq!(
            parameter.values(resource.as_object().unwrap()).len(),
            1,
            "{kind}"
        );
    }
    let all = json!({"code": "version", "type": "token", "base": ["Resource"],
        "expression": "Resource.meta.versionId"});
    let parameter = compile(&all).unwrap();
    let resource = json!({"resourceType": "Patient", "meta": {"versionId": "7"}});
    assert_eq!(parameter.values(resource.as_object().unwrap()).len(), 1);
}

#[test]
fn all_problems_are_told_with_their_places() {
    let all = ["code", "type", "expression", "base"];
    let found = compile(&json!({"resourceType": "SearchParameter"})).unwrap_err();
    for (problem, element) in found.iter().zip(all) {
        assert!(
            problem.starts_with(&format!("required SearchParameter.{element}")),
            "{problem}"
        );
    }
    for (element, value, expected) in [
        (
            "code",
            json!("a b"),
            "value SearchParameter.code: 'a b' is no code",
        ),
        (
            "code",
            json!("name"),
            "not-supported SearchParameter.code: R4 has a parameter 'name'",
        ),
        ("type", json!("text"), "value SearchParameter.type: 'text'"),
        (
            "type",
            json!("composite"),
            "not-supported SearchParameter.type",
        ),
        (
            "type",
            json!("date"),
            "not-supported SearchParameter.expression: of Organization this \
            leads to string, by which no date is searched",
        ),
        (
            "base",
            json!(["Nothing"]),
            "not-supported SearchParameter.expression: the expression \
            is not supported: 'Nothing' is no type of R4",
        ),
        (
            "expression",
            json!("Organization.name.upper()"),
            "not-supported \
            SearchParameter.expression: the expression is not supported: the function upper",
        ),
    ] {
        let mut broken = cvr_number();
        broken[element] = value;
        let problems = compile(&broken).unwrap_err();
        assert!(problems[0].starts_with(expected), "{problems:?}");
    }
}
