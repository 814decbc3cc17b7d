//! What a request asks of its caller.
//!
//! | right | permission |
//! | --- | --- |
//! | read, vread, history of a resource | read of the type |
//! | search, history of a type | search of the type |
//! | history of everything, search of several types | search of some type; other types are left out, or refused |
//! | create, update, patch, delete, expunge | the same, of the type |
//! | export of a type | export of the type |
//! | bundle | bundles, and the right of each entry |
//! | operation of the whole server | its own; only for users of the type `SYSTEM` |
//!
//! Which roles and scopes hold a permission is said in `permission.rs`.

use std::collections::BTreeSet;

use fhir::{
    outcome::{Issue, IssueType},
    schema,
};

use super::{
    Caller, Refusal,
    challenge::{self, INSUFFICIENT, INVALID, MISSING, USER_TYPE},
    permission::{Action, BUNDLES},
};
use crate::failure::{Failure, Kind};

/// One thing a caller may or may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Right {
    /// Nothing is asked: anybody may.
    Open,
    /// A transaction or batch, apart from what its entries ask.
    Bundle,
    /// Read, vread, history of a resource.
    Read(String),
    /// What may be a file of an export. When it is none, [`Right::Read`] is asked as well.
    File,
    /// The history of everything: as far as the caller may search at all.
    SearchSome,
    /// Search, history of a type.
    Search(String),
    /// Create.
    Create(String),
    /// Update.
    Update(String),
    /// Patch.
    Patch(String),
    /// Delete.
    Delete(String),
    /// Remove for good: no wider role includes it.
    Expunge(String),
    /// Take all resources of a type away with one.
    Export(String),
    /// An operation of the whole server, whose role has its name: `$bulk-export`. For systems, not
    /// for people.
    Operation(&'static str),
}

impl Right {
    /// What is done, and with what, as a refusal says it.
    fn words(&self) -> (&'static str, &str) {
        match self {
            Self::Open => ("", ""),
            Self::Bundle => ("transaction", "FHIR"),
            Self::Read(kind) => ("read", kind),
            Self::File => ("read", "Binary"),
            Self::Search(kind) | Self::Export(kind) => ("search", kind),
            Self::SearchSome => ("search", "any resource type"),
            Self::Create(kind) => ("create", kind),
            Self::Update(kind) => ("update", kind),
            Self::Patch(kind) => ("patch", kind),
            Self::Delete(kind) => ("delete", kind),
            Self::Expunge(kind) => ("$expunge", kind),
            Self::Operation(role) => (role, "this server"),
        }
    }
}

/// The resource types that the caller may search; none when that is all of them.
pub(crate) fn readable(caller: &Caller) -> Option<BTreeSet<String>> {
    let may_search = |kind: &&str| caller.permissions.has(Action::Search, kind);
    let readable: BTreeSet<String> = schema::resource_types()
        .filter(may_search)
        .map(str::to_owned)
        .collect();
    (readable.len() < schema::resource_types().count()).then_some(readable)
}

fn has(caller: &Caller, right: &Right) -> bool {
    let permissions = &caller.permissions;
    match right {
        Right::Open => true,
        Right::Bundle => permissions.has_operation(BUNDLES),
        Right::Read(kind) => permissions.has(Action::Read, kind),
        Right::File => permissions.has_files(),
        Right::Search(kind) => permissions.has(Action::Search, kind),
        Right::SearchSome => permissions.has_some(Action::Search),
        Right::Create(kind) => permissions.has(Action::Create, kind),
        Right::Update(kind) => permissions.has(Action::Update, kind),
        Right::Patch(kind) => permissions.has(Action::Patch, kind),
        Right::Delete(kind) => permissions.has(Action::Delete, kind),
        Right::Expunge(kind) => permissions.has(Action::Expunge, kind),
        Right::Export(kind) => permissions.has(Action::Export, kind),
        Right::Operation(role) => permissions.has_operation(role),
    }
}

/// Checks that the caller has a right.
///
/// # Errors
///
/// `login` (401) when nobody is calling, or the token is not believed; `forbidden` (403) when the
/// caller lacks the permission; `transient` (503) when the token cannot be verified just now.
pub(crate) fn demand(caller: &Caller, right: &Right) -> Result<(), Failure> {
    if *right == Right::Open {
        return Ok(());
    }
    match caller.refusal {
        Some(Refusal::Invalid(reason)) => return Err(unauthenticated(INVALID, reason)),
        Some(Refusal::Unavailable) => return Err(unverified()),
        None => {}
    }
    if has(caller, right) {
        return demand_system(caller, right);
    }
    if caller.user_id.is_none() {
        return Err(unauthenticated(MISSING, "a bearer token is needed"));
    }
    let (verb, kind) = right.words();
    let text = format!("Insufficient permission for {verb} for {kind}");
    let issue = challenge::issue(IssueType::Forbidden, INSUFFICIENT, text);
    let mut failure = Failure::of(Kind::Forbidden, issue);
    if caller.has_restricted_scopes {
        let text = "the token has scopes that a query restricts; this server does not enforce \
                    such restrictions, so these scopes give nothing";
        failure
            .issues
            .push(Issue::error(IssueType::Forbidden, text));
    }
    Err(failure)
}

fn unauthenticated(symbol: &'static str, text: &'static str) -> Failure {
    let issue = challenge::issue(IssueType::Login, symbol, text);
    Failure::of(Kind::Unauthenticated, issue)
}

/// It may be a good token: another one would not help.
fn unverified() -> Failure {
    let text = "the token cannot be verified: the keys of its issuer cannot be fetched; try again";
    Failure::new(Kind::Unavailable, IssueType::Transient, text)
}

/// An operation of the whole server is for systems alone.
fn demand_system(caller: &Caller, right: &Right) -> Result<(), Failure> {
    let user_type = caller.user_type.as_deref().unwrap_or("(none)");
    if !matches!(right, Right::Operation(_)) || user_type == "SYSTEM" {
        return Ok(());
    }
    let text = format!("Operation not allowed for user type: {user_type}");
    let issue = challenge::issue(IssueType::Forbidden, USER_TYPE, text);
    Err(Failure::of(Kind::Forbidden, issue))
}
