//! `$validate`: what would be said of a resource if it were stored.
//!
//! <http://hl7.org/fhir/R4/resource-operation-validate.html>
//!
//! The resource is the body, or the parameter `resource` of `Parameters`; without either, the one that
//! the path names. What is checked is what a write checks: the structure, and the rules in force. The
//! answer is 200 with all the issues there are; that there are none is said as well.

use fhir::{
    instant::Instant,
    json::Object,
    outcome::{self, Issue, IssueType},
    parameters::Parameters,
    resource::{self, Resource},
    schema,
    version::VersionId,
};
use serde_json::Value;
use store::DocumentKey;

use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context},
};

/// Validates a resource of a type, perhaps as the one with an id.
///
/// # Errors
///
/// 400 without a resource, 404 and 410 when the one that the path names is not there.
pub(crate) async fn validate(
    context: &Context,
    kind: &str,
    id: Option<&str>,
    body: Option<Object>,
) -> Result<Answer, Failure> {
    let resource = match (body, id) {
        (Some(body), _) => of_body(body)?,
        (None, Some(id)) => stored(context, &DocumentKey::new(kind, id)).await?,
        (None, None) => {
            let text = "$validate needs a resource";
            return Err(Failure::new(Kind::Malformed, IssueType::Required, text));
        }
    };
    let mut issues = check(kind, id, resource);
    if issues.is_empty() {
        let text = "No issues detected during validation";
        issues.push(Issue::information(IssueType::Informational, text));
    }
    Ok(Answer::complete(outcome::outcome(&issues)))
}

fn of_body(body: Object) -> Result<Object, Failure> {
    let is_parameters = body.get("resourceType").and_then(Value::as_str) == Some("Parameters");
    if !is_parameters {
        return Ok(body);
    }
    let parameters = Parameters::parse(&body).map_err(Failure::malformed)?;
    let resource = parameters.resources("resource").next().cloned();
    resource.ok_or_else(|| {
        let text = "the parameter resource is missing";
        Failure::new(Kind::Malformed, IssueType::Required, text)
    })
}

async fn stored(context: &Context, key: &DocumentKey) -> Result<Object, Failure> {
    let head = context.store.read(key).await?;
    let head = head.ok_or_else(|| Failure::not_found(key))?;
    if head.deleted {
        return Err(Failure::gone(key));
    }
    let last_updated = Instant::from_millis(head.last_updated.0);
    let resource = resource::present(&head.body, VersionId(head.version), last_updated);
    resource.map_err(Failure::internal)
}

fn check(kind: &str, id: Option<&str>, mut resource: Object) -> Vec<Issue> {
    let mut issues = schema::drop_empty(&mut resource);
    match Resource::from_value(resource.into()) {
        Err(problems) => issues.extend(problems),
        Ok(resource) => {
            let found = resource.resource_type();
            if found != kind {
                let text = format!("the URL names the type {kind}, but the resource is {found}");
                issues.push(Issue::error(IssueType::Invalid, text));
            }
            if let (Some(id), Some(own)) = (id, resource.id())
                && id != own
            {
                let text = format!("the URL names the id {id}, but the resource has {own}");
                issues.push(Issue::error(IssueType::Invalid, text));
            }
        }
    }
    issues
}
