//! The name of a tenant, and how it stands in front of every key.

use std::{fmt, str::FromStr, sync::Arc};

/// What ends a tenant's name. No id, type, job or key of ours begins with a tenant's name and it.
const SEPARATOR: char = '~';
/// What a name may have.
const MAX_NAME: usize = 32;

/// The name of a tenant: 1 to 32 of `a-z 0-9 -`. So it is never the type of a resource, and a URL
/// does not have to encode it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant(String);

/// The text cannot be the name of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the name of a tenant is 1 to {MAX_NAME} small letters, digits or '-'")]
pub struct NotATenant;

impl FromStr for Tenant {
    type Err = NotATenant;

    fn from_str(name: &str) -> Result<Self, NotATenant> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if (1..=MAX_NAME).contains(&name.len()) && name.chars().all(plain) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NotATenant)
        }
    }
}

impl Tenant {
    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands in front of the names of a tenant: `acme~`. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Prefix(Arc<str>);

impl Prefix {
    pub(super) fn of(tenant: &Tenant) -> Self {
        Self(format!("{tenant}{SEPARATOR}").into())
    }

    /// That of requests that no tenant is known for: nothing is ever kept under it.
    pub(super) fn of_nobody() -> Self {
        Self(SEPARATOR.to_string().into())
    }

    /// `Organization/1` becomes `acme~Organization/1`.
    pub(super) fn add(&self, name: &str) -> String {
        format!("{}{name}", self.0)
    }

    /// The other way; none for a name of another tenant.
    pub(super) fn strip<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.0.as_ref())
    }
}

/// The tenant that a message is of, and the message.
pub(super) fn split(text: &str) -> Option<(Tenant, &str)> {
    let (name, rest) = text.split_once(SEPARATOR)?;
    Some((name.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_small_and_plain() {
        for name in ["a", "acme", "acme-2", &"a".repeat(32)] {
            assert_eq!(name.parse::<Tenant>().unwrap().as_str(), name);
        }
        for wrong in ["", "Acme", "a~b", "a/b", "a b", "å", "..", &"a".repeat(33)] {
            assert_eq!(wrong.parse::<Tenant>(), Err(NotATenant), "{wrong}");
        }
    }

    #[test]
    fn a_prefix_is_stripped_from_what_it_was_added_to_and_from_nothing_else() {
        let (acme, acm) = (Tenant("acme".into()), Tenant("acm".into()));
        let key = Prefix::of(&acme).add("Organization/1");
        assert_eq!(Prefix::of(&acme).strip(&key), Some("Organization/1"));
        assert_eq!(Prefix::of(&acm).strip(&key), None);
        assert_eq!(Prefix::of_nobody().strip(&key), None);
        assert_eq!(split(&key), Some((acme, "Organization/1")));
        assert_eq!(split("Organization/1"), None);
        assert_eq!(split("~Organization/1"), None);
    }
}
