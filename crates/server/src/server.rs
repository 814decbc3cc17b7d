//! A server: the store, the settings, and the ports to time and ids.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use store::{Clock, Ids, Receipt, Store};

use crate::{Settings, auth::Caller, interaction::Context, rest};

/// A FHIR server without a network: requests in, responses out. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    store: Store,
    settings: Arc<Settings>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

impl Server {
    /// A server over a store.
    pub fn new(store: Store, settings: Settings, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self {
            store,
            settings: Arc::new(settings),
            clock,
            ids,
        }
    }

    /// Answers a request of a caller. Always answers: what fails is an `OperationOutcome`.
    ///
    /// The body must be whole, and is refused beyond the limit of the settings; whoever reads it
    /// from a network bounds it before.
    pub async fn respond(&self, request: Request<Bytes>, caller: Caller) -> Response<Bytes> {
        self.respond_metered(request, caller, Arc::default()).await
    }

    /// As [`Self::respond`], with a receipt for what the request costs.
    pub async fn respond_metered(
        &self,
        request: Request<Bytes>,
        caller: Caller,
        receipt: Arc<Receipt>,
    ) -> Response<Bytes> {
        let context = Context {
            store: self.store.metered(Arc::clone(&receipt)),
            settings: Arc::clone(&self.settings),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
            caller: Arc::new(caller),
            once: None,
        };
        rest::respond(&context, &receipt, request).await
    }

    /// The settings, as they are in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}
