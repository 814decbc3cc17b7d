//! stub
use crate::json::Object;

/// What kind of link an element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// `Reference.reference`.
    Reference,
    /// An element of type uri, url, oid or uuid.
    Uri,
    /// `href` of an `<a>` or `src` of an `<img>` in a narrative.
    Narrative,
}

/// A link found in a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// Where it stands, e.g. `Organization.partOf.reference`.
    pub path: String,
    /// Its whole text.
    pub text: String,
    /// What kind it is.
    pub kind: LinkKind,
}

/// All links of a resource, in document order.
pub fn links(_resource: &Object) -> Vec<Link> {
    Vec::new()
}

/// Replaces the links for which `replacement` answers `Some`.
pub fn rewrite(
    _resource: &mut Object,
    _replacement: &mut dyn FnMut(LinkKind, &str) -> Option<String>,
) {
}
