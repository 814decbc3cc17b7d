//! The operations (`$…`), one file each.
//!
//! <http://hl7.org/fhir/R4/operations.html>

mod expunge;

pub(crate) use expunge::expunge;
