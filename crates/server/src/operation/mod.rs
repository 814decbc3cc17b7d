//! The operations (`$…`), one file each.
//!
//! <http://hl7.org/fhir/R4/operations.html>

pub(crate) mod export;
mod expunge;
mod import_organizations;
mod lookup;
mod meta;
mod traverse_to_sor;
mod validate;

pub(crate) use expunge::expunge;
pub(crate) use import_organizations::import_organizations;
pub(crate) use lookup::lookup;
pub(crate) use meta::meta;
pub(crate) use traverse_to_sor::traverse_to_sor;
pub(crate) use validate::validate;
