//! Who is calling, from what the gateway's JWT authorizer has verified.
//!
//! | event | verified claims |
//! |---|---|
//! | HTTP API | `requestContext.authorizer.jwt.claims`, all text |
//! | REST API | `requestContext.authorizer.claims`, all text |
//!
//! Nested claims reach a function as text of the gateway's making, such as
//! `map[roles:[a b]]`, from which the roles cannot be read back. So the claims are taken from the
//! token itself, once it is clear that it is the token the gateway verified: every plain claim of
//! the one is in the other.

use std::collections::HashMap;

use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use serde_json::Value;
use server::auth::Caller;

use crate::bearer::Bearer;

/// The caller of this event: anonymous, unless the gateway has verified a token.
pub(super) fn caller(event: &Request) -> Caller {
    let Some(verified) = event.request_context_ref().and_then(verified_claims) else {
        return Caller::anonymous();
    };
    match Bearer::of(event.headers()) {
        Bearer::Claims(claims) if agree(&claims, &verified) => Caller::from_claims(&claims),
        _ => Caller::from_claims(&Value::from_iter(verified)),
    }
}

fn verified_claims(context: &RequestContext) -> Option<HashMap<String, Value>> {
    match context {
        RequestContext::ApiGatewayV2(context) => {
            let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
            let texts = claims
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str().into()));
            Some(texts.collect())
        }
        RequestContext::ApiGatewayV1(context) => {
            let claims = context.authorizer.fields.get("claims")?.as_object()?;
            Some(
                claims
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        _ => None,
    }
}

/// Whether the token's claims are those that were verified, as far as both are plain values.
fn agree(token: &Value, verified: &HashMap<String, Value>) -> bool {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let same = |name: &str| {
        let told = verified.get(name).and_then(plain);
        token.get(name).and_then(plain) == told
    };
    ["iss", "sub", "exp", "user_id"].into_iter().all(same)
}
