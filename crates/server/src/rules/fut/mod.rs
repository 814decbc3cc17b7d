//! The Danish eHealth platform (FUT): its organizations come from the registers SOR and STS-ORG, or are
//! kept by hand.
//!
//! ```text
//! names       URLs and codes
//! message     the catalogue of messages
//! source      which register keeps an organization
//! profile     ehealth-organization (O4, O5)
//! codes       the value sets of its elements
//! by_hand     creates, updates and patches (O1, O2, O6)
//! import      $import-organizations (I3-I11)
//! tree        who is part of whom in an import (I4)
//! merge       what an import changes (I10)
//! provenance  what an import leaves behind (I18)
//! ```
//!
//! `FYR_RULES=fut` has these rules in force for every request; an import always has its own.

/// The registers whose identifiers an import finds organizations by.
pub(crate) const REGISTERS: [&str; 2] = [names::SOR, names::STS_ORG];

mod by_hand;
mod codes;
mod import;
mod merge;
mod message;
mod names;
mod profile;
mod provenance;
mod source;
mod tree;

use fhir::{outcome::Issue, resource::Resource};

pub(crate) use import::Import;
pub(crate) use message::Message;
pub(crate) use source::{Source, import_key};

use crate::rules::{Author, Change, RuleSet};

/// The rules for what people do.
#[derive(Debug)]
pub(crate) struct Fut;

impl RuleSet for Fut {
    fn name(&self) -> &'static str {
        "fut"
    }

    fn is_of_profile(&self, profile: &str) -> bool {
        profile == names::PROFILE
    }

    fn unique_systems(&self) -> &'static [(&'static str, &'static str)] {
        // O3: a company owns many organizations, so CVR numbers are not unique
        &[
            ("Organization", names::SOR),
            ("Organization", names::STS_ORG),
            ("Organization", names::SSL),
        ]
    }

    // I19
    fn is_read_only(&self, kind: &str) -> bool {
        kind == "Provenance"
    }

    fn review(&self, change: &mut Change<'_>) -> Vec<Issue> {
        if change.kind == "Organization" {
            by_hand::review(change)
        } else {
            Vec::new()
        }
    }

    fn record(&self, changes: &[&Change<'_>], author: &Author) -> Option<Resource> {
        provenance::provenance(changes, author)
    }

    fn duplicate(&self, kind: &str, token: &str, _holder: &str) -> Option<Issue> {
        let is_ours = kind == "Organization"
            && self
                .unique_systems()
                .iter()
                .any(|(_, system)| token.split('|').next() == Some(*system));
        is_ours.then(|| Message::NotUnique(token.to_owned()).issue())
    }
}
