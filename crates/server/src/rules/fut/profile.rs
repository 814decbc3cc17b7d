//! The profile `ehealth-organization` (O5), and its identifiers (O4).

use fhir::{
    json::Object,
    outcome::{Issue, Severity},
};
use serde_json::Value;

use super::{
    codes,
    message::Message,
    names::{
        CUSTODIAN_CODES, CVR, CVR_NUMBER, MUNICIPALITY_CODE, PROVIDER_IDENTIFIER, REGION_CODE,
        RELATED_TO, SOURCE, SPECIALTY, SYNCHRONIZATION, TELECOM_CUSTODIAN, TELECOM_SYSTEM,
        TELECOM_VALUE,
    },
    source::{self, Source},
};
use crate::rules::element::{code_in, extensions, identifiers, objects, reference, text};

const STATUSES: [&str; 3] = [
    "NotSynchronized",
    "EligibleForSynchronization",
    "NoLongerSynchronized",
];

/// Checks an organization against the profile: all problems, with their places. An import fills in
/// the custodians that are missing, so it may leave them out.
pub(super) fn check(organization: &Object, may_lack_custodian: bool) -> Vec<Issue> {
    let mut problems = Problems::default();
    if objects(organization, "identifier").next().is_none() {
        problems.add("identifier", "at least one identifier is required");
    }
    if text(organization, "name").is_none() {
        problems.add("name", "a name is required");
    }
    problems.check_source(organization);
    problems.check_extensions(organization);
    problems.check_telecom(organization, may_lack_custodian);
    problems.check_references(organization);
    problems.check_company_numbers(organization);
    problems.check_codes(organization);
    problems.0
}

#[derive(Default)]
struct Problems(Vec<Issue>);

impl Problems {
    fn add(&mut self, place: &str, what: impl Into<String>) {
        let issue = Message::Validation(what.into()).issue();
        self.0.push(issue.at(format_args!("Organization.{place}")));
    }

    /// Checks how often an extension is there, and what its value is: `valueString`.
    fn count(&mut self, element: (&Object, &str), url: &str, most: Option<usize>, value: &str) {
        let (object, place) = element;
        let name = url.rsplit('-').next().unwrap_or(url);
        let mut found = 0;
        for (at, one) in extensions(object, url) {
            found += 1;
            if !one.contains_key(value) {
                self.add(
                    &format!("{place}extension[{at}]"),
                    format!("the extension {name} needs {value}"),
                );
            }
        }
        if most.is_some_and(|most| found > most) {
            self.add(
                &format!("{place}extension"),
                format!("the extension {name} is there {found} times"),
            );
        }
    }

    fn check_source(&mut self, organization: &Object) {
        for (url, what) in [
            (SOURCE, "source"),
            (SYNCHRONIZATION, "synchronizationStatus"),
        ] {
            let found = extensions(organization, url).count();
            if found != 1 {
                self.add(
                    "extension",
                    format!("the extension {what} is required once, and is there {found} times"),
                );
            }
        }
        let has = |url| extensions(organization, url).count() == 1;
        if has(SOURCE) && Source::of(organization).is_none() {
            self.add("extension", "source must be manual, SOR or STS-ORG");
        }
        let status = source::synchronization(organization);
        if has(SYNCHRONIZATION) && !status.is_some_and(|status| STATUSES.contains(&status)) {
            self.add(
                "extension",
                format!(
                    "synchronizationStatus must be one of {}",
                    STATUSES.join(", ")
                ),
            );
        }
    }

    fn check_extensions(&mut self, organization: &Object) {
        for url in [
            CVR_NUMBER,
            REGION_CODE,
            MUNICIPALITY_CODE,
            PROVIDER_IDENTIFIER,
        ] {
            self.count((organization, ""), url, Some(1), "valueString");
        }
        self.count((organization, ""), SPECIALTY, None, "extension");
        self.count((organization, ""), RELATED_TO, None, "extension");
        for (at, specialty) in extensions(organization, SPECIALTY) {
            self.parts(specialty, at, &[("specialty", "valueCodeableConcept")]);
        }
        for (at, related) in extensions(organization, RELATED_TO) {
            let parts = [
                ("target", "valueReference"),
                ("relationType", "valueCodeableConcept"),
                ("period", "valuePeriod"),
            ];
            self.parts(related, at, &parts);
        }
    }

    /// Checks that each part of an extension is there once.
    fn parts(&mut self, extension: &Object, at: usize, parts: &[(&str, &str)]) {
        for (url, value) in parts {
            let found = extensions(extension, url).filter(|(_, part)| part.contains_key(*value));
            let found = found.count();
            if found != 1 {
                self.add(
                    &format!("extension[{at}]"),
                    format!(
                        "its part {url} with {value} is required once, and is there {found} times"
                    ),
                );
            }
        }
    }

    fn check_telecom(&mut self, organization: &Object, may_lack_custodian: bool) {
        for (at, telecom) in objects(organization, "telecom") {
            if text(telecom, "value").is_none() {
                self.add(&format!("telecom[{at}].value"), "a telecom needs a value");
            }
        }
        for (n, contact) in objects(organization, "contact") {
            for (at, telecom) in objects(contact, "telecom") {
                let place = format!("contact[{n}].telecom[{at}]");
                for name in ["system", "value"] {
                    if telecom.contains_key(name) {
                        let text = format!(
                            "contact.telecom.{name} is not allowed: an extension takes its place"
                        );
                        self.add(&format!("{place}.{name}"), text);
                    }
                }
                self.check_point(telecom, &place, may_lack_custodian);
            }
        }
    }

