//! Where an organization comes from, and how it is kept.

use fhir::json::Object;

use super::names::{SOR, SOURCE, SOURCE_CODES, STS_ORG, SYNCHRONIZATION, SYNCHRONIZATION_CODES};
use crate::rules::element::{code_in, extension, identifiers};

/// Who keeps an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// People, through this API.
    Manual,
    /// SOR.
    Sor,
    /// STS-ORG.
    StsOrg,
}

impl Source {
    /// The source of an organization, when it names one that there is.
    pub(crate) fn of(organization: &Object) -> Option<Self> {
        match code(organization)? {
            "manual" => Some(Self::Manual),
            "SOR" => Some(Self::Sor),
            "STS-ORG" => Some(Self::StsOrg),
            _ => None,
        }
    }

    /// The code of the source.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Sor => "SOR",
            Self::StsOrg => "STS-ORG",
        }
    }

    /// The system of the identifiers that the source gives; none when it is people.
    pub(super) fn system(self) -> Option<&'static str> {
        match self {
            Self::Manual => None,
            Self::Sor => Some(SOR),
            Self::StsOrg => Some(STS_ORG),
        }
    }

    /// The code of the source as the custodian of a contact point.
    pub(super) fn custodian(self) -> &'static str {
        match self {
            Self::Manual => "MAN",
            Self::Sor => "SOR",
            Self::StsOrg => "ORG",
        }
    }
}

/// The code of the source, whatever it is.
pub(super) fn code(organization: &Object) -> Option<&str> {
    let source = extension(organization, SOURCE)?;
    code_in(source.get("valueCodeableConcept"), SOURCE_CODES)
}

/// The code of the synchronization status.
pub(super) fn synchronization(organization: &Object) -> Option<&str> {
    let status = extension(organization, SYNCHRONIZATION)?;
    code_in(status.get("valueCodeableConcept"), SYNCHRONIZATION_CODES)
}

/// The identifier by which an import finds an organization: that of its source (I6).
pub(crate) fn import_key(organization: &Object) -> Option<(&'static str, &str)> {
    let system = Source::of(organization)?.system()?;
    let (_, value) = identifiers(organization, system).next()?;
    Some((system, value))
}
