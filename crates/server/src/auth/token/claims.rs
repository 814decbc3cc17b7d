//! The claims that decide whether a token is good: <https://www.rfc-editor.org/rfc/rfc7519>, section 4.1
//!
//! | claim | |
//! | --- | --- |
//! | `iss` | needed; a trusted issuer, letter by letter |
//! | `aud` | needed; a text or a list of texts, one of them ours |
//! | `exp` | needed; over [`LEEWAY_SECONDS`] after it |
//! | `nbf` | if there is one: good from [`LEEWAY_SECONDS`] before it |
//!
//! Read strictly: a claim that is there twice makes the token unreadable, whichever of the two the
//! issuer meant.

use fhir::json;
use serde_json::Value;
use store::Millis;

use super::Refusal;
use crate::auth::Issuer;

/// By how much the clocks of an issuer and of this server may differ.
pub const LEEWAY_SECONDS: i64 = 30;

/// Reads claims, and believes none of them yet.
pub(super) fn parse(text: &[u8]) -> Result<Value, Refusal> {
    let parsed = json::parse(text).ok().filter(Value::is_object);
    parsed.ok_or(Refusal::Invalid("the token's claims are not a JSON object"))
}

/// Checks audience and time. The issuer has been found by its name.
pub(super) fn check(claims: &Value, issuer: &Issuer, now: Millis) -> Result<(), Refusal> {
    if !is_meant_for(claims.get("aud"), &issuer.audiences) {
        return Err(Refusal::Invalid("the token is not meant for this server"));
    }
    let unreadable = Refusal::Invalid("the token does not say how long it is good");
    let expires = claims.get("exp").and_then(millis).ok_or(unreadable)?;
    if now >= expires.plus(LEEWAY_SECONDS * 1000) {
        return Err(Refusal::Invalid("the token has expired"));
    }
    let begins = match claims.get("nbf") {
        None => None,
        Some(begins) => Some(millis(begins).ok_or(unreadable)?),
    };
    if begins.is_some_and(|begins| now.plus(LEEWAY_SECONDS * 1000) < begins) {
        return Err(Refusal::Invalid("the token is not good yet"));
    }
    Ok(())
}

fn is_meant_for(audience: Option<&Value>, ours: &[String]) -> bool {
    let is_ours = |one: &Value| {
        one.as_str()
            .is_some_and(|one| ours.iter().any(|our| our == one))
    };
    match audience {
        Some(Value::Array(all)) => all.iter().any(is_ours),
        Some(one) => is_ours(one),
        None => false,
    }
}

/// A `NumericDate`: seconds since 1970, perhaps with a fraction.
fn millis(date: &Value) -> Option<Millis> {
    let seconds = date.as_f64().filter(|seconds| {
        // the year 9999, and nothing that is no number
        (0.0..=253_402_300_799.0).contains(seconds)
    })?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked above"
    )]
    Some(Millis((seconds * 1000.0) as i64))
}
