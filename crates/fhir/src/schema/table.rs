//! The embedded table: where each structure stands in it, and the structures read so far.

use std::fmt;

use super::structure::{Class, Element, ElementType, Structure};
use crate::sections::{Sections, count};

/// See `definitions/README.md` for its shape.
const TEXT: &str = include_str!("../generated/r4.txt");

static TABLE: Sections<Structure, { count(TEXT) }> = Sections::of(TEXT);

/// A pointer to a structure, which is read when it is first asked for.
#[derive(Clone, Copy)]
pub struct StructureRef(usize);

impl StructureRef {
    /// The structure.
    pub fn get(self) -> &'static Structure {
        TABLE.get(self.0, Structure::read)
    }
}

impl fmt::Debug for StructureRef {
    /// Only the name: structures may contain themselves.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(TABLE.name(self.0))
    }
}

/// Finds a structure without reading it.
pub(super) fn reference(name: &str) -> Option<StructureRef> {
    TABLE.find(name).map(StructureRef)
}

/// The structure of this name as a type, also that of an abstract one: `DomainResource`.
pub(crate) fn structure_type(name: &str) -> Option<ElementType> {
    reference(name).map(ElementType::Structure)
}

/// The structure of this name: `Organization`, `Identifier`, `Organization.contact`.
pub fn structure(name: &str) -> Option<&'static Structure> {
    reference(name).map(StructureRef::get)
}

/// The element at this path, by JSON names and without indices: `Organization.contact.telecom`,
/// `Patient.deceasedBoolean`, `Organization.partOf.reference`.
pub fn element(path: &str) -> Option<&'static Element> {
    let mut names = path.split('.');
    let mut element = structure(names.next()?)?.element(names.next()?)?;
    for name in names {
        let ElementType::Structure(structure) = element.element_type() else {
            return None;
        };
        element = structure.get().element(name)?;
    }
    Some(element)
}

/// The resource types of R4, sorted; the abstract ones left out.
pub fn resource_types() -> impl Iterator<Item = &'static str> {
    let structures = TABLE.positions().map(|one| StructureRef(one).get());
    structures
        .filter(|structure| structure.class() == Class::Resource)
        .map(Structure::name)
}

#[cfg(test)]
mod tests {
    use super::{StructureRef, TABLE, TEXT, element, resource_types, structure};
    use crate::schema::{Class, ElementType, Primitive};

    #[test]
    fn every_line_of_the_table_is_understood() {
        let own_elements = TEXT
            .lines()
            .filter_map(|line| line.strip_prefix(' '))
            .map(|line| line.split(' ').nth(2).unwrap().split('|').count())
            .sum::<usize>();
        let firsts = TEXT.lines().filter(|line| !line.starts_with([' ', '#']));
        let read = TABLE.positions().zip(firsts).map(|(position, first)| {
            let base = first.split(' ').nth(2);
            let inherited = base.map_or(0, |base| structure(base).unwrap().elements().count());
            StructureRef(position).get().elements().count() - inherited
        });
        assert_eq!(read.sum::<usize>(), own_elements);
    }

    #[test]
    fn the_structures_are_sorted_and_r4_has_146_resource_types() {
        let names: Vec<_> = TABLE.positions().map(|one| TABLE.name(one)).collect();
        assert!(names.is_sorted_by(|one, next| one < next));
        assert_eq!(resource_types().count(), 146);
        assert!(resource_types().any(|name| name == "Organization"));
        assert!(!resource_types().any(|name| name == "DomainResource"));
    }

    #[test]
    fn elements_are_found_by_path() {
        for (path, element_type, many, required, summary) in [
            ("Organization.name", "string", false, false, true),
            ("Organization.alias", "string", true, false, false),
            ("Organization.id", "string", false, false, true),
            (
                "Organization.contact",
                "Organization.contact",
                true,
                false,
                false,
            ),
            (
                "Organization.contact.telecom.value",
                "string",
                false,
                false,
                true,
            ),
            ("Organization.contained", "Resource", true, false, false),
            (
                "Questionnaire.item.item.item.linkId",
                "string",
                false,
                true,
                false,
            ),
            ("Extension.url", "uri", false, true, false),
            (
                "Extension.valueCodeableConcept",
                "CodeableConcept",
                false,
                false,
                false,
            ),
            ("Bundle.entry.link.url", "uri", false, true, true),
            ("Age.value", "decimal", false, false, true),
        ] {
            let element = element(path).unwrap_or_else(|| panic!("{path} is missing"));
            assert_eq!(element.element_type().name(), element_type, "{path}");
            assert_eq!(element.is_many(), many, "{path}");
            assert_eq!(element.is_required(), required, "{path}");
            assert_eq!(element.is_summary(), summary, "{path}");
        }
        for path in [
            "Organization",
            "Organization.value",
            "Organization.name.first",
            "No.name",
        ] {
            assert!(element(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_choice_is_one_element_per_type() {
        let value = element("Observation.valueQuantity").unwrap();
        assert_eq!(value.definition(), "value[x]");
        assert!(matches!(value.element_type(), ElementType::Structure(_)));
        let instant = element("Extension.valueInstant").unwrap();
        assert!(matches!(
            instant.element_type(),
            ElementType::Primitive(Primitive::Instant)
        ));
        assert_eq!(structure("Patient.contact").unwrap().class(), Class::Part);
    }
}
