//! The operations (`$…`), one file each.
//!
//! <http://hl7.org/fhir/R4/operations.html>

pub(crate) mod export;
mod expunge;
pub(crate) mod import_organizations;
mod lookup;
mod meta;
mod reindex;
mod reindex_status;
mod traverse_to_sor;
mod validate;

pub(crate) use expunge::expunge;
pub(crate) use import_organizations::import_organizations;
pub(crate) use lookup::lookup;
pub(crate) use meta::meta;
pub(crate) use reindex::reindex;
pub(crate) use reindex_status::reindex_status;
pub(crate) use traverse_to_sor::traverse_to_sor;
pub(crate) use validate::validate;

use fhir::outcome::IssueType;

use crate::{
    failure::{Failure, Kind},
    job::Again,
};

/// 503: jobs cannot be reached just now, which says nothing about any of them.
fn out_of_reach(again: Again) -> Failure {
    Failure {
        source: Some(again.into()),
        ..Failure::new(
            Kind::Unavailable,
            IssueType::Transient,
            "the jobs cannot be reached; try again",
        )
    }
}
