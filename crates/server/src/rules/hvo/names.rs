//! The URLs and code lists of the Swedish registry.

pub(super) const BUNDLE: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganizationTransactionBundle";
pub(super) const ORGANIZATION: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganization";
pub(super) const UNIT: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganizationalUnit";

pub(super) const ACTIVE: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganizationActiveStatusExtension";
pub(super) const LEGAL_FORM: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganizationLegalFormExtension";
pub(super) const OWNERSHIP: &str =
    "http://electronichealth.se/fhir/hvo/StructureDefinition/HVOOrganizationOwnershipExtension";
pub(super) const PERIOD: &str = "http://hl7.org/fhir/StructureDefinition/organization-period";

/// organisationsnummer
pub(super) const ORGANIZATION_NUMBER: &str = "urn:oid:2.5.4.97";
/// personnummer, of those who trade in their own name
pub(super) const PERSON_NUMBER: &str = "http://electronichealth.se/identifier/personnummer";
/// HSA-id
pub(super) const HSA_ID: &str = "urn:oid:1.2.752.29.4.19";

pub(super) const LEGAL_FORM_CODES: &str =
    "http://electronichealth.se/CodeSystem/skatteverket-jurform";
pub(super) const OWNERSHIP_CODES: &str =
    "http://electronichealth.se/CodeSystem/organization-ownership-scb";
pub(super) const ERROR_CODES: &str = "http://electronichealth.se/CodeSystem/error-codes";

/// The tax agency's legal forms.
pub(super) const LEGAL_FORMS: [&str; 36] = [
    "10", "21", "22", "23", "31", "32", "41", "42", "43", "49", "51", "53", "54", "55", "61", "62",
    "63", "71", "72", "81", "82", "83", "84", "85", "86", "87", "88", "89", "91", "92", "93", "94",
    "95", "96", "98", "99",
];
/// The kinds of owner of Statistics Sweden.
pub(super) const OWNERSHIPS: [&str; 6] = ["10", "20", "30", "41", "42", "50"];
