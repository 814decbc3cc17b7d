//! `$validate`: what would be said of a resource if it were stored.
//!
//! <http://hl7.org/fhir/R4/resource-operation-validate.html>
//!
//! The resource is the body, or the parameter `resource` of `Parameters`; without either, the one that
//! the path names. Structure is checked, and the rule sets in force and those of the profiles that are
//! asked for, by `profile` or in the resource's `meta`. The answer is 200 with all the issues there are;
//! that there are none is said as well.
//!
//! | `mode` | what the rules are asked |
//! | --- | --- |
//! | none, `profile` | whether the resource is as they want it |
//! | `create` | whether it could be created |
//! | `update` | whether it could take the place of the one that the path names |
//! | `delete` | whether that one could be deleted; no resource is needed |

use fhir::{
    instant::Instant,
    json::Object,
    outcome::{self, Issue, IssueType},
    parameters::Parameters,
    query::Parameter,
    resource::{self, Resource},
    schema,
    version::VersionId,
};
use serde_json::Value;
use store::{DocumentKey, Head};

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
    route::Route,
    rules::{Cause, Change},
};

/// What is asked for.
#[derive(Debug, Default)]
struct Wanted {
    resource: Option<Object>,
    profiles: Vec<String>,
    mode: Option<String>,
}

/// Validates a resource of a type, perhaps as the one with an id.
///
/// # Errors
///
/// 400 without a resource or with an unknown mode, 404 and 410 when the one that the path names is
/// needed and not there.
pub(crate) async fn validate(
    context: &Context,
    (kind, id): (&str, Option<&str>),
    parameters: &[Parameter],
    body: Option<Object>,
) -> Result<Answer, Failure> {
    let wanted = Wanted::of(parameters, body)?;
    let cause = wanted.cause()?;
    let stored = match id {
        Some(id) => context.store.read(&DocumentKey::new(kind, id)).await?,
        None => None,
    };
    let needs_stored = cause == Cause::Delete || wanted.resource.is_none();
    if let Some(id) = id
        && needs_stored
    {
        check_current(&DocumentKey::new(kind, id), stored.as_ref())?;
    }
    let stored = stored.filter(|head| !head.deleted);
    let resource = match (wanted.resource, &stored) {
        (resource, _) if cause == Cause::Delete => resource.filter(|_| false),
        (Some(resource), _) => Some(resource),
        (None, Some(head)) => Some(present(head)?),
        (None, None) => {
            let text = "$validate needs a resource";
            return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
        }
    };
    let before = stored
        .as_ref()
        .map(|head| serde_json::from_slice(&head.body));
    let before = before.transpose().map_err(Failure::internal)?;
    let mut issues = Vec::new();
    let after = resource.and_then(|resource| of_type(kind, id, resource, &mut issues));
    if after.is_some() || cause == Cause::Delete {
        let change = Change {
            entry: None,
            cause,
            kind,
            id: id.unwrap_or_default(),
            before: before.filter(|_| matches!(cause, Cause::Update | Cause::Delete)),
            after,
            is_test: context.is_test(),
        };
        issues.extend(by_rules(context, change, wanted.profiles));
    }
    if issues.is_empty() {
        let text = "No issues detected during validation";
        issues.push(Issue::information(IssueType::Informational, text));
    }
    Ok(Answer::complete(outcome::outcome(&issues)))
}

impl Wanted {
    fn of(parameters: &[Parameter], body: Option<Object>) -> Result<Self, Failure> {
        let in_query = |name: &str| {
            let found = parameters.iter().filter(move |one| one.name == name);
            found.map(|one| one.value.clone()).collect::<Vec<_>>()
        };
        let mut wanted = Self {
            resource: None,
            profiles: in_query("profile"),
            mode: in_query("mode").pop(),
        };
        let is_parameters =
            |body: &Object| body.get("resourceType").and_then(Value::as_str) == Some("Parameters");
        let body = match body {
            Some(body) if is_parameters(&body) => body,
            resource => {
                wanted.resource = resource;
                return Ok(wanted);
            }
        };
        let parameters = Parameters::parse(&body).map_err(Failure::malformed)?;
        let profiles = parameters.texts("profile").map(str::to_owned);
        wanted.profiles.extend(profiles);
        let mode = parameters.texts("mode").next().map(str::to_owned);
        wanted.mode = mode.or(wanted.mode);
        wanted.resource = parameters.resources("resource").next().cloned();
        Ok(wanted)
    }

