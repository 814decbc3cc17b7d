//! The caller of a request, as far as access goes.
//!
//! ```json
//! {"user_id": "f4bac12b-…", "user_type": "SYSTEM", "realm_access": {"roles": ["Organization.read"]}}
//! ```
//!
//! These are the claims of the Danish eHealth platform's access tokens; `sub` stands in for
//! `user_id` where a token has none.

use std::collections::BTreeSet;

use serde_json::Value;

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `user_id`: owns the jobs and files that the caller starts. None for an anonymous caller.
    pub user_id: Option<String>,
    /// `user_type`: `SYSTEM`, `PRACTITIONER`, `PATIENT` …
    pub user_type: Option<String>,
    rights: Rights,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rights {
    All,
    Roles(BTreeSet<String>),
}

impl Caller {
    /// Nobody: may read the capability statement and nothing else.
    pub fn anonymous() -> Self {
        Self {
            user_id: None,
            user_type: None,
            rights: Rights::Roles(BTreeSet::new()),
        }
    }

    /// The caller of a server in development mode who shows no token: may do everything.
    pub fn developer() -> Self {
        Self {
            user_id: Some("developer".to_owned()),
            user_type: Some("SYSTEM".to_owned()),
            rights: Rights::All,
        }
    }

    /// The caller whom the claims of a token name. The token must have been verified by whoever
    /// calls this. Claims without `user_id` and `sub` are nobody's.
    pub fn from_claims(claims: &Value) -> Self {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(user_id) = text("user_id").or_else(|| text("sub")) else {
            return Self::anonymous();
        };
        Self {
            user_id: Some(user_id),
            user_type: text("user_type"),
            rights: Rights::Roles(roles(claims)),
        }
    }

    /// Whether the caller has any of these roles.
    pub(super) fn has_any(&self, accepted: &[String]) -> bool {
        match &self.rights {
            Rights::All => true,
            Rights::Roles(roles) => accepted.iter().any(|role| roles.contains(role)),
        }
    }
}

/// `realm_access.roles`. API Gateway hands nested claims on as text: JSON, or for the list of roles
/// alone `[a b c]`.
fn roles(claims: &Value) -> BTreeSet<String> {
    let realm = claims.get("realm_access");
    let parsed = realm
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str::<Value>(text).ok());
    let roles = parsed
        .as_ref()
        .or(realm)
        .and_then(|realm| realm.get("roles"));
    let listed = roles.and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_roles_of_a_token_are_the_callers() {
        let caller = Caller::from_claims(&json!({
            "user_id": "u1", "user_type": "SYSTEM", "realm_access": {"roles": ["Organization.read"]}
        }));
        assert_eq!(caller.user_id.as_deref(), Some("u1"));
        assert!(caller.has_any(&["Organization.read".to_owned()]));
        assert!(!caller.has_any(&["Organization.write".to_owned()]));
    }

    #[test]
    fn nested_claims_that_a_gateway_wrote_as_text_are_read() {
        let caller = Caller::from_claims(&json!({
            "sub": "u1", "realm_access": r#"{"roles":["FHIR.transaction"]}"#
        }));
        assert!(caller.has_any(&["FHIR.transaction".to_owned()]));
    }

    #[test]
    fn claims_that_name_nobody_are_anonymous() {
        assert_eq!(
            Caller::from_claims(&json!({"realm_access": {"roles": ["a"]}})),
            Caller::anonymous()
        );
    }
}
