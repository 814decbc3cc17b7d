//! What R4 says about the structure of resources, and whether a resource keeps to it.
//!
//! <http://hl7.org/fhir/R4/structuredefinition.html>, <http://hl7.org/fhir/R4/json.html>
//!
//! The facts are in one text, generated from the official definitions and embedded in the program:
//! one line per element, see `definitions/README.md`. Finding the structures in it takes less than
//! half a millisecond, once; a structure's elements are read when it is first met.
//!
//! What is checked is the structure: known elements, the JSON kind of their values, one or many,
//! what is required. Formats of primitives (`"birthDate": "soon"`), codes, invariants and profiles
//! are not.

mod check;
mod empty;
mod primitive;
mod structure;
mod table;

pub(crate) use check::check_element;
pub(crate) use table::structure_type;

pub use check::check;
pub use empty::drop_empty;
pub use primitive::Primitive;
pub use structure::{Class, Element, ElementType, Structure};
pub use table::{StructureRef, element, resource_types, structure};

/// Whether R4 has resources of this type; false for the abstract `Resource` and `DomainResource`.
pub fn is_resource_type(name: &str) -> bool {
    structure(name).is_some_and(|structure| structure.class() == Class::Resource)
}
