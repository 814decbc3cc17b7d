//! One entry of a transaction or batch.

use serde_json::Value;

use super::request::Request;
use crate::json::Object;
use crate::outcome::{Issue, IssueType};
use crate::path::Path;
use crate::resource::Resource;
use crate::schema;

/// An entry: what to do, and with which resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleEntry {
    /// Its position in `Bundle.entry`, from 0.
    pub index: usize,
    /// The identity by which other entries refer to it; an opaque text.
    pub full_url: Option<String>,
    /// The resource; always there for POST, PUT and PATCH.
    pub resource: Option<Resource>,
    /// What to do.
    pub request: Request,
}

impl BundleEntry {
    /// The entry's place: `Bundle.entry[2]`.
    pub fn path(&self) -> String {
        path(self.index)
    }

    pub(super) fn parse(
        index: usize,
        entry: Value,
        warnings: &mut Vec<(usize, Issue)>,
    ) -> Result<Self, Vec<Issue>> {
        let place = path(index);
        let Value::Object(mut entry) = entry else {
            let text = "an entry must be an object";
            return Err(vec![Issue::error(IssueType::Structure, text).at(place)]);
        };
        let resource = entry.shift_remove("resource");
        let root = Path::Root(&place);
        // an entry may consist of its resource only; that it needs a request is said below
        let mut issues = if resource.is_some() && entry.is_empty() {
            Vec::new()
        } else {
            schema::check_element("Bundle.entry", &entry, &root)
        };
        let request = Request::parse(&entry, &place, resource.is_some(), &mut issues);
        let resource = resource.and_then(|resource| {
            read_resource(resource, &format!("{place}.resource"), index, warnings)
                .map_err(|problems| issues.extend(problems))
                .ok()
        });
        match request {
            Some(request) if issues.is_empty() => Ok(Self {
                index,
                full_url: full_url(&entry),
                resource,
                request,
            }),
            _ => Err(issues),
        }
    }
}

fn path(index: usize) -> String {
    format!("Bundle.entry[{index}]")
}

fn full_url(entry: &Object) -> Option<String> {
    entry
        .get("fullUrl")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned)
}

fn read_resource(
    mut value: Value,
    place: &str,
    index: usize,
    warnings: &mut Vec<(usize, Issue)>,
) -> Result<Resource, Vec<Issue>> {
    if let Value::Object(object) = &mut value {
        let dropped = schema::drop_empty(object);
        warnings.extend(
            dropped
                .into_iter()
                .map(|warning| (index, warning.within(place))),
        );
    }
    Resource::from_value(value).map_err(|issues| {
        issues
            .into_iter()
            .map(|issue| issue.within(place))
            .collect()
    })
}
