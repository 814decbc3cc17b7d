//! The caller of a request, as far as access goes.
//!
//! ```json
//! {"user_id": "f4bac12b-…", "user_type": "SYSTEM", "realm_access": {"roles": ["Organization.read"]}}
//! {"sub": "registry-client", "scope": "system/Organization.rs system/Provenance.r"}
//! ```
//!
//! The first are the claims of the Danish eHealth platform's access tokens, the second those of
//! SMART's backend services. A token may have both, and then gives what either gives. `sub` stands
//! in for `user_id` where a token has none, and a scope of systems for the `user_type` `SYSTEM`.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    permission::{Action, Permissions},
    role,
    scope::{self, Granted},
    token::Refusal,
};

/// Who sent a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// `user_id`: owns the jobs and files that the caller starts. None for an anonymous caller.
    pub user_id: Option<String>,
    /// `user_type`: `SYSTEM`, `PRACTITIONER`, `PATIENT` …
    pub user_type: Option<String>,
    /// The tenant that the caller belongs to, where tokens name one.
    pub tenant: Option<String>,
    pub(super) permissions: Permissions,
    /// Whether the token has scopes that give nothing, as a query restricts them.
    pub(super) has_restricted_scopes: bool,
    /// Why the token that came with the request is not believed.
    pub(super) refusal: Option<Refusal>,
}

impl Caller {
    /// Nobody: may see what anybody may, such as the capability statement.
    pub fn anonymous() -> Self {
        Self {
            user_id: None,
            user_type: None,
            tenant: None,
            permissions: Permissions::default(),
            has_restricted_scopes: false,
            refusal: None,
        }
    }

    /// Nobody, since the token is not believed.
    pub fn refused(refusal: Refusal) -> Self {
        Self {
            refusal: Some(refusal),
            ..Self::anonymous()
        }
    }

    /// The caller of a server in development mode who shows no token: may do everything.
    pub fn developer() -> Self {
        Self {
            user_id: Some("developer".to_owned()),
            user_type: Some("SYSTEM".to_owned()),
            permissions: Permissions::all(),
            ..Self::anonymous()
        }
    }

    /// The owner of a job, as its work is done: everything that it takes was asked when it began.
    pub(crate) fn of_job(owner: &str) -> Self {
        Self {
            user_id: Some(owner.to_owned()),
            ..Self::anonymous()
        }
    }

    /// The caller whom the claims of a token name. The token must have been verified by whoever
    /// calls this. Claims without `user_id` and `sub` are nobody's.
    pub fn from_claims(claims: &Value) -> Self {
        let Some(user_id) = text(claims, "user_id").or_else(|| text(claims, "sub")) else {
            return Self::anonymous();
        };
        let mut caller = Self {
            user_id: Some(user_id),
            user_type: text(claims, "user_type"),
            ..Self::anonymous()
        };
        let roles = claims.get("realm_access").and_then(|it| it.get("roles"));
        for role in texts(roles) {
            role::grant(role, &mut caller.permissions);
        }
        for scope in texts(claims.get("scope")) {
            match scope::grant(scope, &mut caller.permissions) {
                Granted::Something if caller.user_type.is_none() => {
                    caller.user_type = Some("SYSTEM".to_owned());
                }
                Granted::Restricted => caller.has_restricted_scopes = true,
                Granted::Something | Granted::Nothing => {}
            }
        }
        caller
    }

    /// The same caller, in the tenant that this claim names.
    pub fn in_tenant_of(self, claims: &Value, claim: &str) -> Self {
        let tenant = text(claims, claim);
        Self { tenant, ..self }
    }

    /// Whether nobody is known to be calling.
    pub fn is_anonymous(&self) -> bool {
        self.user_id.is_none()
    }

    /// Whether the caller belongs to no tenant because he belongs to all: only the developer does.
    pub fn is_of_all_tenants(&self) -> bool {
        self.tenant.is_none() && self.permissions == Permissions::all()
    }

    /// The same caller, who as anybody may read and search these types.
    pub(crate) fn with_public(mut self, kinds: &BTreeSet<String>) -> Self {
        for kind in kinds {
            let public = [Action::Read, Action::Search];
            self.permissions.allow(&public, Some(kind));
        }
        self
    }
}

/// A claim with something in it.
fn text(claims: &Value, name: &str) -> Option<String> {
    let text = claims.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A list of texts, or one text of words.
fn texts(claim: Option<&Value>) -> impl Iterator<Item = &str> {
    let listed = claim.and_then(Value::as_array).into_iter().flatten();
    let words = claim.and_then(Value::as_str).into_iter();
    listed
        .filter_map(Value::as_str)
        .chain(words.flat_map(|words| words.split(' ').filter(|word| !word.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn may_read(claims: &Value) -> bool {
        let caller = Caller::from_claims(claims);
        caller.permissions.has(Action::Read, "Organization")
    }

    #[test]
    fn the_roles_of_a_token_are_the_callers() {
        let caller = Caller::from_claims(&json!({
            "user_id": "u1", "user_type": "SYSTEM", "realm_access": {"roles": ["Organization.read"]}
        }));
        assert_eq!(caller.user_id.as_deref(), Some("u1"));
        assert!(caller.permissions.has(Action::Read, "Organization"));
        assert!(!caller.permissions.has(Action::Create, "Organization"));
    }

    #[test]
    fn scopes_are_words_or_a_list() {
        for scope in [
            json!("openid  system/Organization.r"),
            json!(["system/Organization.r"]),
        ] {
            assert!(may_read(&json!({"sub": "u1", "scope": scope})), "{scope}");
        }
        for scope in [
            json!(null),
            json!(7),
            json!({"a": "system/*.r"}),
            json!([["system/*.r"]]),
        ] {
            assert!(!may_read(&json!({"sub": "u1", "scope": scope})), "{scope}");
        }
    }

    #[test]
    fn who_has_scopes_of_a_system_is_a_system_unless_the_token_says_otherwise() {
        let scope = "system/*.rs";
        let system = Caller::from_claims(&json!({"sub": "u1", "scope": scope}));
        assert_eq!(system.user_type.as_deref(), Some("SYSTEM"));
        let person = json!({"sub": "u1", "scope": scope, "user_type": "PRACTITIONER"});
        let person = Caller::from_claims(&person);
        assert_eq!(person.user_type.as_deref(), Some("PRACTITIONER"));
        let nobody = Caller::from_claims(&json!({"sub": "u1", "scope": "openid"}));
        assert_eq!(nobody.user_type, None);
    }

    #[test]
    fn claims_that_name_nobody_are_anonymous() {
        for claims in [json!({}), json!({"sub": ""}), json!({"sub": 7})] {
            assert_eq!(
                Caller::from_claims(&claims),
                Caller::anonymous(),
                "{claims}"
            );
        }
    }

    #[test]
    fn a_tenant_is_what_the_claim_of_the_settings_says() {
        let claims = json!({"sub": "u1", "org": "blue"});
        let tenant = |claim| {
            Caller::from_claims(&claims)
                .in_tenant_of(&claims, claim)
                .tenant
        };
        assert_eq!(tenant("org").as_deref(), Some("blue"));
        assert_eq!(tenant("tenant"), None);
    }
}
