//! stub
use crate::json::Object;
use crate::outcome::Issue;

/// Checks the structure of a resource.
pub fn check(_resource: &Object) -> Vec<Issue> {
    Vec::new()
}

/// Drops empty strings from arrays.
pub fn drop_empty(_resource: &mut Object) -> Vec<Issue> {
    Vec::new()
}

pub(crate) fn check_element(
    _structure: &str,
    _object: &Object,
    _root: &crate::path::Path<'_>,
) -> Vec<Issue> {
    Vec::new()
}

/// Whether R4 has a resource type of this name that can be instantiated.
pub fn is_resource_type(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}
