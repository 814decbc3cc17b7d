//! What a Fyr server does: the REST API of FHIR R4 over a [`store::Store`], for any table and any
//! host.
//!
//! The spec: <http://hl7.org/fhir/R4/http.html>. A request comes in as an [`http::Request`] with the
//! caller already known, and goes out as an [`http::Response`]; a Lambda function and the local
//! server differ only in how they make the one and send the other.
//!
//! ```text
//! rest/         request -> route -> response, the edge: content types, Prefer, gzip, headers
//! interaction/  one file per FHIR interaction, named after it
//! operation/    one file per operation ($expunge)
//! search/       the resources that meet a query
//! write/        the one pipeline behind every interaction that writes, alone or in a bundle
//! rules/        what a country or a platform asks of resources beyond FHIR
//! audit/        what is recorded of a request
//! auth/         who the caller is, and what a route asks of them
//! job/          work that is done in steps by whoever is free
//! tenancy/      several tenants over one set of ports
//! port/         what the server asks of its host, beside the store's ports
//! failure.rs    every way a request fails, and its HTTP status
//! ```
//!
//! This crate never sees an AWS type, reads no clock and no environment, and keeps no state of its
//! own between requests.

mod audit;
pub mod auth;
mod deadline;
mod dictionaries;
pub mod failure;
mod interaction;
mod job;
mod operation;
pub mod port;
mod rest;
mod route;
pub mod rules;
mod search;
mod server;
mod settings;
#[cfg(any(test, feature = "simulated"))]
pub mod simulated;
mod tenancy;
mod write;

pub use deadline::Deadline;
pub use failure::{Failure, Kind};
pub use job::{Again, Ticked};
pub use operation::export::{Scheduled, ScheduledExport};
pub use server::{Ports, Server};
pub use settings::{
    Audit, ExportSettings, JobSettings, Origins, SearchLimits, Settings, UniqueSystems,
};
pub use tenancy::{NotATenant, Servers, Tenancy, Tenant};

/// The method and the path of every row of the route table, such as `GET [type]/[id]`.
pub fn routes() -> impl Iterator<Item = (&'static http::Method, &'static str)> {
    route::paths()
}
