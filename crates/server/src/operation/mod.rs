//! The operations (`$…`), one file each.
//!
//! <http://hl7.org/fhir/R4/operations.html>

pub(crate) mod export;
mod expunge;

pub(crate) use expunge::expunge;
