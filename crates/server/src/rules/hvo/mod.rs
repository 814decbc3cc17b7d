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
//! whole       full hierarchies (H12)
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
mod whole;

use fhir::{
    bundle::{Bundle, BundleEntry, Method},
    json::Object,
    outcome::{Issue, IssueType},
    resource::Resource,
};
use serde_json::Value;

use self::{
    date::Sent,
    names::{ACTIVE, PERIOD},
    profile::Role,
};
use crate::{
    failure::Kind,
    rules::{Answers, Cause, Change, Question, RuleSet, element::text, parent},
};

/// What an operator can choose.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Whether a wrong check digit is a warning only.
    pub lenient_check_digit: bool,
    /// Elements of an organization that another registry owns: what is sent of them is not saved (H11).
    pub registry_elements: Vec<String>,
    /// Whether a bundle has all units of a provider: those that it leaves out are inactivated (H12).
    pub full_hierarchy: bool,
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
        if !self.is_asked_for_by(bundle) {
            return Vec::new();
        }
        let parents = hierarchy::parents(bundle, answers.base_url());
        let mut questions = Vec::new();
        if self.settings.full_hierarchy {
            questions = whole::questions(&parents, answers);
        }
        questions.extend(parent::questions(parents));
        questions
    }

    fn receive(&self, bundle: &mut Bundle, answers: &Answers) -> Vec<Issue> {
        if !self.is_asked_for_by(bundle) {
            return Vec::new();
        }
        if !bundle.entries.iter().any(is_ours) {
            let text = "the bundle needs an HVOOrganization or an HVOOrganizationalUnit";
            return vec![
                problem::error(IssueType::BusinessRule, "HVO_NO_ORGANIZATION", text)
                    .at("Bundle.entry"),
            ];
        }
        name_updates(bundle);
        let parents = hierarchy::parents(bundle, answers.base_url());
        if !self.settings.full_hierarchy {
            return hierarchy::settle(bundle, &parents, answers);
        }
        whole::honour_ids(bundle);
        let mut issues = whole::problems(bundle, &parents, answers);
        let (named, sent) = (whole::named(bundle), bundle.entries.len());
        issues.extend(hierarchy::settle(bundle, &parents, answers));
        let absent = whole::absent(&named, &parents, answers, sent);
        bundle.entries.extend(absent);
        issues
    }

    fn review(&self, change: &mut Change<'_>) -> Vec<Issue> {
        let Some(after) = &mut change.after else {
            return Vec::new();
        };
        let patched = change.before.as_ref();
        let patched = patched.filter(|_| change.cause == Cause::Patch);
        let role = Role::of(after.object()).or_else(|| patched.and_then(Role::of));
        let Some(role) = role.filter(|_| change.kind == "Organization") else {
            return Vec::new();
        };
        let mut issues = Vec::new();
        let may_be_new = self.settings.full_hierarchy && whole::is_uuid(change.id);
        if change.cause == Cause::Update && change.before.is_none() && !may_be_new {
            let text = format!(
                "{}/{} is not known, and an update creates nothing",
                change.kind, change.id
            );
            issues.push(problem::error(IssueType::NotFound, "HVO_UNKNOWN_ID", text));
        }
        if let (Cause::Patch, Some(before)) = (change.cause, &change.before) {
            issues.extend(unpatchable(before, after.object()));
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

/// H1: whether an entry brings an organization of the registry, or patches one.
fn is_ours(entry: &BundleEntry) -> bool {
    let organization = entry.resource.as_ref().map(Resource::object);
    let is_patch = entry.request.method == Method::Patch
        && entry
            .request
            .url
            .trim_start_matches('/')
            .starts_with("Organization");
    is_patch || organization.is_some_and(|one| Role::of(one).is_some())
}

/// H3: a patch changes the name, the period and the status that goes with it, and nothing else.
fn unpatchable(before: &Object, after: &Object) -> Option<Issue> {
    let rest = |organization: &Object| {
        let mut rest = organization.clone();
        for name in ["name", "_name"] {
            rest.shift_remove(name);
        }
        if let Some(Value::Object(meta)) = rest.get_mut("meta") {
            meta.retain(|name, _| name != "versionId" && name != "lastUpdated");
        }
        if let Some(Value::Array(all)) = rest.get_mut("extension") {
            let url = |one: &Value| one.get("url").and_then(Value::as_str).map(str::to_owned);
            all.retain(|one| !matches!(url(one).as_deref(), Some(PERIOD | ACTIVE)));
        }
        rest
    };
    let text = "a patch may change the name, the period and the active status, and this one \
                changes more";
    let issue = || problem::error(IssueType::BusinessRule, "HVO_PATCH", text);
    (rest(before) != rest(after)).then(issue)
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
