//! Several tenants in one set of tables, buckets and queues, each with a server of its own that
//! cannot name anything of the others.
//!
//! ```text
//! name      the name of a tenant, and how it stands in front of every key
//! tables    the store's tables, keys prefixed
//! objects   blobs and files, names prefixed
//! messages  the alarm and the queue of jobs, messages prefixed
//! servers   which of the servers a request, or a message, is for
//! ```
//!
//! | key without tenancy | key of the tenant `acme` |
//! | --- | --- |
//! | `Organization/1` | `acme~Organization/1` |
//! | `export/<job>/<file>` | `acme~export/<job>/<file>` |
//! | `{"job": "…"}` | `acme~{"job": "…"}` |
//!
//! All of it is below the ports: no interaction, search, feed or job knows that there are tenants, so
//! none of them can forget it. docs/adr/0017-tenants.md says why.

mod messages;
mod name;
mod objects;
mod servers;
mod tables;

pub use name::{NotATenant, Tenant};
pub use servers::Servers;

use std::sync::Arc;

use self::{
    messages::{TenantAlarm, TenantQueue},
    name::Prefix,
    objects::{TenantBlobs, TenantFiles},
    tables::TenantTables,
};
use crate::Ports;

/// Whether there are tenants, and what says which of them a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tenancy {
    /// There are none: nothing is prefixed.
    #[default]
    Off,
    /// The token of the caller: all tenants have one base URL.
    Claim,
    /// The first segment below the base: `[base]/acme/Organization/1`. The token must name the same
    /// tenant.
    Path,
}

impl Ports {
    /// The ports of a tenant over those of all.
    fn of_tenant(&self, prefix: &Prefix) -> Self {
        let all = self.store.ports();
        let store = store::Ports {
            tables: Arc::new(TenantTables::new(all.tables, prefix.clone())),
            blobs: Arc::new(TenantBlobs::new(all.blobs, prefix.clone())),
            alarm: Arc::new(TenantAlarm::new(all.alarm, prefix.clone())),
            ..all
        };
        Self {
            store: self.store.over(store),
            files: Arc::new(TenantFiles::new(Arc::clone(&self.files), prefix.clone())),
            jobs: Arc::new(TenantQueue::new(Arc::clone(&self.jobs), prefix.clone())),
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.ids),
        }
    }
}
