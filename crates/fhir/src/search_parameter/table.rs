//! The embedded table of R4's parameters, see `definitions/README.md` for its shape.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use super::{Component, Form, SearchParameter, SearchType};
use crate::schema::{self, Class};
use crate::sections::{Sections, count};

const TEXT: &str = include_str!("../generated/search_parameters.txt");
const URL: &str = "http://hl7.org/fhir/SearchParameter/";

/// The parameters of each base, sorted by code.
static TABLE: Sections<Vec<Arc<SearchParameter>>, { count(TEXT) }> = Sections::of(TEXT);

/// R4's parameter of this name that resources of this type have; `Resource` asks for those that
/// all types have.
pub fn find(resource_type: &str, code: &str) -> Option<&'static Arc<SearchParameter>> {
    lineage(resource_type).find_map(|base| {
        let parameters = parameters(base);
        let found = parameters.binary_search_by(|parameter| parameter.code().cmp(code));
        parameters.get(found.ok()?)
    })
}

/// R4's parameters that resources of this type have, its own first.
pub fn of(resource_type: &str) -> impl Iterator<Item = &'static Arc<SearchParameter>> + use<> {
    lineage(resource_type).flat_map(parameters)
}

/// Whether a resource of this type has the parameters of this base.
pub(super) fn is_a(resource_type: &str, base: &str) -> bool {
    lineage(resource_type).any(|ancestor| ancestor == base)
}

/// The type and the abstract types above it.
fn lineage(resource_type: &str) -> impl Iterator<Item = &'static str> + use<> {
    let structure = schema::structure(resource_type)
        .filter(|structure| matches!(structure.class(), Class::Resource | Class::Abstract));
    let name = structure.map(schema::Structure::name);
    let has_text = structure.is_some_and(|structure| structure.element("text").is_some());
    let above = [
        has_text.then_some("DomainResource"),
        name.and(Some("Resource")),
    ];
    let above = above.into_iter().flatten();
    name.into_iter()
        .chain(above.filter(move |base| Some(*base) != name))
}

fn parameters(base: &str) -> &'static [Arc<SearchParameter>] {
    let found = TABLE.find(base);
    found.map_or(&[], |position| TABLE.get(position, read))
}

/// Reads a base's lines; a test proves that all of them are understood.
fn read(text: &'static str) -> Vec<Arc<SearchParameter>> {
    let (base, text) = text.split_once('\n').unwrap_or((text, ""));
    let mut parameters: Vec<SearchParameter> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("  "), parameters.last_mut()) {
            (Some(line), Some(composite)) => composite.components.extend(component(line)),
            _ => parameters.extend(parameter(base, line)),
        }
    }
    parameters.into_iter().map(Arc::new).collect()
}

/// ` code type id use targets systems expression`
fn parameter(base: &'static str, line: &'static str) -> Option<SearchParameter> {
    let mut words = line.trim_start().splitn(7, ' ');
    let code = words.next()?;
    let kind = SearchType::from_code(words.next()?)?;
    let definition = format!("{URL}{}", words.next()?);
    let is_phonetic = words.next()? == "phonetic";
    let targets = list(words.next()?).filter(|target| *target != "*");
    let targets = targets.map(Cow::Borrowed).collect();
    let systems = list(words.next()?).collect();
    let expression = words.next().map(|text| text.trim_start_matches('-'))?;
    Some(SearchParameter {
        code: code.into(),
        kind,
        definition: definition.into(),
        forms: vec![Form {
            base: base.into(),
            compiled: OnceLock::new(),
        }],
        targets,
        systems,
        is_phonetic,
        is_custom: false,
        expression: expression.into(),
        components: Vec::new(),
    })
}

/// `code type id expression`
fn component(line: &'static str) -> Option<Component> {
    let mut words = line.splitn(4, ' ');
    let (code, kind) = (words.next()?, SearchType::from_code(words.next()?)?);
    let expression = words.nth(1)?;
    Some(Component {
        code,
        kind,
        expression,
    })
}

fn list(words: &'static str) -> impl Iterator<Item = &'static str> {
    words.split('|').filter(|word| *word != "-")
}

#[cfg(test)]
mod tests {
    use super::{TABLE, TEXT, find, is_a, of};
    use crate::schema::resource_types;
    use crate::search_parameter::SearchType;

    #[test]
    fn every_line_of_the_table_is_understood() {
        let parameters = TEXT.lines().filter(|line| line.starts_with(' '));
        let (components, parameters): (Vec<_>, Vec<_>) =
            parameters.partition(|line| line.starts_with("  "));
        let names: Vec<_> = TABLE.positions().map(|one| TABLE.name(one)).collect();
        assert!(names.is_sorted_by(|one, next| one < next));
        let bases = resource_types().chain(["DomainResource", "Resource"]);
        let read: Vec<_> = bases.flat_map(super::parameters).collect();
        assert_eq!(read.len(), parameters.len());
        assert_eq!(read.len(), 1706);
        let parts: usize = read
            .iter()
            .map(|parameter| parameter.components.len())
            .sum();
        assert_eq!(parts, components.len());
    }

    #[test]
    fn a_parameter_is_found_by_type_and_code() {
        let part_of = find("Organization", "partof").unwrap();
        assert_eq!(part_of.kind(), SearchType::Reference);
        assert_eq!(part_of.targets().collect::<Vec<_>>(), ["Organization"]);
        assert_eq!(part_of.expression(), "Organization.partOf");
        let url = "http://hl7.org/fhir/SearchParameter/Organization-partof";
        assert_eq!(part_of.definition(), url);
        assert!(find("Organization", "_id").is_some());
        assert!(find("Binary", "_text").is_none(), "Binary has no narrative");
        assert!(find("Resource", "_tag").is_some());
        assert!(find("Organization", "partOf").is_none());
        assert!(find("Identifier", "_id").is_none());
        assert_eq!(find("Provenance", "target").unwrap().targets().count(), 0);
    }

    #[test]
    fn a_type_has_its_own_parameters_and_those_of_all_resources() {
        let codes: Vec<_> = of("Organization")
            .map(|parameter| parameter.code())
            .collect();
        assert_eq!(codes.len(), 13 + 1 + 8);
        assert_eq!(of("Resource").count(), 8);
        assert_eq!(of("DomainResource").count(), 9);
        assert!(is_a("Organization", "DomainResource") && !is_a("Binary", "DomainResource"));
    }
}
