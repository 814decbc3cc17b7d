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

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use lambda_http::request;
    use serde_json::json;

    use super::*;

    /// An event with a token of these claims, of which the gateway hands on the others.
    fn event(token: &Value, verified: Option<&Value>) -> Request {
        let token = URL_SAFE_NO_PAD.encode(token.to_string());
        let authorizer = verified.map(|claims| json!({"jwt": {"claims": claims, "scopes": null}}));
        let context = json!({
            "stage": "$default", "http": {"method": "GET", "path": "/"}, "authorizer": authorizer
        });
        let event = json!({
            "version": "2.0", "rawPath": "/", "rawQueryString": "", "requestContext": context,
            "headers": {"authorization": format!("Bearer e30.{token}.c2ln")}, "isBase64Encoded": false
        });
        request::from_str(&event.to_string()).unwrap()
    }

    #[test]
    fn roles_come_from_the_token_that_the_gateway_has_verified() {
        let token = json!({
            "iss": "i", "sub": "u1", "exp": 1_795_244_400, "realm_access": {"roles": ["a", "b"]}
        });
        let verified = json!({
            "iss": "i", "sub": "u1", "exp": "1795244400", "realm_access": "map[roles:[a b]]"
        });
        let caller = caller(&event(&token, Some(&verified)));
        assert_eq!(caller, Caller::from_claims(&token));
    }

    #[test]
    fn a_token_that_is_not_the_verified_one_gives_no_roles() {
        let token = json!({"iss": "i", "sub": "admin", "realm_access": {"roles": ["all"]}});
        let verified = json!({"iss": "i", "sub": "u1"});
        let caller = caller(&event(&token, Some(&verified)));
        assert_eq!(caller, Caller::from_claims(&verified));
    }

    #[test]
    fn without_a_verified_token_the_caller_is_nobody() {
        let token = json!({"sub": "u1"});
        assert_eq!(caller(&event(&token, None)), Caller::anonymous());
    }
}
