//! What a row of the route table leads to, and what it asks of the caller.

use fhir::{query::Parameter, version::VersionId};
use store::DocumentKey;

use crate::auth::Right;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    /// The capability statement.
    Capabilities,
    /// How clients get tokens.
    SmartConfiguration,
    /// A transaction or a batch.
    Bundle,
    /// The current version of a resource.
    Read(DocumentKey),
    /// A certain version.
    Vread(DocumentKey, VersionId),
    /// All versions of a resource, newest first.
    History(DocumentKey),
    /// All versions of all resources of a type, newest first.
    TypeHistory(String),
    /// All versions of everything, newest first.
    SystemHistory,
    /// `$export` of everything.
    Export,
    /// How far an export is.
    ExportStatus,
    /// That an export is not wanted any more.
    ExportCancel,
    /// The resources that meet a query, of a type or of several.
    Search(Option<String>),
    /// `$lookup` of a code.
    Lookup,
    /// `$meta` of a resource.
    Meta(DocumentKey),
    /// `$validate` of a resource of this type, perhaps for this id.
    Validate(String, Option<String>),
    /// `$reindex`.
    Reindex,
    /// How far a reindex is.
    ReindexStatus,
    /// `$expunge` of a resource.
    Expunge(DocumentKey),
    /// `$import-organizations`.
    ImportOrganizations,
    /// How far an import is.
    ImportStatus,
    /// That an import is not wanted any more.
    ImportCancel,
    /// `$traverse-to-sor` from an organization.
    TraverseToSor(DocumentKey),
    /// A new resource of this type.
    Create(String),
    /// A new version of a resource.
    Update(DocumentKey),
    /// A new version of the resource that matches a query, or a new resource.
    ConditionalUpdate(String, String),
    /// A change of parts of a resource.
    Patch(DocumentKey),
    /// A change of parts of the resource that matches a query.
    ConditionalPatch(String, String),
    /// The deletion of a resource.
    Delete(DocumentKey),
    /// The deletion of the resource that matches a query.
    ConditionalDelete(String, String),
}

impl Route {
    /// Whether it changes resources, apart from bundles.
    pub(crate) fn writes(&self) -> bool {
        matches!(
            self,
            Self::Create(_)
                | Self::Update(_)
                | Self::ConditionalUpdate(..)
                | Self::Patch(_)
                | Self::ConditionalPatch(..)
                | Self::Delete(_)
                | Self::ConditionalDelete(..)
                | Self::Expunge(_)
                | Self::ImportOrganizations
        )
    }

    /// Whether its body may be left out.
    pub(crate) fn may_have_no_body(&self) -> bool {
        matches!(
            self,
            Self::Export
                | Self::ExportStatus
                | Self::Reindex
                | Self::Lookup
                | Self::Meta(_)
                | Self::Validate(..)
        )
    }

    /// Whether it may lead to a file of NDJSON.
    pub(crate) fn may_be_lines(&self) -> bool {
        matches!(self, Self::Read(key) | Self::Vread(key, _) if key.kind == "Binary")
    }

    /// Whether it leads to plain text, in the end.
    pub(crate) fn may_be_text(&self, parameters: &[Parameter]) -> bool {
        *self == Self::ReindexStatus
            && parameters
                .iter()
                .any(|one| one.name == "_return" && one.value == "report")
    }

    /// The type of the resource that is written, for a route that writes one.
    pub(crate) fn written_kind(&self) -> Option<&str> {
        match self {
            Self::Create(kind)
            | Self::ConditionalUpdate(kind, _)
            | Self::ConditionalPatch(kind, _)
            | Self::ConditionalDelete(kind, _) => Some(kind),
            Self::Update(key) | Self::Patch(key) | Self::Delete(key) | Self::Expunge(key) => {
                Some(&key.kind)
            }
            _ => None,
        }
    }

    /// The same of an entry: a bundle reads no files of exports.
    pub(crate) fn right_in_bundle(&self) -> Right {
        match self.right() {
            Right::File => Right::Read("Binary".to_owned()),
            right => right,
        }
    }

    /// What the caller must be allowed to do.
    pub(crate) fn right(&self) -> Right {
        match self {
            Self::Capabilities | Self::SmartConfiguration => Right::Open,
            Self::Bundle => Right::Bundle,
            Self::ImportOrganizations | Self::ImportStatus | Self::ImportCancel => {
                Right::Operation("$import-organizations")
            }
            // perhaps a file of an export; else it is asked again
            Self::Read(key) | Self::Vread(key, _) if key.kind == "Binary" => Right::File,
            Self::Read(key)
            | Self::Vread(key, _)
            | Self::History(key)
            | Self::Meta(key)
            | Self::TraverseToSor(key) => Right::Read(key.kind.clone()),
            Self::Lookup => Right::Read("CodeSystem".to_owned()),
            Self::Validate(kind, _) => Right::Read(kind.clone()),
            Self::Search(Some(kind)) | Self::TypeHistory(kind) => Right::Search(kind.clone()),
            // what it searches is asked for type by type
            Self::SystemHistory | Self::Search(None) => Right::SearchSome,
            Self::Create(kind) => Right::Create(kind.clone()),
            Self::Update(key) => Right::Update(key.kind.clone()),
            Self::ConditionalUpdate(kind, _) => Right::Update(kind.clone()),
            Self::Patch(key) => Right::Patch(key.kind.clone()),
            Self::ConditionalPatch(kind, _) => Right::Patch(kind.clone()),
            Self::Delete(key) => Right::Delete(key.kind.clone()),
            Self::Export | Self::ExportStatus | Self::ExportCancel => {
                Right::Operation("$bulk-export")
            }
            Self::Reindex | Self::ReindexStatus => Right::Operation("$reindex"),
            Self::Expunge(key) => Right::Expunge(key.kind.clone()),
            Self::ConditionalDelete(kind, _) => Right::Delete(kind.clone()),
        }
    }
}
