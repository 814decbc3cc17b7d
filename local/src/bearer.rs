//! The claims inside a bearer token: <https://www.rfc-editor.org/rfc/rfc7519>, section 3.
//!
//! ```text
//! Authorization: Bearer <header>.<claims>.<signature>     each part base64url without padding
//! ```
//!
//! Reads, and verifies nothing: for development mode, in which the claims of any token are believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use serde_json::Value;

/// What an `Authorization` header says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bearer {
    /// There is none.
    None,
    /// A bearer token with these claims.
    Claims(Value),
    /// Another scheme, or not a token.
    Unreadable,
}

impl Bearer {
    /// Reads the `Authorization` header.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        match headers.get(header::AUTHORIZATION) {
            None => Self::None,
            Some(value) => value
                .to_str()
                .ok()
                .and_then(claims)
                .map_or(Self::Unreadable, Self::Claims),
        }
    }
}

fn claims(header: &str) -> Option<Value> {
    let (scheme, token) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let mut parts = token.trim().split('.');
    let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let text = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&text).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(header: &str, expected: &Bearer) {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, header.parse().unwrap());
        assert_eq!(&Bearer::of(&headers), expected, "{header}");
    }

    #[test]
    fn the_claims_of_a_token_are_read_whatever_its_signature() {
        let sub = Bearer::Claims(json!({"sub": "u1"}));
        check("Bearer e30.eyJzdWIiOiJ1MSJ9.", &sub);
        check("bearer e30.eyJzdWIiOiJ1MSJ9.c2lnbmVk", &sub);
    }

    #[test]
    fn what_is_not_a_token_is_unreadable() {
        check("Basic dTpw", &Bearer::Unreadable);
        check("Bearer opaque", &Bearer::Unreadable);
        check("Bearer e30.%%%.", &Bearer::Unreadable);
        check("Bearer e30.W10.", &Bearer::Unreadable);
        assert_eq!(Bearer::of(&HeaderMap::new()), Bearer::None);
    }
}
