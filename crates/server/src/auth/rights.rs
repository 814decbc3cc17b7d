//! Which roles a request asks for: the role grammar of the Danish eHealth platform.
//!
//! | right | roles, any of |
//! | --- | --- |
//! | read, vread, history, search | `<Type>.read`, `<Type>.search`, `<Type>.*` |
//! | create | `<Type>.create`, `<Type>.write`, `<Type>.*` |
//! | patch | `<Type>.patch`, `<Type>.update`, `<Type>.write`, `<Type>.*` |
//! | update | `<Type>.update`, `<Type>.write`, `<Type>.*` |
//! | delete | `<Type>.delete`, `<Type>.write`, `<Type>.*` |
//! | history of everything | the right to read some type; other types are left out |
//! | expunge | `<Type>.$expunge` |
//! | export of a type | `<Type>.search`, `<Type>.*` |
//! | operation of the whole server | its own role, such as `$bulk-export`; only for `SYSTEM` users |
//! | bundle | `FHIR.transaction`, and the right of each entry |

use std::collections::BTreeSet;

use fhir::{
    outcome::{Coding, Issue, IssueType},
    schema,
};

use crate::{
    auth::Caller,
    failure::{Failure, Kind},
};

/// The code system of our symbolic error codes.
const ERROR_CODES: &str = "urn:fyr:error-codes";

/// One thing a caller may or may not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Right {
    /// Nothing is asked: anybody may.
    Open,
    /// A transaction or batch, apart from what its entries ask.
    Bundle,
    /// Read, vread, history.
    Read(String),
    /// The history of everything: as far as the caller may read at all.
    ReadSome,
    /// Search.
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
    /// The resource type (or `FHIR`), the verb, and the other verbs that include it.
    fn words(&self) -> (&str, &'static str, &'static [&'static str]) {
        match self {
            Self::Open => ("", "", &[]),
            Self::Bundle => ("FHIR", "transaction", &[]),
            Self::Read(kind) => (kind, "read", &["search", "*"]),
            Self::Search(kind) => (kind, "search", &["read", "*"]),
            Self::ReadSome => ("any resource type", "read", &[]),
            Self::Create(kind) => (kind, "create", &["write", "*"]),
            Self::Update(kind) => (kind, "update", &["write", "*"]),
            Self::Patch(kind) => (kind, "patch", &["update", "write", "*"]),
            Self::Delete(kind) => (kind, "delete", &["write", "*"]),
            Self::Expunge(kind) => (kind, "$expunge", &[]),
            Self::Export(kind) => (kind, "search", &["*"]),
            Self::Operation(role) => ("", role, &[]),
        }
    }
}

/// The resource types that the caller may read; none when that is all of them.
pub(crate) fn readable(caller: &Caller) -> Option<BTreeSet<String>> {
    let may_read = |kind: &&str| has(caller, &Right::Read((*kind).to_owned()));
    let readable: BTreeSet<String> = schema::resource_types()
        .filter(may_read)
        .map(str::to_owned)
        .collect();
    (readable.len() < schema::resource_types().count()).then_some(readable)
}

fn has(caller: &Caller, right: &Right) -> bool {
    let (kind, verb, wider) = right.words();
    let accepted: Vec<String> = std::iter::once(&verb)
        .chain(wider)
        .map(|verb| match kind {
            "" => (*verb).to_owned(),
            kind => format!("{kind}.{verb}"),
        })
        .collect();
    caller.has_any(&accepted)
}

/// Checks that the caller has a right.
///
/// # Errors
///
/// `login` (401) when nobody is calling, `forbidden` (403) when the caller lacks the role.
pub(crate) fn demand(caller: &Caller, right: &Right) -> Result<(), Failure> {
    if *right == Right::Open {
        return Ok(());
    }
    let (kind, verb, _) = right.words();
    if caller.user_id.is_none() {
        let text = "a bearer token is needed";
        return Err(Failure::new(Kind::Unauthenticated, IssueType::Login, text));
    }
    let is_allowed = match right {
        Right::ReadSome => readable(caller).is_none_or(|kinds| !kinds.is_empty()),
        right => has(caller, right),
    };
    if is_allowed {
        return demand_system(caller, right);
    }
    let of = if kind.is_empty() { "this server" } else { kind };
    let issue = Issue::error(
        IssueType::Forbidden,
        format!("Insufficient permission for {verb} for {of}"),
    )
    .coded(Coding::new(
        ERROR_CODES,
        "SECURITY_TOKEN_INSUFFICIENT_PERMISSION",
    ));
    Err(Failure::of(Kind::Forbidden, issue))
}

/// An operation of the whole server is for systems alone.
fn demand_system(caller: &Caller, right: &Right) -> Result<(), Failure> {
    let user_type = caller.user_type.as_deref().unwrap_or("(none)");
    if !matches!(right, Right::Operation(_)) || user_type == "SYSTEM" {
        return Ok(());
    }
    let text = format!("Operation not allowed for user type: {user_type}");
    Err(Failure::new(Kind::Forbidden, IssueType::Forbidden, text))
}
