//! Who is calling, and what a request asks of the caller.
//!
//! Tokens are verified before a request reaches this crate (on AWS by the gateway's JWT authorizer;
//! the local server without an issuer is in development mode). What arrives here is a [`Caller`].

mod caller;
mod rights;

pub use caller::Caller;
pub(crate) use rights::{Right, demand, readable};
