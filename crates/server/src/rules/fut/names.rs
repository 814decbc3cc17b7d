//! The URLs and codes of the Danish eHealth platform's organizations.

/// The URL of an extension of `ehealth-organization`.
macro_rules! extension {
    ($name:literal) => {
        concat!(
            "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-",
            $name
        )
    };
}

/// `ehealth-organization`.
pub(super) const PROFILE: &str =
    "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization";

pub(super) const SOURCE: &str = extension!("source");
pub(super) const SYNCHRONIZATION: &str = extension!("synchronizationStatus");
pub(super) const CVR_NUMBER: &str = extension!("cvrNumber");
pub(super) const REGION_CODE: &str = extension!("regionCode");
pub(super) const MUNICIPALITY_CODE: &str = extension!("municipalityCode");
pub(super) const PROVIDER_IDENTIFIER: &str = extension!("providerIdentifier");
pub(super) const SPECIALTY: &str = extension!("specialty");
pub(super) const RELATED_TO: &str = extension!("relatedTo");
pub(super) const TELECOM_VALUE: &str = extension!("telecomValue");
pub(super) const TELECOM_SYSTEM: &str = extension!("telecomSystem");
pub(super) const TELECOM_CUSTODIAN: &str = extension!("telecomCustodian");

pub(super) const SOURCE_CODES: &str = "http://ehealth.sundhed.dk/cs/organization-source";
pub(super) const SYNCHRONIZATION_CODES: &str =
    "http://ehealth.sundhed.dk/cs/organization-synchronization-status";
pub(super) const CUSTODIAN_CODES: &str = "http://ehealth.sundhed.dk/cs/contactpoint-custodian";

/// Identifiers of SOR, the register of healthcare organizations.
pub(super) const SOR: &str = "urn:oid:1.2.208.176.1.1";
/// Identifiers of STS-ORG, the municipalities' register of organizations.
pub(super) const STS_ORG: &str = "https://www.kombit.dk/sts/organisation";
/// Identifiers of organizations that are kept by hand.
pub(super) const SSL: &str = "http://ehealth.sundhed.dk/organization/ssl";
/// Company numbers.
pub(super) const CVR: &str = "http://cvr.dk";
/// Company numbers as they were named until 2025; their check digit is not checked.
pub(super) const CVR_LEGACY: &str = "urn:oid:2.16.840.1.113883.2.24.1.1";

pub(super) const PROVENANCE: &str =
    "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-provenance";
pub(super) const ADMINISTRATION: &str =
    "http://ehealth.sundhed.dk/policy/ehealth/organization-administration";
