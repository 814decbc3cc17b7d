//! `fyr token`: an issuer of tokens on this machine, for development.
//!
//! ```text
//! fyr-key              the private key, PKCS#8, for its owner alone
//! fyr-key.jwks.json    the public key, as an issuer publishes it
//! ```

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use aws::system::SystemClock;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use store::Clock;

use crate::arguments::Token;
use crate::failure::Failure;

/// Prints a token, and writes down what it is verified with.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) fn mint(arguments: &Token) -> Result<(), Failure> {
    let key = key(&arguments.key)?;
    let (kid, jwks) = published(&key);
    let path = jwks_path(&arguments.key);
    fs::write(&path, format!("{jwks:#}\n")).map_err(|refusal| unwritable(&path, &refusal))?;
    let header = json!({"alg": "ES256", "typ": "at+jwt", "kid": kid});
    let seconds = SystemClock.now().0 / 1000;
    let signed = format!("{}.{}", part(&header), part(&claims(arguments, seconds)));
    let signature = key
        .sign(&SystemRandom::new(), signed.as_bytes())
        .map_err(|_| Failure::unexpected(anyhow!("the key does not sign")))?;
    println!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(())
}

fn claims(arguments: &Token, now: i64) -> Value {
    let mut claims = Map::new();
    for (name, text) in &arguments.claims {
        claims.insert(name.clone(), json!(text));
    }
    let ours = json!({
        "iss": arguments.issuer,
        "aud": arguments.audience,
        "sub": arguments.user,
        "user_id": arguments.user,
        "user_type": arguments.user_type,
        "iat": now,
        "exp": now + i64::from(arguments.minutes) * 60,
        "scope": arguments.scopes.join(" "),
        "realm_access": {"roles": arguments.roles},
    });
    claims.extend(ours.as_object().into_iter().flatten().map(own));
    claims.into()
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// The key in the file, which is made when it is not there.
fn key(path: &Path) -> Result<EcdsaKeyPair, Failure> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => new_key(path)?,
        Err(refusal) => return Err(Failure::usage(format!("{}: {refusal}", path.display()))),
    };
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &text).map_err(|_| {
        Failure::usage(format!(
            "{} is not a key that fyr token has made",
            path.display()
        ))
    })
}

fn new_key(path: &Path) -> Result<Vec<u8>, Failure> {
    let random = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
        .map_err(|_| Failure::unexpected(anyhow!("no key could be made")))?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(|refusal| unwritable(path, &refusal))?;
    file.write_all(key.as_ref())
        .map_err(|refusal| unwritable(path, &refusal))?;
    Ok(key.as_ref().to_vec())
}

/// The public key's name, which is a digest of it, and the set of it alone.
fn published(key: &EcdsaKeyPair) -> (String, Value) {
    let point = key.public_key().as_ref();
    let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
    let kid = digest(&SHA256, point);
    let kid = URL_SAFE_NO_PAD.encode(kid.as_ref().get(..12).unwrap_or_default());
    let key = json!({
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
        "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
    });
    (kid, json!({"keys": [key]}))
}

fn jwks_path(key: &Path) -> PathBuf {
    let mut path = key.as_os_str().to_owned();
    path.push(".jwks.json");
    path.into()
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn unwritable(path: &Path, refusal: &std::io::Error) -> Failure {
    Failure::usage(format!("{}: {refusal}", path.display()))
}
