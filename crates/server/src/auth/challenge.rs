//! `WWW-Authenticate`: what a refused caller is told, for programs.
//!
//! <https://www.rfc-editor.org/rfc/rfc6750>, section 3
//!
//! | status | when | challenge |
//! | --- | --- | --- |
//! | 401 | there is no token | `Bearer` |
//! | 401 | the token is not believed | `Bearer error="invalid_token", error_description="…"` |
//! | 403 | a role or scope is missing | `Bearer error="insufficient_scope"` |
//! | 400 | the token is in the query or the form | `Bearer error="invalid_request", error_description="…"` |
//!
//! What is told never repeats anything of the token.

use fhir::{
    outcome::{Coding, Issue, IssueType},
    query::Parameter,
};
use http::HeaderValue;

use crate::failure::{Failure, Kind};

/// The code system of our symbolic error codes.
const ERROR_CODES: &str = "urn:fyr:error-codes";

pub(super) const MISSING: &str = "SECURITY_TOKEN_MISSING";
pub(super) const INVALID: &str = "SECURITY_TOKEN_INVALID";
pub(super) const MISPLACED: &str = "SECURITY_TOKEN_MISPLACED";
pub(super) const INSUFFICIENT: &str = "SECURITY_TOKEN_INSUFFICIENT_PERMISSION";
pub(super) const USER_TYPE: &str = "SECURITY_OPERATION_NOT_ALLOWED_FOR_USER_TYPE";

/// An issue with one of our symbolic codes.
pub(super) fn issue(code: IssueType, symbol: &'static str, text: impl Into<String>) -> Issue {
    Issue::error(code, text).coded(Coding::new(ERROR_CODES, symbol))
}

/// Refuses a token that comes as a parameter. RFC 6750 allows it, and says why it should not be: what is
/// in the URL ends up in logs and histories.
pub(crate) fn refuse_token(parameters: &[Parameter]) -> Result<(), Failure> {
    if parameters.iter().all(|one| one.name != "access_token") {
        return Ok(());
    }
    let text = "a token belongs into the Authorization header, not into a parameter";
    let issue = issue(IssueType::Security, MISPLACED, text);
    Err(Failure::of(Kind::Malformed, issue))
}

/// The challenge that goes with a failure; none for one that is not about tokens.
pub(crate) fn challenge(failure: &Failure) -> Option<HeaderValue> {
    let first = failure.issues.first();
    let symbol = first
        .and_then(|issue| issue.details.first())
        .map(|coding| coding.code.as_str());
    let text = first.map_or("", |issue| issue.diagnostics.as_str());
    let challenge = match (failure.kind, symbol) {
        (Kind::Unauthenticated, Some(INVALID)) => described("invalid_token", text),
        (Kind::Unauthenticated, _) => "Bearer".to_owned(),
        (Kind::Forbidden, Some(INSUFFICIENT)) => "Bearer error=\"insufficient_scope\"".to_owned(),
        (Kind::Malformed, Some(MISPLACED)) => described("invalid_request", text),
        _ => return None,
    };
    HeaderValue::from_str(&challenge).ok()
}

/// With the characters that a description may have.
fn described(error: &str, text: &str) -> String {
    let is_plain = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
    let text: String = text.chars().filter(is_plain).collect();
    format!("Bearer error=\"{error}\", error_description=\"{text}\"")
}
