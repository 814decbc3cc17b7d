//! The store: the ports and settings that every operation works with.

use std::sync::Arc;

use crate::clock::{Clock, Ids};
use crate::feed::KnownMonths;
use crate::in_flight::SharedInFlight;
use crate::receipt::Receipt;
use crate::settings::Settings;
use crate::table::Tables;

/// Versioned documents with atomic transactions. Cheap to clone: the parts are shared.
#[derive(Clone)]
pub struct Store {
    pub(crate) tables: Arc<dyn Tables>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) settings: Settings,
    pub(crate) receipt: Option<Arc<Receipt>>,
    pub(crate) in_flight: SharedInFlight,
    pub(crate) months: KnownMonths,
}

impl Store {
    /// A store over these tables.
    pub fn new(
        tables: Arc<dyn Tables>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        settings: Settings,
    ) -> Self {
        Self {
            tables,
            clock,
            ids,
            settings,
            receipt: None,
            in_flight: SharedInFlight::default(),
            months: KnownMonths::default(),
        }
    }

    /// The same store, which also adds the cost of everything it does to the receipt.
    pub fn metered(&self, receipt: Arc<Receipt>) -> Self {
        Self {
            receipt: Some(receipt),
            ..self.clone()
        }
    }
}
