//! Bytes as a bearer token and as an issuer's keys, for fuzzing.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};
use store::{Clock, Millis};

use crate::{
    auth::{
        Caller, Issuer, Settings, Verifier, VerifierPorts,
        token::{Algorithm, KeyMaterial, MAX_TOKEN_BYTES, Refusal},
    },
    port::{KeySource, KeysUnavailable, Signatures},
};

/// A point of P-256, as far as its length goes: nothing is computed with it.
const KEYS: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
    "x": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "y": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;

/// Publishes the same keys to everybody, and says of every signature the same.
struct Outside {
    keys: Bytes,
    holds: bool,
}

impl KeySource for Outside {
    fn fetch<'a>(&'a self, _: &'a str, _: usize) -> BoxFuture<'a, Result<Bytes, KeysUnavailable>> {
        ready(Ok(self.keys.clone())).boxed()
    }
}

impl Signatures for Outside {
    fn holds(&self, _: Algorithm, _: &KeyMaterial, _: &[u8], _: &[u8]) -> bool {
        self.holds
    }
}

impl Clock for Outside {
    fn now(&self) -> Millis {
        Millis(1_767_225_600_000)
    }

    fn sleep(&self, _: u64) -> BoxFuture<'static, ()> {
        ready(()).boxed()
    }
}

/// Reads bytes as a token with a wrong signature, as header and claims (a line each) of one that its issuer
/// has signed, and as a set of keys. It must neither panic nor believe what it should not.
///
/// # Panics
///
/// What is not good is believed.
pub fn read_token(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let believed = verified(text, KEYS.as_bytes(), false);
        assert!(believed.is_err(), "a wrong signature is believed");
    }
    let parts = bytes.split(|byte| *byte == b'\n');
    let parts: Vec<String> = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
    if let [header, claims] = parts.as_slice() {
        let token = format!("{header}.{claims}.AAAA");
        if let Ok(caller) = verified(&token, KEYS.as_bytes(), true) {
            assert!(token.len() <= MAX_TOKEN_BYTES, "a token beyond the limit");
            assert!(caller.user_id.is_some(), "a token of nobody");
            // where neither occurs in the clear it may be escaped, and then it has a backslash
            let has = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
            assert!(has(b"ES256") || has(b"\\"), "an algorithm of another key");
            assert!(has(b"https://i") || has(b"\\"), "a stranger's token");
        }
    }
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg": "RS256", "kid": "1"}"#);
    let claims = URL_SAFE_NO_PAD.encode(r#"{"iss": "https://i"}"#);
    let _ = verified(&format!("{header}.{claims}.AAAA"), bytes, true);
}

fn verified(token: &str, keys: &[u8], holds: bool) -> Result<Caller, Refusal> {
    let outside = Arc::new(Outside {
        keys: Bytes::copy_from_slice(keys),
        holds,
    });
    let settings = Settings {
        issuers: vec![Issuer {
            issuer: "https://i".to_owned(),
            audiences: vec!["fyr".to_owned()],
            jwks: "https://i/keys".to_owned(),
            token_endpoint: None,
        }],
        ..Settings::default()
    };
    let ports = VerifierPorts {
        signatures: outside.clone(),
        keys: outside.clone(),
        clock: outside,
    };
    let verifier = Verifier::new(&settings, ports);
    let answer = verifier.verified(token).now_or_never();
    answer.unwrap_or(Err(Refusal::Unavailable))
}
