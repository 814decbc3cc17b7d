//! What a caller may do: the one model behind roles and scopes.
//!
//! | permission | roles of the Danish platform that hold it | SMART scopes that hold it |
//! | --- | --- | --- |
//! | read | `<Type>.read`, `.search`, `.*` | v1 `read`, `*`; v2 `r` |
//! | search, and histories of types | the same | v1 `read`, `*`; v2 `s` |
//! | export | `<Type>.search`, `.*` | v1 `read`, `*`; v2 `r` with `s` |
//! | create | `<Type>.create`, `.write`, `.*` | v1 `write`, `*`; v2 `c` |
//! | update | `<Type>.update`, `.write`, `.*` | v1 `write`, `*`; v2 `u` |
//! | patch | `<Type>.patch`, `.update`, `.write`, `.*` | v1 `write`, `*`; v2 `u` |
//! | delete | `<Type>.delete`, `.write`, `.*` | v1 `write`, `*`; v2 `d` |
//! | expunge | `<Type>.$expunge` | none |
//! | bundles | `FHIR.transaction` | any: the entries have scopes of their own |
//! | `$bulk-export` | `$bulk-export` | any that holds export |
//! | files of one's own exports | `Binary.read` | any that holds export |
//! | other operations of the server | the role of that name | none |

use std::collections::{BTreeMap, BTreeSet};

/// What is done with resources of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Action {
    /// Read, vread, history of a resource.
    Read,
    /// Search, history of a type.
    Search,
    /// Take all of them away with one.
    Export,
    /// Create.
    Create,
    /// Update.
    Update,
    /// Patch.
    Patch,
    /// Delete.
    Delete,
    /// Remove for good.
    Expunge,
}

/// The role for bundles.
pub(super) const BUNDLES: &str = "FHIR.transaction";
/// The role for exports.
pub(super) const BULK_EXPORT: &str = "$bulk-export";

/// All that a caller may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Permissions {
    is_all: bool,
    actions: BTreeMap<Action, Types>,
    operations: BTreeSet<String>,
    /// The files of one's own exports, for whoever may export by scope.
    may_fetch_files: bool,
}

/// Resource types.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Types {
    is_every: bool,
    named: BTreeSet<String>,
}

impl Permissions {
    /// To do everything.
    pub(super) fn all() -> Self {
        Self {
            is_all: true,
            ..Self::default()
        }
    }

    /// Adds actions on a type; none for every type.
    pub(super) fn allow(&mut self, actions: &[Action], kind: Option<&str>) {
        for action in actions {
            let types = self.actions.entry(*action).or_default();
            match kind {
                None => types.is_every = true,
                Some(kind) => {
                    types.named.insert(kind.to_owned());
                }
            }
        }
    }

    /// Adds an operation of the whole server, by the name of its role.
    pub(super) fn allow_operation(&mut self, role: &str) {
        self.operations.insert(role.to_owned());
    }

    /// Adds exports, and their files.
    pub(super) fn allow_exports(&mut self) {
        self.allow_operation(BULK_EXPORT);
        self.may_fetch_files = true;
    }

    /// Whether the caller may do this with that type.
    pub(super) fn has(&self, action: Action, kind: &str) -> bool {
        let holds = |types: &Types| types.is_every || types.named.contains(kind);
        self.is_all || self.actions.get(&action).is_some_and(holds)
    }

    /// Whether the caller may do this operation of the whole server.
    pub(super) fn has_operation(&self, role: &str) -> bool {
        self.is_all || self.operations.contains(role)
    }

    /// Whether the caller may fetch the files of exports that are theirs.
    pub(super) fn has_files(&self) -> bool {
        self.may_fetch_files || self.has(Action::Read, "Binary")
    }

    /// Whether the caller may do this with any type.
    pub(super) fn has_some(&self, action: Action) -> bool {
        let holds = |types: &Types| types.is_every || !types.named.is_empty();
        self.is_all || self.actions.get(&action).is_some_and(holds)
    }
}
