//! What the organizations of a bundle are part of, and how their references to it are written.

use fhir::bundle::{Bundle, BundleEntry};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Question, element::reference};

/// What an entry is part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parent {
    /// Nothing: it is a root.
    Nobody,
    /// The entry at this position.
    Inside(usize),
    /// A stored organization, if there is one.
    Outside(Question),
    /// Something that no organization can be found by.
    Unknown,
}

/// What has to be known of parents outside of the bundle.
pub(super) fn questions(parents: Vec<Parent>) -> Vec<Question> {
    let outside = parents.into_iter().filter_map(|parent| match parent {
        Parent::Outside(question) => Some(question),
        _ => None,
    });
    outside.collect()
}

/// Lets each `partOf` refer to its parent: in the bundle by the URL that `name` gives its entry, outside
/// by a criterion when it was named by an identifier.
pub(super) fn link(
    bundle: &mut Bundle,
    parents: &[Parent],
    name: impl Fn(&BundleEntry) -> Option<String>,
) {
    let urls: Vec<Option<String>> = bundle.entries.iter().map(name).collect();
    for (entry, parent) in bundle.entries.iter_mut().zip(parents) {
        let target = match parent {
            Parent::Inside(at) => urls.get(*at).cloned().flatten(),
            Parent::Outside(Question::Identifier { system, value, .. }) => {
                let token = format!("{system}|{value}");
                let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
                Some(format!("Organization?identifier={token}"))
            }
            _ => None,
        };
        let resource = entry
            .resource
            .as_mut()
            .map(fhir::resource::Resource::object_mut);
        if let (Some(target), Some(resource)) = (target, resource)
            && reference(resource, "partOf") != Some(target.as_str())
            && let Some(part_of) = resource.get_mut("partOf").and_then(Value::as_object_mut)
        {
            part_of.insert("reference".into(), target.into());
        }
    }
}
