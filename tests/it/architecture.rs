//! The rules of ARCHITECTURE.md that Cargo cannot keep: who may import what, names, sizes, and that
//! every function has its template resource, its events and its documentation.

mod events;
mod functions;
mod imports;
mod layers;
mod observability;
mod permissions;
mod sizes;
mod sources;

pub(crate) use sources::all_sources;
