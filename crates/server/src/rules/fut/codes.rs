//! The code systems that the elements of an organization are bound to (O5), as far as they are closed.
//!
//! The value sets have codes of SNOMED CT as well, more with each release of the guide: which of them are
//! in is not checked.

use fhir::json::Object;
use serde_json::Value;

use crate::rules::element::{objects, text};

/// A value set: the code systems that it takes codes from.
pub(super) type ValueSet = &'static [(&'static str, Codes)];

/// Which codes of a system.
#[derive(Debug, Clone, Copy)]
pub(super) enum Codes {
    /// These.
    These(&'static [&'static str]),
    /// Whatever the system has.
    Any,
}

/// SNOMED CT: also an edition or a version of it.
const SNOMED: &str = "http://snomed.info/sct";

/// `Organization.type`: of SOR, or of STS-ORG.
pub(super) const TYPES: ValueSet = &[
    (
        "http://ehealth.sundhed.dk/cs/sor-organization-type",
        Codes::These(&["unknown", "726", "56781000005109", "557881000005104"]),
    ),
    (
        "http://ehealth.sundhed.dk/cs/oio-organization-type",
        Codes::These(&["Organisation", "OrganisationEnhed"]),
    ),
    (SNOMED, Codes::Any),
];

/// The specialties of SOR.
pub(super) const SPECIALTIES: ValueSet = &[
    (
        "http://ehealth.sundhed.dk/cs/sor-organization-specialty",
        Codes::Any,
    ),
    (SNOMED, Codes::Any),
];

/// How organizations are related.
pub(super) const RELATIONS: ValueSet = &[(
    "http://ehealth.sundhed.dk/cs/organization-relation-type",
    Codes::These(&["related-to-SOR"]),
)];

/// What a contact point is.
pub(super) const CONTACT_SYSTEMS: ValueSet = &[
    (
        "http://ehealth.sundhed.dk/cs/contactpoint-system",
        Codes::These(&["TBD", "EAN"]),
    ),
    (
        "http://hl7.org/fhir/contact-point-system",
        Codes::These(&["phone", "fax", "email", "pager", "url", "sms", "other"]),
    ),
];

/// What is wrong with a `CodeableConcept` that is bound to a value set: a code that its system does not
/// have, or no code of any of the systems.
pub(super) fn problem(concept: &Object, set: ValueSet) -> Option<String> {
    let mut is_bound = false;
    for (_, coding) in objects(concept, "coding") {
        let (system, code) = (text(coding, "system"), text(coding, "code"));
        let system = system.unwrap_or_default();
        let known = set.iter().find(|(known, _)| is_same(known, system));
        match (known, code) {
            (Some((_, Codes::These(codes))), Some(code)) if !codes.contains(&code) => {
                return Some(format!("{system} has no code \"{code}\""));
            }
            (Some(_), Some(_)) => is_bound = true,
            _ => {}
        }
    }
    let systems: Vec<&str> = set.iter().map(|(system, _)| *system).collect();
    (!is_bound).then(|| format!("it needs a code of {}", systems.join(" or ")))
}

/// The concept under a name.
pub(super) fn concept<'a>(object: &'a Object, name: &str) -> Option<&'a Object> {
    object.get(name).and_then(Value::as_object)
}

fn is_same(known: &str, system: &str) -> bool {
    system == known
        || (known == SNOMED
            && system
                .strip_prefix(SNOMED)
                .is_some_and(|rest| rest.starts_with('/')))
}
