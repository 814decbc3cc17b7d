//! What leads to a resource, by the functions that writes use.

use std::sync::Arc;

use fhir::resource::Resource;
use fhir::search_parameter::Set;
use store::{Entry, Identifier, Store};

use super::Stop;
use crate::{Settings, search::registry, write};

/// Today's rules.
pub(super) struct Rules {
    settings: Arc<Settings>,
    indexed: Set,
}

impl Rules {
    /// The rules of this server, as they are now.
    ///
    /// # Errors
    ///
    /// When the search parameters cannot be read.
    pub(super) async fn of(settings: &Arc<Settings>, store: &Store) -> Result<Self, Stop> {
        let indexed = registry::indexed(store).await;
        Ok(Self {
            settings: Arc::clone(settings),
            indexed: indexed.map_err(|failure| Stop::Again(failure.into()))?,
        })
    }

    pub(super) fn identifiers(&self, resource: &Resource) -> Vec<Identifier> {
        write::identifiers_by(&self.settings, resource)
    }

    pub(super) fn entries(&self, resource: &Resource) -> Vec<Entry> {
        write::entries(&self.indexed, resource.object())
    }
}
