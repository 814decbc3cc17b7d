//! The roles of the Danish eHealth platform: `Organization.read`, `$reindex`, `FHIR.transaction`.
//!
//! A role is exact, with its case. One that is not known gives nothing.

use fhir::schema;

use super::permission::{
    Action,
    Action::{Create, Delete, Export, Expunge, Patch, Read, Search, Update},
    Permissions,
};

/// Adds what a role gives.
pub(super) fn grant(role: &str, permissions: &mut Permissions) {
    match role.split_once('.') {
        Some((kind, verb)) if schema::is_resource_type(kind) => {
            permissions.allow(actions(verb), Some(kind));
        }
        // FHIR.transaction, and operations such as $reindex and $hapi.fhir.reindex-status
        _ => permissions.allow_operation(role),
    }
}

fn actions(verb: &str) -> &'static [Action] {
    match verb {
        "read" => &[Read, Search],
        "search" => &[Read, Search, Export],
        "create" => &[Create],
        "update" => &[Update, Patch],
        "patch" => &[Patch],
        "delete" => &[Delete],
        "write" => &[Create, Update, Patch, Delete],
        "*" => &[Read, Search, Export, Create, Update, Patch, Delete],
        // no wider role includes it
        "$expunge" => &[Expunge],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(role: &str) -> Permissions {
        let mut permissions = Permissions::default();
        grant(role, &mut permissions);
        permissions
    }

    #[test]
    fn everything_but_expunging_is_in_the_star() {
        let star = of("Organization.*");
        for action in [Read, Search, Export, Create, Update, Patch, Delete] {
            assert!(star.has(action, "Organization"), "{action:?}");
            assert!(!star.has(action, "Patient"), "{action:?}");
        }
        assert!(!star.has(Expunge, "Organization"));
        assert!(of("Organization.$expunge").has(Expunge, "Organization"));
    }

    #[test]
    fn a_role_that_is_not_known_gives_nothing() {
        for role in [
            "organization.read",
            "*.read",
            "Organization.READ",
            "*",
            "Organization.",
        ] {
            let permissions = of(role);
            assert!(!permissions.has(Read, "Organization"), "{role}");
        }
        assert!(of("$reindex").has_operation("$reindex"));
        assert!(!of("reindex").has_operation("$reindex"));
    }
}
