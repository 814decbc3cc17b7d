//! The keys of an issuer, kept for a while.
//!
//! | when | then |
//! | --- | --- |
//! | a token comes, and there are no keys yet | they are fetched |
//! | the keys are [`FRESH_MS`] old | they are fetched again |
//! | a token names a key that is not among them | the same, at most every [`FLOOR_MS`] |
//! | they cannot be fetched | the old ones are used, up to [`STALE_MS`]; the next attempt is [`FLOOR_MS`] later |
//! | they could never be fetched | tokens cannot be verified; the next attempt is [`PAUSE_MS`] later |
//!
//! However many requests come at once, one of them fetches; the others wait for it if they must. So
//! whoever sends made-up tokens causes two fetches a minute, and no more.

use std::sync::{Arc, PoisonError, RwLock};

use futures::lock::Mutex;
use store::Millis;

use super::{
    Refusal, VerifierPorts,
    jwk::{self, Key, MAX_JWKS_BYTES},
};

/// How long keys are used without asking again.
pub(super) const FRESH_MS: i64 = 10 * 60 * 1000;
/// Between two attempts to fetch keys, when there are some.
pub(super) const FLOOR_MS: i64 = 30 * 1000;
/// Between two attempts, when there are none.
pub(super) const PAUSE_MS: i64 = 2 * 1000;
/// How long keys are used when newer ones cannot be fetched.
pub(super) const STALE_MS: i64 = 24 * 60 * 60 * 1000;

/// The keys at a place.
pub(super) struct Keys {
    place: String,
    known: RwLock<Arc<Known>>,
    /// Held by whoever fetches.
    fetching: Mutex<()>,
}

/// What is known of them.
#[derive(Debug, Default)]
struct Known {
    keys: Vec<Key>,
    /// When they were fetched; no keys were ever fetched without it.
    fetched: Option<Millis>,
    /// When that was last attempted.
    tried: Option<Millis>,
}

impl Known {
    fn key(&self, kid: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// Whether to ask for keys before looking for this one.
    fn is_due(&self, kid: &str, now: Millis) -> bool {
        let is_fresh = self
            .fetched
            .is_some_and(|fetched| now.since(fetched) < FRESH_MS);
        let pause = match self.fetched {
            Some(_) => FLOOR_MS,
            None => PAUSE_MS,
        };
        let is_too_soon = self.tried.is_some_and(|tried| now.since(tried) < pause);
        !is_too_soon && (!is_fresh || self.key(kid).is_none())
    }
}

impl Keys {
    pub(super) fn at(place: &str) -> Self {
        Self {
            place: place.to_owned(),
            known: RwLock::default(),
            fetching: Mutex::new(()),
        }
    }

    /// The key of this name.
    ///
    /// # Errors
    ///
    /// It is not among the keys, or there are none.
    pub(super) async fn find(&self, kid: &str, ports: &VerifierPorts) -> Result<Key, Refusal> {
        let known = self.known();
        if known.is_due(kid, ports.clock.now()) {
            let alone = match known.key(kid) {
                // an old key will do while somebody else asks for new ones
                Some(_) => self.fetching.try_lock(),
                None => Some(self.fetching.lock().await),
            };
            // somebody else may have fetched them meanwhile
            if alone.is_some() && self.known().is_due(kid, ports.clock.now()) {
                self.fetch(ports).await;
            }
        }
        let known = self.known();
        let now = ports.clock.now();
        let is_usable = known
            .fetched
            .is_some_and(|fetched| now.since(fetched) < STALE_MS);
        if !is_usable {
            return Err(Refusal::Unavailable);
        }
        let key = known.key(kid).cloned();
        key.ok_or(Refusal::Invalid(
            "the token's key is not one of its issuer's",
        ))
    }

    async fn fetch(&self, ports: &VerifierPorts) {
        let fetched = ports.keys.fetch(&self.place, MAX_JWKS_BYTES).await;
        let now = ports.clock.now();
        let parsed = fetched
            .map_err(|error| error.to_string())
            .and_then(|text| jwk::parse(&text).map_err(|error| error.to_string()));
        let known = match parsed {
            Ok(keys) => Known {
                keys,
                fetched: Some(now),
                tried: Some(now),
            },
            Err(reason) => {
                tracing::warn!(
                    place = self.place,
                    reason,
                    "the keys of an issuer were not fetched"
                );
                let before = self.known();
                Known {
                    keys: before.keys.clone(),
                    fetched: before.fetched,
                    tried: Some(now),
                }
            }
        };
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }
}
