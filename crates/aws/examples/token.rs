//! What it costs to verify a token when the keys are known: `cargo xtask bench token`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a measurement speaks on standard output, and stops at the first surprise"
)]
#![allow(
    clippy::disallowed_methods,
    reason = "a measurement looks at the clock"
)]

use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use aws::system::SystemClock;
use aws::token::{AwsLc, PublishedKeys};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::executor::block_on;
use serde_json::{Value, json};
use server::auth::{Issuer, Settings, Verifier, VerifierPorts};

const ROUNDS: u32 = 10_000;

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of a usual size, signed so.
fn token(algorithm: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let header = json!({"alg": algorithm, "typ": "JWT", "kid": algorithm}).to_string();
    let roles: Vec<String> = (0..20).map(|n| format!("Organization.role{n}")).collect();
    let claims = json!({
        "iss": "i", "aud": "a", "sub": "u1", "exp": now.as_secs() + 3600,
        "realm_access": {"roles": roles}, "scope": "system/Organization.rs system/Patient.r"
    });
    let signed = format!("{}.{}", encode(header), encode(claims.to_string()));
    let signature = encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Modulus and exponent of an RSA key of 2,048 bits: after 8 and 4 bytes of DER, and a zero.
fn rsa_jwk(key: &RsaKeyPair) -> Value {
    let der = key.public_key().as_ref();
    let (n, e) = (&der[9..9 + 256], &der[der.len() - 3..]);
    json!({"kty": "RSA", "kid": "RS256", "n": encode(n), "e": encode(e)})
}

fn main() {
    let random = SystemRandom::new();
    let curve = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let (x, y) = curve.public_key().as_ref()[1..].split_at(32);
    let point =
        json!({"kty": "EC", "crv": "P-256", "kid": "ES256", "x": encode(x), "y": encode(y)});
    let file = std::env::temp_dir().join(format!("fyr-bench-{}.json", std::process::id()));
    std::fs::write(&file, json!({"keys": [point, rsa_jwk(&rsa)]}).to_string()).unwrap();
    let settings = Settings {
        issuers: vec![Issuer {
            issuer: "i".to_owned(),
            audiences: vec!["a".to_owned()],
            jwks: file.to_str().unwrap().to_owned(),
            token_endpoint: None,
        }],
        ..Settings::default()
    };
    let ports = VerifierPorts {
        signatures: Arc::new(AwsLc),
        keys: Arc::new(PublishedKeys::default()),
        clock: Arc::new(SystemClock),
    };
    let tokens = [
        token("ES256", |text| {
            curve.sign(&random, text).unwrap().as_ref().to_vec()
        }),
        token("RS256", |text| {
            let mut signature = vec![0; rsa.public_modulus_len()];
            rsa.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature)
                .unwrap();
            signature
        }),
    ];
    for (name, token) in ["ES256", "RS256"].into_iter().zip(&tokens) {
        let verifier = Verifier::new(&settings, ports.clone());
        let started = Instant::now();
        block_on(verifier.verified(token)).unwrap();
        let first = started.elapsed();
        let started = Instant::now();
        for _ in 0..ROUNDS {
            block_on(verifier.verified(token)).unwrap();
        }
        let each = started.elapsed() / ROUNDS;
        let bytes = token.len();
        println!(
            "{name}: {each:?} a token of {bytes} bytes; the first, with its keys from a file, {first:?}"
        );
    }
    // it is in the folder for such files
    let _ = std::fs::remove_file(file);
}
