//! Who is calling, and what a request asks of the caller.
//!
//! ```text
//! token/      a bearer token, verified: its issuer, its key, its time       -> claims
//! caller      the claims of a token                                          -> Caller
//! role        FUT's roles, `Organization.read`                               -> permissions
//! scope       SMART's system scopes, `system/Organization.rs`                -> permissions
//! permission  what a caller may do, whatever it was called in the token
//! rights      what a route asks for, and whether the caller has it
//! challenge   what a refused caller is told: `WWW-Authenticate`
//! settings    the trusted issuers, and what needs no token
//! ```
//!
//! A host asks its [`Verifier`] who sent a request, and hands the [`Caller`] on with the request. A
//! caller whose token is refused gets that far too: what anybody may see is shown to them as well.

mod caller;
mod challenge;
mod permission;
mod rights;
mod role;
mod scope;
mod settings;
pub mod token;

pub use caller::Caller;
pub use settings::{Issuer, Settings};
pub use token::{Refusal, Verifier, VerifierPorts};

pub(crate) use challenge::{challenge, refuse_token};
pub(crate) use rights::{Right, demand, readable};
