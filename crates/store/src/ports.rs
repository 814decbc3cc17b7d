//! What the store asks of its host: where things are kept, who is reminded, time and chance.

use std::sync::Arc;

use crate::alarm::Alarm;
use crate::blob::Blobs;
use crate::clock::{Clock, Ids};
use crate::table::Tables;

/// The host's side of a store. Cheap to clone: the parts are shared.
#[derive(Clone)]
pub struct Ports {
    /// The tables.
    pub tables: Arc<dyn Tables>,
    /// Bodies that are too large for the tables.
    pub blobs: Arc<dyn Blobs>,
    /// Reminders to finish large transactions.
    pub alarm: Arc<dyn Alarm>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Names and chance.
    pub ids: Arc<dyn Ids>,
}
