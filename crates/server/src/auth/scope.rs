//! SMART's scopes for systems: <http://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html>
//!
//! ```text
//! system/Organization.read   system/*.write   system/*.*      version 1
//! system/Organization.rs     system/*.cruds                   version 2: letters of cruds, in order
//! ```
//!
//! Scopes of users and patients give nothing: this server knows neither launches nor patients' own
//! data. A scope with a query (`system/Observation.rs?category=…`) is one that the server would have
//! to enforce on every answer. It does not, so such a scope gives nothing at all; read without its query it would give
//! more than the issuer granted.

use fhir::schema;

use super::permission::{
    Action,
    Action::{Create, Delete, Export, Patch, Read, Search, Update},
    BUNDLES, Permissions,
};

/// What became of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Granted {
    /// It gives something.
    Something,
    /// It is none of those that this server knows.
    Nothing,
    /// It is restricted by a query, and gives nothing.
    Restricted,
}

/// Adds what a scope gives.
pub(super) fn grant(scope: &str, permissions: &mut Permissions) -> Granted {
    let Some((kind, access)) = scope
        .strip_prefix("system/")
        .and_then(|rest| rest.split_once('.'))
    else {
        return Granted::Nothing;
    };
    if access.contains('?') {
        return Granted::Restricted;
    }
    let kind = match kind {
        "*" => None,
        kind if schema::is_resource_type(kind) => Some(kind),
        _ => return Granted::Nothing,
    };
    let Some(actions) = actions(access) else {
        return Granted::Nothing;
    };
    permissions.allow(&actions, kind);
    permissions.allow_operation(BUNDLES);
    if actions.contains(&Export) {
        permissions.allow_exports();
    }
    Granted::Something
}

fn actions(access: &str) -> Option<Vec<Action>> {
    let letters = match access {
        "read" => "rs",
        "write" => "cud",
        "*" => "cruds",
        letters => letters,
    };
    let mut left = "cruds".chars();
    let mut actions = Vec::new();
    for letter in letters.chars() {
        // in this order, and each once
        left.find(|next| *next == letter)?;
        actions.extend_from_slice(match letter {
            'c' => &[Create],
            'r' => &[Read],
            'u' => &[Update, Patch],
            'd' => &[Delete],
            _ => &[Search],
        });
    }
    if actions.contains(&Read) && actions.contains(&Search) {
        actions.push(Export);
    }
    (!actions.is_empty()).then_some(actions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::permission::BULK_EXPORT;

    const ALL: [Action; 7] = [Read, Search, Export, Create, Update, Patch, Delete];

    /// What a scope allows with Organizations.
    fn of(scope: &str) -> Vec<Action> {
        let mut permissions = Permissions::default();
        grant(scope, &mut permissions);
        let allowed = ALL.into_iter();
        allowed
            .filter(|action| permissions.has(*action, "Organization"))
            .collect()
    }

    #[test]
    fn both_versions_mean_the_same_permissions() {
        for (first, second, expected) in [
            ("read", "rs", vec![Read, Search, Export]),
            ("write", "cud", vec![Create, Update, Patch, Delete]),
            ("*", "cruds", ALL.to_vec()),
        ] {
            assert_eq!(of(&format!("system/Organization.{first}")), expected);
            assert_eq!(of(&format!("system/*.{second}")), expected);
        }
        assert_eq!(of("system/Organization.r"), [Read]);
        assert_eq!(of("system/Organization.s"), [Search]);
        assert_eq!(of("system/Organization.u"), [Update, Patch]);
        assert_eq!(of("system/Patient.cruds"), []);
    }

    #[test]
    fn what_is_not_a_scope_of_a_system_gives_nothing() {
        for scope in [
            "Organization.read",
            "user/Organization.read",
            "patient/*.*",
            "system/Organization",
            "system/Organization.",
            "system/Organization.sr",
            "system/Organization.rr",
            "system/Organization.Read",
            "system/organization.read",
            "system/**.read",
            "system/*.read.write",
            "SYSTEM/*.read",
            "openid",
        ] {
            assert_eq!(of(scope), [], "{scope}");
        }
    }

    #[test]
    fn a_restricted_scope_gives_nothing_rather_than_everything() {
        for scope in [
            "system/Organization.rs?active=true",
            "system/*.cruds?",
            "system/*.?a=b",
        ] {
            let mut permissions = Permissions::default();
            assert_eq!(grant(scope, &mut permissions), Granted::Restricted);
            assert_eq!(permissions, Permissions::default(), "{scope}");
        }
    }

    #[test]
    fn only_who_reads_whole_types_may_export() {
        let exports = |scope: &str| {
            let mut permissions = Permissions::default();
            grant(scope, &mut permissions);
            permissions.has_operation(BULK_EXPORT)
        };
        assert!(exports("system/Organization.read") && exports("system/*.rs"));
        assert!(!exports("system/*.r") && !exports("system/*.cud") && !exports("system/*.write"));
    }
}
