//! What verifying tokens needs of the outside: the issuers' keys, and the mathematics.
//!
//! What makes a token good is the `server` crate's to say (`server::auth::token`).

mod keys;
mod signatures;

use std::sync::Arc;

use server::auth::{Verifier, VerifierPorts};

use crate::Config;
use crate::system::SystemClock;

pub use keys::PublishedKeys;
pub use signatures::AwsLc;

/// A verifier of the tokens of the settings' issuers; none when there are no issuers. Fetches
/// nothing.
pub fn verifier(config: &Config) -> Option<Verifier> {
    let settings = config.auth();
    let ports = VerifierPorts {
        signatures: Arc::new(AwsLc),
        keys: Arc::new(PublishedKeys::default()),
        clock: Arc::new(SystemClock),
    };
    (!settings.issuers.is_empty()).then(|| Verifier::new(settings, ports))
}
