//! The profiles `HVOOrganization` and `HVOOrganizationalUnit` (H6-H9).

use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
};
use serde_json::Value;

use super::{
    names::{
        ACTIVE, HSA_ID, LEGAL_FORM, LEGAL_FORM_CODES, LEGAL_FORMS, ORGANIZATION,
        ORGANIZATION_NUMBER, OWNERSHIP, OWNERSHIP_CODES, OWNERSHIPS, PERIOD, PERSON_NUMBER, UNIT,
    },
    number, problem,
};
use crate::rules::element::{extensions, has_profile, identifiers, objects, text};

/// What an organization is to the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A healthcare provider.
    Organization,
    /// A unit of one.
    Unit,
}

impl Role {
    /// The role that the profile says; without one, that of the identifiers (H1).
    pub(super) fn of(organization: &Object) -> Option<Self> {
        let has = |system| identifiers(organization, system).next().is_some();
        if has_profile(organization, ORGANIZATION) {
            Some(Self::Organization)
        } else if has_profile(organization, UNIT) {
            Some(Self::Unit)
        } else if has(ORGANIZATION_NUMBER) || has(PERSON_NUMBER) {
            Some(Self::Organization)
        } else {
            has(HSA_ID).then_some(Self::Unit)
        }
    }
}

/// Checks an organization in its role: all problems.
pub(super) fn check(organization: &Object, role: Role, lenient_check_digit: bool) -> Vec<Issue> {
    let mut problems = Problems(Vec::new());
    problems.check_identifiers(organization, role, lenient_check_digit);
    problems.once(organization, ACTIVE, "valueBoolean");
    problems.once(organization, PERIOD, "valuePeriod");
    for (_, period) in extensions(organization, PERIOD) {
        let start = period
            .get("valuePeriod")
            .and_then(|period| period.get("start"));
        if start.and_then(Value::as_str).is_none() {
            problems.add(IssueType::Required, "the period needs a start");
        }
    }
    for (at, kind) in objects(organization, "type") {
        let codings: Vec<_> = objects(kind, "coding").collect();
        let is_coded =
            |coding: &Object| text(coding, "system").is_some() && text(coding, "code").is_some();
        if codings.len() != 1 || !codings.iter().all(|(_, coding)| is_coded(coding)) {
            let what = format!("type[{at}] needs one coding, with system and code");
            problems.add(IssueType::Required, what);
        }
    }
    if role == Role::Organization {
        if text(organization, "name").is_none() {
            problems.add(IssueType::Required, "a name is required");
        }
        problems.once(organization, LEGAL_FORM, "valueCoding");
        problems.codes(organization, LEGAL_FORM, (LEGAL_FORM_CODES, &LEGAL_FORMS));
        problems.codes(organization, OWNERSHIP, (OWNERSHIP_CODES, &OWNERSHIPS));
        if extensions(organization, OWNERSHIP).count() > 1 {
            problems.add(IssueType::Invariant, "the ownership may be there once");
        }
    }
    problems.0
}

struct Problems(Vec<Issue>);

impl Problems {
    fn add(&mut self, code: IssueType, what: impl Into<String>) {
        self.0.push(problem::error(code, "HVO_PROFILE", what));
    }

    fn once(&mut self, organization: &Object, url: &str, value: &str) {
        let found = extensions(organization, url).filter(|(_, one)| one.contains_key(value));
        let found = found.count();
        let name = url.rsplit('/').next().unwrap_or(url);
        let what = format!(
            "the extension {name} with {value} is required once, and is there {found} times"
        );
        match found {
            0 => self.add(IssueType::Required, what),
            1 => {}
            _ => self.add(IssueType::Invariant, what),
        }
    }

    fn codes(&mut self, organization: &Object, url: &str, (system, codes): (&str, &[&str])) {
        for (_, extension) in extensions(organization, url) {
            let coding = extension.get("valueCoding").and_then(Value::as_object);
            let Some(coding) = coding else {
                continue;
            };
            let code = text(coding, "code").unwrap_or_default();
            if text(coding, "system") != Some(system) || !codes.contains(&code) {
                self.add(
                    IssueType::Value,
                    format!("\"{code}\" is not a code of {system}"),
                );
            }
        }
    }

    fn check_identifiers(&mut self, organization: &Object, role: Role, lenient_check_digit: bool) {
        let count = |system| identifiers(organization, system).count();
        match role {
            Role::Organization if count(ORGANIZATION_NUMBER) + count(PERSON_NUMBER) == 0 => {
                let what = "an organization needs an organisationsnummer or a personnummer";
                self.add(IssueType::Required, what);
            }
            Role::Unit if objects(organization, "identifier").next().is_none() => {
                self.add(IssueType::Required, "a unit needs an identifier");
            }
            Role::Unit if count(ORGANIZATION_NUMBER) > 0 => {
                self.add(IssueType::Invariant, "a unit has no organisationsnummer");
            }
            _ => {}
        }
        for (at, identifier) in objects(organization, "identifier") {
            if text(identifier, "system").is_none() || text(identifier, "value").is_none() {
                let what = format!("identifier[{at}] needs system and value");
                self.add(IssueType::Required, what);
            }
        }
        for (_, value) in identifiers(organization, ORGANIZATION_NUMBER) {
            if !number::has_form_of_organization_number(value) {
                self.0.push(problem::malformed_number(value));
            } else if !number::has_check_digit(value) {
                self.0
                    .push(problem::unregistered_number(value, lenient_check_digit));
            }
        }
        for (_, value) in identifiers(organization, PERSON_NUMBER) {
            if !number::is_person_number(value) {
                self.add(
                    IssueType::Invalid,
                    format!("{value} is not a personnummer: 12 digits that begin with a date"),
                );
            }
        }
        for (_, value) in identifiers(organization, HSA_ID) {
            if !number::is_hsa_id(value) {
                self.add(
                    IssueType::Invalid,
                    format!(
                        "{value} is not an HSA-id: SE, 10 digits, -, 1 to 18 letters or digits"
                    ),
                );
            }
        }
    }
}
