//! The keys that an issuer publishes: <https://www.rfc-editor.org/rfc/rfc7517>
//!
//! ```json
//! {"keys": [{"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256", "n": "…", "e": "AQAB"},
//!           {"kty": "EC", "kid": "2", "crv": "P-256", "x": "…", "y": "…"}]}
//! ```
//!
//! A key that cannot be used here is left out: symmetric, private, for encryption, of another
//! curve, too weak or too large, without a `kid`, or with a `kid` that another key has. Which algorithms a key is for is its own
//! `alg`, or else all of its type.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use fhir::json::{self, Object};
use serde_json::Value;

use super::Algorithm;

/// Bytes of a set of keys.
pub const MAX_JWKS_BYTES: usize = 64 * 1024;
/// Keys in a set.
pub const MAX_KEYS: usize = 50;
/// Bytes of an RSA modulus: 2,048 to 4,096 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// Bytes of an RSA exponent; it is 65,537 nearly always.
const MAX_EXPONENT_BYTES: usize = 4;

/// A set of keys that is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("more than {MAX_JWKS_BYTES} bytes")]
    TooLarge,
    #[error("not a JSON object with a list of keys")]
    Malformed,
    #[error("more than {MAX_KEYS} keys")]
    TooMany,
    #[error("no key that tokens could be verified with")]
    Empty,
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// Modulus and exponent, without zeros in front.
    Rsa {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
    /// A point of P-256 or P-384: 4, then both coordinates.
    Point(Vec<u8>),
}

/// A published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) kid: String,
    pub(super) algorithms: Vec<Algorithm>,
    pub(super) material: KeyMaterial,
}

/// Reads a set of keys.
pub(super) fn parse(text: &[u8]) -> Result<Vec<Key>, Unusable> {
    if text.len() > MAX_JWKS_BYTES {
        return Err(Unusable::TooLarge);
    }
    let set = json::parse(text).map_err(|_| Unusable::Malformed)?;
    let listed = set.get("keys").and_then(Value::as_array);
    let listed = listed.ok_or(Unusable::Malformed)?;
    if listed.len() > MAX_KEYS {
        return Err(Unusable::TooMany);
    }
    let all: Vec<Key> = listed
        .iter()
        .filter_map(|key| key.as_object().and_then(usable))
        .collect();
    let is_alone = |key: &&Key| all.iter().filter(|other| other.kid == key.kid).count() == 1;
    let keys: Vec<Key> = all.iter().filter(is_alone).cloned().collect();
    if keys.is_empty() {
        return Err(Unusable::Empty);
    }
    Ok(keys)
}

/// A key that tokens can be verified with.
fn usable(key: &Object) -> Option<Key> {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let is_for_signatures = key.get("use").is_none_or(|usage| usage == "sig");
    let verifies = match key.get("key_ops") {
        None => true,
        Some(operations) => operations
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == "verify")),
    };
    if !is_for_signatures || !verifies || key.contains_key("d") {
        return None;
    }
    let (material, possible) = match (text("kty")?, text("crv")) {
        ("RSA", _) => (rsa(text("n")?, text("e")?)?, Algorithm::RSA.to_vec()),
        ("EC", Some("P-256")) => (point(text("x")?, text("y")?, 32)?, vec![Algorithm::Es256]),
        ("EC", Some("P-384")) => (point(text("x")?, text("y")?, 48)?, vec![Algorithm::Es384]),
        _ => return None,
    };
    let algorithms = if key.get("alg").is_none() {
        possible
    } else {
        let only = Algorithm::named(text("alg")?)?;
        possible.contains(&only).then(|| vec![only])?
    };
    Some(Key {
        kid: text("kid").filter(|kid| !kid.is_empty())?.to_owned(),
        algorithms,
        material,
    })
}

fn rsa(n: &str, e: &str) -> Option<KeyMaterial> {
    let (n, e) = (number(n)?, number(e)?);
    let is_odd = e.last().is_some_and(|last| last % 2 == 1);
    let is_small = e.len() <= MAX_EXPONENT_BYTES && e != [1];
    (MODULUS_BYTES.contains(&n.len()) && is_odd && is_small).then_some(KeyMaterial::Rsa { n, e })
}

fn point(x: &str, y: &str, bytes: usize) -> Option<KeyMaterial> {
    let (x, y) = (decode(x)?, decode(y)?);
    let is_whole = x.len() == bytes && y.len() == bytes;
    is_whole.then(|| KeyMaterial::Point([vec![4], x, y].concat()))
}

/// A number without the zeros that some issuers put in front.
fn number(text: &str) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).map(<[u8]>::to_vec)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
