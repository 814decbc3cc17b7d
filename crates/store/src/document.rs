//! What a document is called, and how a version of it came to be.

use std::fmt;
use std::str::FromStr;

/// The name of a document: its kind (the resource type, for the server) and its id.
///
/// Neither part holds a `/` or a `#`; the text `Organization/1` is the partition key of the head
/// and of the versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentKey {
    /// Such as `Organization`.
    pub kind: String,
    /// Unique within the kind.
    pub id: String,
}

impl DocumentKey {
    /// The document `kind/id`.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
        }
    }
}

impl fmt::Display for DocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for DocumentKey {
    type Err = NotADocumentKey;

    fn from_str(text: &str) -> Result<Self, NotADocumentKey> {
        match text.split_once('/') {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok(Self::new(kind, id)),
            _ => Err(NotADocumentKey),
        }
    }
}

/// The text is not of the form `kind/id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not of the form kind/id")]
pub struct NotADocumentKey;

/// Which kind of request made a version. History tells it, nothing depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// Created under an id that the server chose.
    Post,
    /// Created or updated under an id that the client chose.
    Put,
    /// Updated in parts.
    Patch,
    /// Deleted.
    Delete,
}

impl Method {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// The method of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Post, Self::Put, Self::Patch, Self::Delete]
            .into_iter()
            .find(|method| method.as_str() == name)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_key_is_its_text() {
        let key = DocumentKey::new("Organization", "1");
        assert_eq!(key.to_string(), "Organization/1");
        assert_eq!("Organization/1".parse(), Ok(key));
        assert_eq!("Organization".parse::<DocumentKey>(), Err(NotADocumentKey));
        assert_eq!("Organization/".parse::<DocumentKey>(), Err(NotADocumentKey));
    }

    #[test]
    fn a_method_is_found_by_its_name() {
        assert_eq!(Method::from_name("PATCH"), Some(Method::Patch));
        assert_eq!(Method::from_name("GET"), None);
    }
}
