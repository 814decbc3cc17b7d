//! Where a walk through a resource is, as the text that `OperationOutcome.issue.expression` takes.
//!
//! A path is a chain of borrowed steps on the call stack; it costs nothing until it is written,
//! which only happens when there is something to report.
//!
//! Choice elements keep their JSON name (`extension[1].valuePeriod.start`): it is what the client
//! can search for in the text it sent.

use std::fmt;

/// A place in a resource, e.g. `Bundle.entry[2].resource.name`.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    Root(&'a str),
    Field(&'a Path<'a>, &'a str),
    Index(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(crate) fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub(crate) fn index(&'a self, index: usize) -> Path<'a> {
        Path::Index(self, index)
    }

    /// The same place as a JSON pointer (RFC 6901), e.g. `/entry/2/resource/name`. Names of FHIR
    /// elements need no escapes.
    pub(crate) fn pointer(&self) -> String {
        match self {
            Self::Root(_) => String::new(),
            Self::Field(parent, name) => parent.pointer() + "/" + name,
            Self::Index(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) | Self::Field(Path::Root(""), name) => out.write_str(name),
            Self::Field(parent, name) => write!(out, "{parent}.{name}"),
            Self::Index(parent, index) => write!(out, "{parent}[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Path;

    #[test]
    fn a_path_is_written_as_an_expression_or_a_pointer() {
        let root = Path::Root("Bundle");
        let entries = root.field("entry");
        let entry = entries.index(2);
        let resource = entry.field("resource");
        assert_eq!(
            resource.field("name").to_string(),
            "Bundle.entry[2].resource.name"
        );
    }

    #[test]
    fn a_nameless_root_leaves_no_dot() {
        assert_eq!(Path::Root("").field("name").to_string(), "name");
    }
}
