//! Who is calling: whom a verified token names, or in development mode whoever the request says.
//!
//! | `Authorization` | caller in development mode |
//! |---|---|
//! | none | the developer, who may do everything |
//! | a bearer token | its claims, so that ownership and roles can be tried; the signature is not looked at |
//! | anything else | anonymous |
//!
//! Development mode is what a server without an issuer is in; it exists in this binary alone, and
//! there is no way to have both.

use http::HeaderMap;
use server::auth::{Caller, Verifier};

use crate::bearer::Bearer;

/// How callers are told apart.
pub(crate) enum Callers {
    /// By their word.
    Development {
        /// The claim that names the caller's tenant.
        tenant_claim: Option<String>,
    },
    /// By tokens of trusted issuers.
    Verified(Verifier),
}

impl Callers {
    /// The caller of a request.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Caller {
        match self {
            Self::Verified(verifier) => verifier.caller(headers).await,
            Self::Development { tenant_claim } => match Bearer::of(headers) {
                Bearer::None => Caller::developer(),
                Bearer::Claims(claims) => {
                    let caller = Caller::from_claims(&claims);
                    match tenant_claim {
                        Some(claim) => caller.in_tenant_of(&claims, claim),
                        None => caller,
                    }
                }
                Bearer::Unreadable => Caller::anonymous(),
            },
        }
    }
}
