//! Rule sets: what a country or a platform asks of resources beyond FHIR.
//!
//! ```text
//! rule_set   the trait: everything that a set can contribute
//! chosen     which sets are in force for a request
//! question   what a set asks of the stored state before it judges a bundle
//! reception  a bundle before its entries become requests: judged and mended as a whole
//! parent     what the organizations of a bundle are part of
//! change     a resource before and after a write: judged, merged, recorded
//! element    reading extensions, codes and texts of a resource
//! fut/       the Danish eHealth platform: organizations of SOR and STS-ORG
//! hvo/       the Swedish registry of healthcare providers and their units
//! ```
//!
//! A set is one folder and one line in `built_in`. Neither the interactions nor `write` know which
//! sets there are: a bundle passes `reception` once, every write passes `change` once.
//! docs/adr/0009-rule-sets.md says why.
//!
//! A set is pure: it gets resources and answers, and returns issues. It reads no store and no clock.

mod change;
mod chosen;
pub(crate) mod element;
pub(crate) mod fut;
mod hvo;
mod parent;
mod question;
mod reception;
mod rule_set;

use std::sync::Arc;

pub use change::{Cause, Change};
pub(crate) use chosen::Rules;
pub use hvo::Settings as HvoSettings;
pub use question::{Answers, Question};
pub(crate) use reception::{receive, refused};
pub use rule_set::{Author, RuleSet};

/// The code system of our own symbolic error codes.
pub const ERROR_CODES: &str = "urn:fyr:error-codes";

/// Which rule sets there are, and which of them are always in force.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The names of the sets that are in force for every request.
    pub in_force: Vec<String>,
    /// Whether they record what a transaction changes, as they do for an import.
    pub transaction_provenance: bool,
    /// Whether this is a test environment, in which the role `$test-only-create` counts.
    pub test_only_create: bool,
    /// Whether `etag` in the response of an import is weak, as it is everywhere else.
    pub weak_etags: bool,
    /// What the Swedish set can be set to.
    pub hvo: HvoSettings,
    /// Sets beside the built-in ones.
    pub more: Vec<Arc<dyn RuleSet>>,
}

impl Settings {
    /// All sets: the built-in ones and the others.
    pub fn all(&self) -> Vec<Arc<dyn RuleSet>> {
        let mut all = built_in(self);
        all.extend(self.more.iter().cloned());
        all
    }
}

/// The rule sets that come with the server. A new one is a folder and a line here.
fn built_in(settings: &Settings) -> Vec<Arc<dyn RuleSet>> {
    vec![
        Arc::new(fut::Fut),
        Arc::new(hvo::Hvo::new(settings.hvo.clone())),
    ]
}
