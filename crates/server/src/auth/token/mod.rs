//! Bearer tokens: signed JSON Web Tokens, verified.
//!
//! <https://www.rfc-editor.org/rfc/rfc7519>, with the advice of <https://www.rfc-editor.org/rfc/rfc8725>
//!
//! ```text
//! compact    <header>.<claims>.<signature>, each part base64url without padding
//! header     {"alg": "RS256", "kid": "…", "typ": "JWT"}; nothing else of it is looked at
//! algorithm  RS256 … PS512, ES256, ES384: those that there are
//! jwk        the keys that an issuer publishes, each with the algorithms that it is for
//! keys       the same, kept for a while
//! claims     iss, aud, exp, nbf
//! ```
//!
//! - Which key verifies is the issuer's say (`kid` among its published keys), and which algorithm is
//!   the key's. The token proposes both and decides neither: `jku`, `jwk`, `x5u` and `x5c` are not
//!   looked at, and a `kid` is compared with others and used for nothing else.
//! - There is no token without a signature, and no symmetric algorithm.
//! - Signatures are verified by a port ([`Signatures`]), keys are fetched by another ([`KeySource`]); time is the
//!   store's `Clock`.

mod algorithm;
mod claims;
mod compact;
mod header;
mod jwk;
mod keys;

use std::sync::Arc;

use http::{HeaderMap, header::AUTHORIZATION};
use store::Clock;

pub use algorithm::Algorithm;
pub use claims::LEEWAY_SECONDS;
pub use compact::MAX_TOKEN_BYTES;
pub use jwk::{KeyMaterial, MAX_JWKS_BYTES, MAX_KEYS};

use self::{compact::Compact, header::Header, keys::Keys};
use super::{Caller, Issuer, Settings};
use crate::port::{KeySource, Signatures};

/// How many keys of a set tokens can be verified with: one or more.
///
/// # Errors
/// Why there is none, for people.
pub fn usable_keys(jwks: &[u8]) -> Result<usize, String> {
    let keys = jwk::parse(jwks).map_err(|unusable| unusable.to_string())?;
    Ok(keys.len())
}

/// Why a token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not good, and why: a sentence of ours.
    Invalid(&'static str),
    /// It may be good: the keys of its issuer cannot be fetched.
    Unavailable,
}

/// What a verifier works with.
#[derive(Clone)]
pub struct VerifierPorts {
    /// Verifies signatures.
    pub signatures: Arc<dyn Signatures>,
    /// Fetches the issuers' keys.
    pub keys: Arc<dyn KeySource>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Says who sent a request. Fetches nothing before the first token comes.
pub struct Verifier {
    ports: VerifierPorts,
    trusted: Vec<Trusted>,
    tenant_claim: Option<String>,
}

/// An issuer, and its keys as far as they are known.
struct Trusted {
    issuer: Issuer,
    keys: Keys,
}

impl Verifier {
    /// A verifier of the tokens of these issuers. Without issuers every token is refused.
    pub fn new(settings: &Settings, ports: VerifierPorts) -> Self {
        let trusted = settings.issuers.iter().map(|issuer| Trusted {
            issuer: issuer.clone(),
            keys: Keys::at(&issuer.jwks),
        });
        Self {
            ports,
            trusted: trusted.collect(),
            tenant_claim: settings.tenant_claim.clone(),
        }
    }

    /// The caller whom the `Authorization` header names: anonymous when there is none, and refused
    /// when it is not a good token.
    pub async fn caller(&self, headers: &HeaderMap) -> Caller {
        let mut given = headers.get_all(AUTHORIZATION).into_iter();
        let Some(header) = given.next() else {
            return Caller::anonymous();
        };
        if given.next().is_some() {
            return Caller::refused(Refusal::Invalid("more than one Authorization header"));
        }
        let token = header.to_str().ok().and_then(bearer);
        let Some(token) = token else {
            return Caller::refused(Refusal::Invalid(
                "the Authorization header has no bearer token",
            ));
        };
        self.verified(token).await.unwrap_or_else(Caller::refused)
    }

    /// The caller whom a token names.
    ///
    /// # Errors
    ///
    /// Why the token is not believed.
    pub async fn verified(&self, token: &str) -> Result<Caller, Refusal> {
        let token = Compact::parse(token)?;
        let header = Header::parse(&token.header)?;
        let claims = claims::parse(&token.claims)?;
        let (place, trusted) = self.issuer_of(&claims)?;
        let ports = &self.ports;
        let key = trusted.keys.find(&header.kid, ports).await?;
        if !key.algorithms.contains(&header.algorithm) {
            return Err(Refusal::Invalid("the token's key is not for its algorithm"));
        }
        let signatures = &ports.signatures;
        let signed = token.signed.as_bytes();
        if !signatures.holds(header.algorithm, &key.material, signed, &token.signature) {
            return Err(Refusal::Invalid("the token's signature is wrong"));
        }
        claims::check(&claims, &trusted.issuer, ports.clock.now())?;
        let mut caller = Caller::from_claims(&claims);
        let Some(user_id) = caller.user_id.take() else {
            return Err(Refusal::Invalid("the token names nobody"));
        };
        caller.user_id = Some(match place {
            0 => user_id,
            _ => format!("{}#{user_id}", trusted.issuer.issuer),
        });
        Ok(match &self.tenant_claim {
            Some(claim) => caller.in_tenant_of(&claims, claim),
            None => caller,
        })
    }

    /// The trusted issuer of these claims, and its place among them.
    fn issuer_of(&self, claims: &serde_json::Value) -> Result<(usize, &Trusted), Refusal> {
        let issuer = claims.get("iss").and_then(serde_json::Value::as_str);
        let mut trusted = self.trusted.iter().enumerate();
        trusted
            .find(|(_, trusted)| Some(trusted.issuer.issuer.as_str()) == issuer)
            .ok_or(Refusal::Invalid("the token's issuer is not trusted here"))
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let issuers: Vec<&str> = self
            .trusted
            .iter()
            .map(|trusted| trusted.issuer.issuer.as_str())
            .collect();
        f.debug_struct("Verifier")
            .field("issuers", &issuers)
            .finish_non_exhaustive()
    }
}

/// The token of an `Authorization` header.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
