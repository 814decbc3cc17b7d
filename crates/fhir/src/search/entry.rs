//! Index entries, and the ranges that find them.
//!
//! An entry costs a write with every change of its resource, so not every parameter has entries.
//! `indexing` is the one place that decides. What has none is found by another criterion, or by
//! going through the type.
//!
//! | parameter | partition | sort text |
//! |---|---|---|
//! | string | shard | folded value |
//! | token | shard | `code\|system` |
//! | URI | shard | URI |
//! | reference to `Patient/1` | `1` | `Patient` |
//! | reference to `Organization/1` | `1~` shard | `Organization` |
//! | reference to a URL | `~` shard | URL |
//!
//! A shard is `0` to `7`, by the resource's id. It spreads what many resources have in common: names
//! begin alike, codes are few, and thousands of resources point to one organization. What few point
//! to, such as a patient's record, has one partition, which is found with one query.

mod driver;

pub(super) use driver::drivers;

use super::fold::fold;
use super::value::reference::{self, ReferenceTarget};
use super::value::{text, token};
use crate::json::Object;
use crate::search_parameter::{Found, SearchParameter, SearchType, Set};

/// Under what a resource stands in the index of its type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexEntry {
    /// The parameter's code.
    pub parameter: String,
    /// Which partition of the parameter's index.
    pub partition: String,
    /// The place within the partition; entries are ordered by its bytes.
    pub sort: String,
}

/// Entries of one partition whose sort text is in `from..=to`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range {
    /// The parameter's code.
    pub parameter: String,
    /// Which partition of the parameter's index.
    pub partition: String,
    /// The first sort text; `None` from the start.
    pub from: Option<String>,
    /// The last sort text; it ends with U+10FFFF, so that it is also an upper bound of everything
    /// that only starts with what it starts with. `None` up to the end.
    pub to: Option<String>,
}

impl Range {
    /// Whether this range holds an entry.
    pub fn holds(&self, entry: &IndexEntry) -> bool {
        self.parameter == entry.parameter
            && self.partition == entry.partition
            && self.from.as_ref().is_none_or(|from| *from <= entry.sort)
            && self.to.as_ref().is_none_or(|to| entry.sort <= *to)
    }
}

/// Partitions of what many resources have in common.
const SHARDS: u64 = 8;
/// Sort texts are cut here.
const MAX_SORT_BYTES: usize = 128;
/// Greater than any character of a sort text.
const LAST: char = '\u{10ffff}';

/// The strings that are looked for by: names and titles. Not descriptions, not parts of addresses.
const INDEXED_STRINGS: [&str; 4] = ["name", "family", "given", "title"];
/// What all or most resources of a type have alike, or nobody looks for.
const NOT_INDEXED: [&str; 3] = ["_profile", "_security", "_source"];
/// What many resources point to.
const SHARED_TARGETS: [&str; 12] = [
    "ActivityDefinition",
    "Device",
    "Endpoint",
    "HealthcareService",
    "InsurancePlan",
    "Location",
    "Medication",
    "Organization",
    "PlanDefinition",
    "Practitioner",
    "PractitionerRole",
    "Questionnaire",
];

/// Whether resources have index entries for a parameter.
fn is_indexed(parameter: &SearchParameter, resource_type: &str) -> bool {
    let code = parameter.code();
    if NOT_INDEXED.contains(&code) || parameter.is_phonetic() {
        return false;
    }
    match parameter.kind() {
        SearchType::Reference | SearchType::Uri => true,
        SearchType::String => parameter.is_custom() || INDEXED_STRINGS.contains(&code),
        // the resource's own identifiers have keys of their own; the rest of R4's tokens that are
        // no codings are few values that most resources have: status, gender, active
        SearchType::Token if parameter.is_custom() => true,
        SearchType::Token => {
            let compiled = parameter.compiled(resource_type);
            code != "identifier" && compiled.is_some_and(|compiled| compiled.has_systems)
        }
        _ => false,
    }
}

/// The entries of a resource: sorted, none twice. It must have its id.
pub fn index_entries(set: &Set, resource: &Object) -> Vec<IndexEntry> {
    let text = |name| resource.get(name).and_then(serde_json::Value::as_str);
    let resource_type = text("resourceType").unwrap_or("");
    let shard = shard(text("id").unwrap_or(""));
    let root = Found::resource(resource);
    let mut entries = Vec::new();
    for parameter in set.of(resource_type) {
        if !is_indexed(parameter, resource_type) {
            continue;
        }
        let entry = |(partition, sort): (String, String)| IndexEntry {
            parameter: parameter.code().to_owned(),
            partition,
            sort,
        };
        for found in parameter.values_of(root) {
            entries.extend(
                places(parameter.kind(), &found, shard)
                    .into_iter()
                    .map(entry),
            );
        }
    }
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Where a value stands: partition and sort text.
fn places(kind: SearchType, found: &Found<'_>, shard: u64) -> Vec<(String, String)> {
    let sharded = |sort: String| (shard.to_string(), sort);
    match kind {
        SearchType::String => {
            let texts = text::texts(found).into_iter();
            texts.map(|text| sharded(cut(&fold(text)))).collect()
        }
        SearchType::Token => {
            let codes = token::codes(found).into_iter();
            codes
                .map(|code| sharded(cut(&place_of_code(code))))
                .collect()
        }
        SearchType::Uri => {
            let uri = found.node.as_str().into_iter();
            uri.map(|uri| sharded(cut(uri))).collect()
        }
        SearchType::Reference => {
            let target = reference::target(found).into_iter();
            target
                .map(|target| place_of_target(target, shard))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn place_of_code(code: token::Code<'_>) -> String {
    let system = match code.system {
        token::System::Named(system) => system,
        _ => "",
    };
    format!("{}|{system}", code.code)
}

fn place_of_target(target: ReferenceTarget, shard: u64) -> (String, String) {
    match target {
        ReferenceTarget::Local { kind, id, .. } => {
            let kind = kind.unwrap_or_default();
            let partition = if is_shared(&kind) {
                shared(&id, shard)
            } else {
                id
            };
            (partition, kind)
        }
        ReferenceTarget::Remote { url, .. } => (shared("", shard), cut(&url)),
    }
}

fn is_shared(kind: &str) -> bool {
    SHARED_TARGETS.contains(&kind)
}

/// The partition of what points to a shared target.
fn shared(id: &str, shard: u64) -> String {
    format!("{id}~{shard}")
}

/// FNV-1a: the same for ever, since entries at rest depend on it.
fn shard(id: &str) -> u64 {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    // the low bits alone are poor
    (hash ^ (hash >> 32)) % SHARDS
}

/// A sort text of bounded length; what starts alike is still next to each other.
fn cut(text: &str) -> String {
    let text = text.split(LAST).next().unwrap_or("");
    let end = text.floor_char_boundary(MAX_SORT_BYTES);
    text.get(..end).unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests;
