//! How much goes into a call.

use serde_json::Value;

/// How much that is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) organizations: usize,
    /// Bytes of text.
    pub(super) bytes: usize,
    /// Values of JSON.
    pub(super) values: usize,
}

/// The most that a call may have: a request takes 6 MiB, on Lambda with every quotation mark escaped, and
/// 500,000 values.
pub(super) const MOST: Size = Size {
    organizations: 5_000,
    bytes: 4 * 1024 * 1024,
    values: 400_000,
};

/// What an entry has beside its resource.
const ENTRY: Size = Size {
    organizations: 1,
    bytes: 250,
    values: 6,
};

impl Size {
    /// Of an organization in its entry.
    pub(super) fn of(resource: &Value) -> Self {
        ENTRY.plus(Self {
            organizations: 0,
            bytes: resource.to_string().len(),
            values: values(resource),
        })
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            organizations: self.organizations + other.organizations,
            bytes: self.bytes + other.bytes,
            values: self.values + other.values,
        }
    }

    pub(super) fn fits(self, most: Self) -> bool {
        self.organizations <= most.organizations
            && self.bytes <= most.bytes
            && self.values <= most.values
    }
}

fn values(value: &Value) -> usize {
    let inside: usize = match value {
        Value::Object(members) => members.values().map(values).sum(),
        Value::Array(all) => all.iter().map(values).sum(),
        _ => 0,
    };
    inside + 1
}