    /// A patch is what rules about who may write what say nothing of.
    fn cause(&self) -> Result<Cause, Failure> {
        match self.mode.as_deref() {
            None | Some("profile") => Ok(Cause::Patch),
            Some("create") => Ok(Cause::Create),
            Some("update") => Ok(Cause::Update),
            Some("delete") => Ok(Cause::Delete),
            Some(mode) => {
                let text = format!("\"{mode}\" is no mode: create, update, delete and profile are");
                Err(Failure::new(Kind::Malformed, IssueType::Value, text))
            }
        }
    }
}

fn check_current(key: &DocumentKey, head: Option<&Head>) -> Result<(), Failure> {
    match head {
        None => Err(Failure::not_found(key)),
        Some(head) if head.deleted => Err(Failure::gone(key)),
        Some(_) => Ok(()),
    }
}

fn present(head: &Head) -> Result<Object, Failure> {
    let last_updated = Instant::from_millis(head.last_updated.0);
    let resource = resource::present(&head.body, VersionId(head.version), last_updated);
    resource.map_err(Failure::internal)
}

/// The resource, if its structure is right, and what is wrong with it.
fn of_type(
    kind: &str,
    id: Option<&str>,
    mut resource: Object,
    issues: &mut Vec<Issue>,
) -> Option<Resource> {
    issues.extend(schema::drop_empty(&mut resource));
    let resource = match Resource::from_value(resource.into()) {
        Ok(resource) => resource,
        Err(problems) => {
            issues.extend(problems);
            return None;
        }
    };
    let found = resource.resource_type();
    if found != kind {
        let text = format!("the URL names the type {kind}, but the resource is {found}");
        issues.push(Issue::error(IssueType::Invalid, text));
        return None;
    }
    if let (Some(id), Some(own)) = (id, resource.id())
        && id != own
    {
        let text = format!("the URL names the id {id}, but the resource has {own}");
        issues.push(Issue::error(IssueType::Invalid, text));
    }
    Some(resource)
}

/// What the rule sets say: those in force, and those of the profiles.
fn by_rules(context: &Context, mut change: Change<'_>, mut profiles: Vec<String>) -> Vec<Issue> {
    let mut issues = Vec::new();
    let writes = change.cause != Cause::Patch;
    let write = Route::Create(change.kind.to_owned());
    if let (true, Err(failure)) = (writes, context.rules.admit(&write)) {
        issues.extend(failure.issues);
    }
    if let Some(after) = &mut change.after {
        profiles = with_profiles(after, profiles);
    }
    for set in context.rules.of_profiles(&profiles).iter() {
        issues.extend(set.review(&mut change));
    }
    issues
}

/// Has the resource say that it has these profiles; all that it has then.
fn with_profiles(resource: &mut Resource, asked: Vec<String>) -> Vec<String> {
    let meta = resource
        .object_mut()
        .get("meta")
        .and_then(|meta| meta.get("profile"));
    let own = meta.and_then(Value::as_array).into_iter().flatten();
    let own = own.filter_map(Value::as_str).map(str::to_owned);
    let mut all: Vec<String> = own.chain(asked).collect();
    all.dedup();
    if !all.is_empty() {
        let meta = resource.object_mut().entry("meta");
        let meta = meta.or_insert_with(|| Object::new().into());
        if let Value::Object(meta) = meta {
            meta.insert("profile".to_owned(), all.clone().into());
        }
    }
    all
}
