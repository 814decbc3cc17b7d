//! The store: the ports and settings that every operation works with.

use std::sync::Arc;

use crate::alarm::Alarm;
use crate::blob::Blobs;
use crate::clock::{Clock, Ids};
use crate::dictionary::Dictionaries;
use crate::feed::KnownMonths;
use crate::in_flight::SharedInFlight;
use crate::ports::Ports;
use crate::receipt::Receipt;
use crate::settings::Settings;
use crate::table::Tables;

/// Versioned documents with atomic transactions. Cheap to clone: the parts are shared.
#[derive(Clone)]
pub struct Store {
    pub(crate) tables: Arc<dyn Tables>,
    pub(crate) blobs: Arc<dyn Blobs>,
    pub(crate) alarm: Arc<dyn Alarm>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) settings: Settings,
    pub(crate) dictionaries: Dictionaries,
    pub(crate) receipt: Option<Arc<Receipt>>,
    pub(crate) in_flight: SharedInFlight,
    pub(crate) months: KnownMonths,
}

impl Store {
    /// A store over these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self {
            tables: ports.tables,
            blobs: ports.blobs,
            alarm: ports.alarm,
            clock: ports.clock,
            ids: ports.ids,
            settings,
            dictionaries: Dictionaries::default(),
            receipt: None,
            in_flight: SharedInFlight::default(),
            months: KnownMonths::default(),
        }
    }

    /// The ports that it is over.
    pub fn ports(&self) -> Ports {
        Ports {
            tables: Arc::clone(&self.tables),
            blobs: Arc::clone(&self.blobs),
            alarm: Arc::clone(&self.alarm),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        }
    }

    /// Another store over other ports, with the same settings, dictionaries and receipt.
    pub fn over(&self, ports: Ports) -> Self {
        Self {
            dictionaries: self.dictionaries,
            receipt: self.receipt.clone(),
            ..Self::new(ports, self.settings)
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