    fn check_point(&mut self, telecom: &Object, place: &str, may_lack_custodian: bool) {
        for (url, value) in [
            (TELECOM_VALUE, "valueString"),
            (TELECOM_SYSTEM, "valueCodeableConcept"),
            (TELECOM_CUSTODIAN, "valueCodeableConcept"),
        ] {
            let found = extensions(telecom, url).filter(|(_, one)| one.contains_key(value));
            let found = found.count();
            let may_lack = url == TELECOM_CUSTODIAN && may_lack_custodian;
            if found > 1 || found == 0 && !may_lack {
                let name = url.rsplit('-').next().unwrap_or(url);
                let text = format!(
                    "the extension {name} with {value} is required once, and is there {found} times"
                );
                self.add(&format!("{place}.extension"), text);
            }
        }
        for (at, system) in extensions(telecom, TELECOM_SYSTEM) {
            let concept = codes::concept(system, "valueCodeableConcept");
            let what = concept.and_then(|one| codes::problem(one, codes::CONTACT_SYSTEMS));
            if let Some(what) = what {
                self.add(&format!("{place}.extension[{at}]"), what);
            }
        }
        for (at, custodian) in extensions(telecom, TELECOM_CUSTODIAN) {
            let code = code_in(custodian.get("valueCodeableConcept"), CUSTODIAN_CODES);
            if !matches!(code, Some("TBD" | "SOR" | "ORG" | "MAN")) {
                let text = "telecomCustodian must be TBD, SOR, ORG or MAN";
                self.add(&format!("{place}.extension[{at}]"), text);
            }
        }
    }

    fn check_references(&mut self, organization: &Object) {
        let is_contained = |text: &str| text.starts_with('#');
        if reference(organization, "partOf").is_some_and(is_contained) {
            self.add("partOf", "partOf must not be a contained organization");
        }
        for (at, endpoint) in objects(organization, "endpoint") {
            if !text(endpoint, "reference").is_some_and(is_contained) {
                self.add(&format!("endpoint[{at}]"), "an endpoint must be contained");
            }
        }
    }

    /// Errors where the profile binds an element, a warning for a specialty, whose list grows.
    fn check_codes(&mut self, organization: &Object) {
        for (at, kind) in objects(organization, "type") {
            if let Some(what) = codes::problem(kind, codes::TYPES) {
                self.add(&format!("type[{at}]"), what);
            }
        }
        for (at, related) in extensions(organization, RELATED_TO) {
            self.bound(related, "relationType", (at, codes::RELATIONS));
        }
        for (at, specialty) in extensions(organization, SPECIALTY) {
            let first = self.0.len();
            self.bound(specialty, "specialty", (at, codes::SPECIALTIES));
            for issue in self.0.iter_mut().skip(first) {
                issue.severity = Severity::Warning;
            }
        }
    }

    fn bound(&mut self, extension: &Object, url: &str, (at, set): (usize, codes::ValueSet)) {
        for (_, part) in extensions(extension, url) {
            let concept = codes::concept(part, "valueCodeableConcept");
            if let Some(what) = concept.and_then(|concept| codes::problem(concept, set)) {
                self.add(&format!("extension[{at}]"), format!("{url}: {what}"));
            }
        }
    }

    fn check_company_numbers(&mut self, organization: &Object) {
        for (at, number) in identifiers(organization, CVR) {
            if !is_company_number(number) {
                self.add(
                    &format!("identifier[{at}].value"),
                    format!("{number} is not a CVR number: 8 digits, the last of which checks the others"),
                );
            }
        }
        let numbers = extensions(organization, CVR_NUMBER);
        let numbers = numbers
            .filter_map(|(at, one)| Some((at, one.get("valueString").and_then(Value::as_str)?)));
        for (at, number) in numbers {
            if number.len() != 8 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                self.add(
                    &format!("extension[{at}]"),
                    format!("{number} is not a CVR number: 8 digits"),
                );
            }
        }
    }
}

/// Eight digits whose weighted sum is divisible by 11.
fn is_company_number(text: &str) -> bool {
    const WEIGHTS: [u32; 8] = [2, 7, 6, 5, 4, 3, 2, 1];
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(10)).collect();
    digits.is_some_and(|digits| {
        let sum: u32 = digits
            .iter()
            .zip(WEIGHTS)
            .map(|(digit, weight)| digit * weight)
            .sum();
        digits.len() == WEIGHTS.len() && sum.is_multiple_of(11)
    })
}

#[cfg(test)]
mod tests {
    use super::is_company_number;

    #[test]
    fn o4_a_company_number_has_a_check_digit() {
        for (number, expected) in [
            ("12345674", true),
            ("11111111", false),
            ("22222222", false),
            ("1234567", false),
            ("123456740", false),
            ("1234567a", false),
            ("", false),
        ] {
            assert_eq!(is_company_number(number), expected, "{number}");
        }
    }
}
