//! The parameters of a search that say what matches: all of them must hold.
//!
//! <http://hl7.org/fhir/R4/search.html#modifiers>, `search.html#chaining`, `search.html#has`
//!
//! | parameter | condition |
//! | --- | --- |
//! | `_id=1,2` | these ids |
//! | `name=a,b` | a criterion on the resource itself |
//! | `partof.name=a`, `subject:Patient.name=a` | a criterion on what it refers to |
//! | `_has:Patient:organization:name=a` | a criterion on what refers to it |
//! | `partof:below=1`, `partof:above=1` | a place in the hierarchy |

use std::collections::BTreeSet;

use fhir::{identifier::TokenCriterion, query, search::Criterion};

use super::window::Window;

/// See the module head.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    /// One of these ids.
    Ids(BTreeSet<String>),
    /// On the resource.
    Field(Field),
    /// On what the resource refers to.
    Chain(Chain),
    /// On what refers to the resource.
    Has(Chain),
    /// In a hierarchy of references.
    Tree(Tree),
}

/// A criterion on the resource itself.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Decides.
    pub(crate) criterion: Criterion,
    /// The key items that know all matches, when it is about identifiers.
    pub(crate) keys: Option<Vec<store::Criterion>>,
    /// Whether it is about a reference.
    pub(crate) is_reference: bool,
    /// The time outside which nothing matches, when it is about the time of the last change.
    pub(crate) window: Option<Window>,
}

/// A condition on other resources, and the reference between them and those that are searched.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    /// The type of the others.
    pub(crate) kind: String,
    /// The reference's search parameter: of the searched type, or for `_has` of the other.
    pub(crate) reference: String,
    /// What must hold of the others.
    pub(crate) conditions: Vec<Condition>,
}

/// A place in a hierarchy of one type.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    /// The reference to the parent.
    pub(crate) reference: String,
    /// `:below`, as opposed to `:above`.
    pub(crate) is_below: bool,
    /// Ids of where to start.
    pub(crate) ids: Vec<String>,
}

impl Condition {
    /// The key item that knows all matches, when there is one.
    pub(crate) fn key(&self) -> Option<&store::Criterion> {
        match self {
            Self::Field(field) => match field.keys.as_deref() {
                Some([key]) => Some(key),
                _ => None,
            },
            _ => None,
        }
    }

    /// The condition as text: the same for all ways to write it.
    pub(crate) fn canonical(&self) -> String {
        let inner = |chain: &Chain| {
            let inner: Vec<String> = chain.conditions.iter().map(Self::canonical).collect();
            inner.join("&")
        };
        match self {
            Self::Ids(ids) => {
                let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
                format!("_id={}", ids.join(","))
            }
            Self::Field(field) => field.criterion.canonical().to_owned(),
            Self::Chain(chain) => {
                format!("{}:{}.{}", chain.reference, chain.kind, inner(chain))
            }
            Self::Has(chain) => {
                format!("_has:{}:{}:{}", chain.kind, chain.reference, inner(chain))
            }
            Self::Tree(tree) => {
                let modifier = if tree.is_below { "below" } else { "above" };
                format!("{}:{modifier}={}", tree.reference, tree.ids.join(","))
            }
        }
    }
}

/// `1,2`, also as `Organization/1`.
pub(super) fn ids(kind: &str, value: &str) -> BTreeSet<String> {
    let prefix = format!("{kind}/");
    let own = |part: &str| {
        let part = query::unescape(part);
        part.strip_prefix(prefix.as_str())
            .unwrap_or(&part)
            .to_owned()
    };
    query::alternatives(value).into_iter().map(own).collect()
}

/// The key items of identifiers; none when one of them names no value.
pub(super) fn keys(value: &str) -> Option<Vec<store::Criterion>> {
    let key = |part: &str| {
        let criterion = TokenCriterion::parse(part)?;
        Some(store::Criterion {
            key: criterion.value()?.to_owned(),
            token: criterion.token(),
        })
    };
    query::alternatives(value).into_iter().map(key).collect()
}
