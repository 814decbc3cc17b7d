//! The input of an operation.
//!
//! <http://hl7.org/fhir/R4/parameters.html>
//!
//! ```json
//! {"resourceType":"Parameters","parameter":[{"name":"url","valueString":"Organization?"},
//!  {"name":"organizations","resource":{"resourceType":"Bundle"}}]}
//! ```

use serde_json::Value;

use crate::json::Object;
use crate::outcome::{Issue, IssueType};

/// A read Parameters resource; it borrows the resource.
#[derive(Debug, Clone)]
pub struct Parameters<'a> {
    parameters: Vec<Parameter<'a>>,
}

/// One `Parameters.parameter`.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its `value[x]`.
    pub value: Option<&'a Value>,
    /// Its resource.
    pub resource: Option<&'a Object>,
    /// Its position in `Parameters.parameter`.
    pub index: usize,
}

impl<'a> Parameters<'a> {
    /// Reads the parameters.
    ///
    /// # Errors
    /// `structure` when the resource is no Parameters; `required` for each parameter without a
    /// name.
    pub fn parse(resource: &'a Object) -> Result<Self, Vec<Issue>> {
        if resource.get("resourceType").and_then(Value::as_str) != Some("Parameters") {
            let text = "the body must be a Parameters resource";
            return Err(vec![Issue::error(IssueType::Structure, text)]);
        }
        let items = resource.get("parameter").and_then(Value::as_array);
        let mut parameters = Vec::new();
        let mut issues = Vec::new();
        for (index, item) in items.into_iter().flatten().enumerate() {
            match Parameter::read(index, item) {
                Some(parameter) => parameters.push(parameter),
                None => issues.push(
                    Issue::error(IssueType::Required, "a parameter must have a name")
                        .at(format!("Parameters.parameter[{index}].name")),
                ),
            }
        }
        if issues.is_empty() {
            Ok(Self { parameters })
        } else {
            Err(issues)
        }
    }

    /// All parameters, in order.
    pub fn iter(&self) -> impl Iterator<Item = Parameter<'a>> {
        self.parameters.iter().copied()
    }

    /// The values of the parameters with this name, in order; those that hold a resource or
    /// parts are left out.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.iter()
            .filter(move |parameter| parameter.name == name)
            .filter_map(|p| p.value)
    }

    /// The texts of the parameters with this name, in order.
    pub fn texts(&self, name: &str) -> impl Iterator<Item = &'a str> {
        self.values(name).filter_map(Value::as_str)
    }

    /// The resources of the parameters with this name, in order.
    pub fn resources(&self, name: &str) -> impl Iterator<Item = &'a Object> {
        self.iter()
            .filter(move |parameter| parameter.name == name)
            .filter_map(|p| p.resource)
    }
}

impl<'a> Parameter<'a> {
    fn read(index: usize, item: &'a Value) -> Option<Self> {
        let item = item.as_object()?;
        let name = item.get("name")?.as_str()?;
        let value = item
            .iter()
            .find(|(key, _)| key.starts_with("value"))
            .map(|(_, value)| value);
        Some(Self {
            name,
            value,
            resource: item.get("resource").and_then(Value::as_object),
            index,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Parameters;
    use crate::json::object;

    #[test]
    fn parameters_are_found_by_name() {
        let resource = json!({"resourceType": "Parameters", "parameter": [
            {"name": "url", "valueString": "Organization?"},
            {"name": "optimisticLock", "valueBoolean": false},
            {"name": "url", "valueString": "Patient?active=true"},
            {"name": "organizations", "resource": {"resourceType": "Bundle"}},
        ]});
        let parameters = Parameters::parse(object(&resource)).unwrap();
        let urls: Vec<_> = parameters.texts("url").collect();
        assert_eq!(urls, ["Organization?", "Patient?active=true"]);
        assert_eq!(
            parameters.values("optimisticLock").next(),
            Some(&json!(false))
        );
        let bundle = parameters.resources("organizations").next().unwrap();
        assert_eq!(bundle["resourceType"], "Bundle");
        assert_eq!(parameters.texts("missing").count(), 0);
        assert_eq!(parameters.iter().count(), 4);
    }

    #[test]
    fn a_parameter_without_a_name_is_refused_with_its_place() {
        let resource = json!({"resourceType": "Parameters", "parameter": [
            {"name": "a"}, {"valueString": "b"}, 7,
        ]});
        let issues = Parameters::parse(object(&resource)).unwrap_err();
        let places: Vec<_> = issues.iter().flat_map(|issue| &issue.expression).collect();
        assert_eq!(
            places,
            [
                "Parameters.parameter[1].name",
                "Parameters.parameter[2].name"
            ]
        );
    }

    #[test]
    fn another_resource_is_refused() {
        let bundle = json!({"resourceType": "Bundle"});
        assert!(Parameters::parse(object(&bundle)).is_err());
    }
}
