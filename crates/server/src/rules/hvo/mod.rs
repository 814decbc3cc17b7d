//! The Swedish registry of healthcare providers and their units (HVO): hierarchies of organizations, sent
//! as one transaction.
//!
//! ```text
//! names       URLs and code lists
//! problem     the registry's error codes, in Swedish
//! profile     HVOOrganization and HVOOrganizationalUnit (H6-H9)
//! number      organisationsnummer, personnummer, HSA-id (H7, H8)
//! date        dates as clients send them (H13)
//! hierarchy   who is part of whom, and which entries count (H2-H4, H10)
//! ```
//!
//! In force for a bundle whose `meta.profile` is that of the registry's transactions, and with
//! `FYR_RULES=hvo` for every request. The guide is a draft; where its texts disagree,
//! docs/conformance.md says what was chosen.

mod date;
mod hierarchy;
mod names;
mod number;
mod problem;
mod profile;

use fhir::{
    bundle::{Bundle, Method},
    json::Object,
    outcome::{Issue, IssueType},
    resource::Resource,
};
use serde_json::Value;

use self::{date::Sent, names::PERIOD, profile::Role};
use crate::{
    failure::Kind,
    rules::{Answers, Cause, Change, Question, RuleSet, element::text},
};

/// What an operator can choose.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether a wrong check digit is a warning only.
    pub lenient_check_digit: bool,
    /// Elements of an organization that another registry owns: what is sent of them is not saved (H11).
    pub registry_elements: Vec<String>,
}

/// The rule set.
#[derive(Debug)]
pub(crate) struct Hvo {
    settings: Settings,
}

impl Hvo {
    pub(crate) fn new(settings: Settings) -> Self {
        Self { settings }
    }
}

impl RuleSet for Hvo {
    fn name(&self) -> &'static str {
        "hvo"
    }

    fn is_asked_for_by(&self, bundle: &Bundle) -> bool {
        bundle.has_profile(names::BUNDLE)
    }

    fn is_of_profile(&self, profile: &str) -> bool {
        [names::ORGANIZATION, names::UNIT].contains(&profile)
    }

    fn unique_systems(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Organization", names::ORGANIZATION_NUMBER),
            ("Organization", names::HSA_ID),
        ]
    }

    fn places_entries_only(&self) -> bool {
        true
    }

    // H14
    fn kind_of(&self, errors: &[&Issue]) -> Kind {
        let is_malformed = |issue: &&Issue| {
            matches!(
                issue.code,
                IssueType::Invalid | IssueType::Required | IssueType::Structure | IssueType::Value
            )
        };
        if errors.iter().all(is_malformed) {
            Kind::Malformed
        } else {
            Kind::Unprocessable
        }
    }

    fn questions(&self, bundle: &Bundle, answers: &Answers) -> Vec<Question> {
        if self.is_asked_for_by(bundle) {
            hierarchy::questions(bundle, answers.base_url())
        } else {
            Vec::new()
        }
    }

    fn receive(&self, bundle: &mut Bundle, answers: &Answers) -> Vec<Issue> {
        if !self.is_asked_for_by(bundle) {
            return Vec::new();
        }
        let organizations = bundle
            .entries
            .iter()
            .filter_map(|entry| entry.resource.as_ref());
        let is_ours = |one: &Resource| Role::of(one.object()).is_some();
        if !organizations.into_iter().any(is_ours) {
            let text = "the bundle needs an HVOOrganization or an HVOOrganizationalUnit";
            return vec![
                problem::error(IssueType::BusinessRule, "HVO_NO_ORGANIZATION", text)
                    .at("Bundle.entry"),
            ];
        }
        name_updates(bundle);
        hierarchy::settle(bundle, answers)
    }

    fn review(&self, change: &mut Change<'_>) -> Vec<Issue> {
        let Some(after) = &mut change.after else {
            return Vec::new();
        };
        let role = Role::of(after.object()).filter(|_| change.kind == "Organization");
        let Some(role) = role else {
            return Vec::new();
        };
        let mut issues = Vec::new();
        if change.cause == Cause::Update && change.before.is_none() {
            let text = format!(
                "{}/{} is not known, and an update creates nothing",
                change.kind, change.id
            );
            issues.push(problem::error(IssueType::NotFound, "HVO_UNKNOWN_ID", text));
        }
        issues.extend(mend_dates(after.object_mut()));
        issues.extend(profile::check(
            after.object(),
            role,
            self.settings.lenient_check_digit,
        ));
        if role == Role::Organization {
            for name in &self.settings.registry_elements {
                keep_stored(after.object_mut(), change.before.as_ref(), name);
            }
        }
        issues
    }
}

/// H3: an update may name its organization by the id in the resource alone.
fn name_updates(bundle: &mut Bundle) {
    for entry in &mut bundle.entries {
        let id = entry.resource.as_ref().and_then(Resource::id);
        if entry.request.method == Method::Put
            && entry.request.url.trim_matches('/') == "Organization"
            && let Some(id) = id
        {
            entry.request.url = format!("Organization/{id}");
        }
    }
}

/// H13: of a period only the dates are stored.
fn mend_dates(organization: &mut Object) -> Vec<Issue> {
    let mut issues = Vec::new();
    let extensions = organization
        .get_mut("extension")
        .and_then(Value::as_array_mut);
    for extension in extensions.into_iter().flatten() {
        let is_period = extension.get("url").and_then(Value::as_str) == Some(PERIOD);
        let period = extension
            .get_mut("valuePeriod")
            .and_then(Value::as_object_mut);
        let Some(period) = period.filter(|_| is_period) else {
            continue;
        };
        for name in ["start", "end"] {
            let Some(sent) = text(period, name).map(str::to_owned) else {
                continue;
            };
            match date::read(&sent) {
                Sent::Date => {}
                Sent::Time(date) => {
                    issues.push(problem::time_given(&sent));
                    period.insert(name.into(), date.into());
                }
                Sent::Wrong => {
                    let text = format!("\"{sent}\" is not a date");
                    issues.push(problem::error(IssueType::Value, "HVO_DATE", text));
                }
            }
        }
    }
    issues
}

/// H11: an element, or the extension whose URL ends so, as it is stored.
fn keep_stored(organization: &mut Object, stored: Option<&Object>, name: &str) {
    let is_named = |one: &Value| {
        let url = one.get("url").and_then(Value::as_str).unwrap_or_default();
        url.rsplit('/').next() == Some(name)
    };
    let all = |object: &Object| {
        let all = object.get("extension").and_then(Value::as_array);
        all.cloned().unwrap_or_default()
    };
    let mut extensions = all(organization);
    extensions.retain(|one| !is_named(one));
    if let Some(stored) = stored {
        extensions.extend(all(stored).into_iter().filter(is_named));
    }
    if extensions.is_empty() {
        organization.shift_remove("extension");
    } else {
        organization.insert("extension".into(), extensions.into());
    }
    match stored.and_then(|stored| stored.get(name)) {
        Some(value) => {
            organization.insert(name.into(), value.clone());
        }
        None if name != "extension" => {
            organization.shift_remove(name);
        }
        None => {}
    }
}
