//! An issuer of tokens in this process, with keys of its own, and a verifier that trusts it.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, AtomicUsize, Ordering},
};

use aws::token::AwsLc;
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::{
    executor::block_on,
    future::{BoxFuture, ready},
};
use http::{HeaderMap, header::AUTHORIZATION};
use serde_json::{Value, json};
use server::{
    auth::{Caller, Issuer, Settings, Verifier, VerifierPorts},
    port::{KeySource, KeysUnavailable},
};
use store::{Clock, Millis};

pub(super) const ISSUER: &str = "https://login.example/realms/fyr";
pub(super) const AUDIENCE: &str = "fyr";
pub(super) const JWKS: &str = "https://login.example/realms/fyr/certs";
/// 2026-01-01T00:00:00Z.
pub(super) const NOW: i64 = 1_767_225_600;

/// Where the keys are published: what is said there, and how often somebody asked for what.
#[derive(Default)]
pub(super) struct Published {
    pub(super) text: Mutex<Option<String>>,
    pub(super) asked: Mutex<Vec<String>>,
    pub(super) count: AtomicUsize,
}

impl KeySource for Published {
    fn fetch<'a>(
        &'a self,
        place: &'a str,
        _: usize,
    ) -> BoxFuture<'a, Result<Bytes, KeysUnavailable>> {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.asked.lock().unwrap().push(place.to_owned());
        let text = self.text.lock().unwrap().clone();
        let text = text.map(Bytes::from);
        Box::pin(ready(text.ok_or(KeysUnavailable("down".to_owned()))))
    }
}

/// A clock that is set.
#[derive(Default)]
pub(super) struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::Relaxed))
    }

    fn sleep(&self, _: u64) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}

/// An issuer, and who trusts it.
pub(super) struct TestIssuer {
    key: EcdsaKeyPair,
    pub(super) published: Arc<Published>,
    clock: Arc<SetClock>,
    pub(super) verifier: Verifier,
}

impl TestIssuer {
    /// With one key, `1`, that is published.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// With some settings changed.
    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        let key = key();
        let published = Arc::new(Published::default());
        *published.text.lock().unwrap() = Some(json!({"keys": [jwk("1", &key)]}).to_string());
        let clock = Arc::new(SetClock(AtomicI64::new(NOW * 1000)));
        let mut settings = Settings {
            issuers: vec![trusted(ISSUER, JWKS)],
            ..Settings::default()
        };
        change(&mut settings);
        let ports = VerifierPorts {
            signatures: Arc::new(AwsLc),
            keys: published.clone(),
            clock: clock.clone(),
        };
        let verifier = Verifier::new(&settings, ports);
        Self {
            key,
            published,
            clock,
            verifier,
        }
    }

    pub(super) fn wait(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1000, Ordering::Relaxed);
    }

    pub(super) fn publish(&self, text: Option<String>) {
        *self.published.text.lock().unwrap() = text;
    }

    /// The key, as it is published under another name.
    pub(super) fn jwk(&self, kid: &str) -> Value {
        jwk(kid, &self.key)
    }

    pub(super) fn fetches(&self) -> usize {
        self.published.count.load(Ordering::Relaxed)
    }

    /// A good token with these claims over the usual ones; null takes one away.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.signed(&header(), &merged(good_claims(), claims).to_string())
    }

    /// A token with this header and these claims, signed with our key.
    pub(super) fn signed(&self, header: &Value, claims: &str) -> String {
        self.signed_text(&header.to_string(), claims)
    }

    pub(super) fn signed_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", encode(signature.unwrap()))
    }

    /// Whom the verifier takes the bearer of a token for.
    pub(super) fn caller(&self, token: &str) -> Caller {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        block_on(self.verifier.caller(&headers))
    }

    /// Why a token is not believed; empty when it is.
    pub(super) fn reason(&self, token: &str) -> String {
        match block_on(self.verifier.verified(token)) {
            Ok(_) => String::new(),
            Err(refusal) => format!("{refusal:?}"),
        }
    }
}

pub(super) fn trusted(issuer: &str, jwks: &str) -> Issuer {
    Issuer {
        issuer: issuer.to_owned(),
        audiences: vec![AUDIENCE.to_owned()],
        jwks: jwks.to_owned(),
        token_endpoint: None,
    }
}

pub(super) fn header() -> Value {
    json!({"alg": "ES256", "typ": "JWT", "kid": "1"})
}

pub(super) fn good_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "somebody", "user_type": "SYSTEM",
        "iat": NOW, "exp": NOW + 3600
    })
}

/// Members of the second over those of the first; null takes one away.
pub(super) fn merged(mut first: Value, second: &Value) -> Value {
    let members = first.as_object_mut().unwrap();
    for (name, value) in second.as_object().unwrap() {
        members.shift_remove(name);
        if !value.is_null() {
            members.insert(name.clone(), value.clone());
        }
    }
    first
}

pub(super) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn key() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()
}

pub(super) fn jwk(kid: &str, key: &EcdsaKeyPair) -> Value {
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": kid, "x": encode(x), "y": encode(y)})
}
