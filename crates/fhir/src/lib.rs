//! FHIR R4 values and their text.
//!
//! This crate knows what a resource, a bundle, a reference, a version or an outcome looks like on
//! the wire, and nothing of servers, tables or clouds. It is pure: no I/O, no async, no clock, no
//! randomness; the same bytes give the same answer.
//!
//! Resources stay JSON objects ([`json::Object`]): what a client sent and the specification knows
//! is kept to the digit and in its order. What the specification says about an element comes from
//! one table, [`schema`], generated from the official definitions.
//!
//! Problems are values: a function that checks returns *all* [`outcome::Issue`]s it finds, each
//! with the place (`Bundle.entry[2].resource.name`), and leaves HTTP statuses to its caller.
//!
//! ```
//! use fhir::{json, resource::Resource, rewrite};
//!
//! let text = br#"{"resourceType":"Organization","partOf":{"reference":"urn:uuid:123-456-789"}}"#;
//! let mut unit = Resource::from_value(json::parse(text).unwrap()).unwrap();
//! rewrite::rewrite(unit.object_mut(), &mut |_, link| {
//!     (link == "urn:uuid:123-456-789").then(|| "Organization/1".to_owned())
//! });
//! assert_eq!(unit.object()["partOf"]["reference"], "Organization/1");
//!
//! let nameless = br#"{"resourceType":"Organization","nmae":"A"}"#;
//! let issues = Resource::from_value(json::parse(nameless).unwrap()).unwrap_err();
//! assert_eq!(issues[0].expression, ["Organization.nmae"]);
//! ```

pub mod bundle;
mod fhirpath;
pub mod identifier;
pub mod instant;
pub mod json;
pub mod outcome;
pub mod parameters;
pub mod patch;
mod path;
pub mod query;
pub mod reference;
pub mod resource;
pub mod rewrite;
pub mod schema;
pub mod search;
pub mod search_parameter;
mod sections;
pub mod summary;
pub mod version;
mod xhtml;

#[cfg(test)]
mod arbitrary;
