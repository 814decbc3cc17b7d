//! Every algorithm by which tokens are signed, with a key of its kind that is made for the test.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512,
        RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
    },
};
use serde_json::{Value, json};
use server::auth::token::Algorithm;

use super::issuer::{TestIssuer, encode, good_claims};

const RSA: [(&str, &dyn RsaEncoding); 6] = [
    ("RS256", &RSA_PKCS1_SHA256),
    ("RS384", &RSA_PKCS1_SHA384),
    ("RS512", &RSA_PKCS1_SHA512),
    ("PS256", &RSA_PSS_SHA256),
    ("PS384", &RSA_PSS_SHA384),
    ("PS512", &RSA_PSS_SHA512),
];
const CURVES: [(&str, &str, &EcdsaSigningAlgorithm); 2] = [
    ("ES256", "P-256", &ECDSA_P256_SHA256_FIXED_SIGNING),
    ("ES384", "P-384", &ECDSA_P384_SHA384_FIXED_SIGNING),
];

/// A token that says it is signed so, and is signed by this.
fn token(algorithm: &str, kid: &str, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let header = json!({"alg": algorithm, "kid": kid}).to_string();
    let signed = format!("{}.{}", encode(header), encode(good_claims().to_string()));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", encode(signature))
}

fn rsa_signed(key: &RsaKeyPair, by: &'static dyn RsaEncoding, text: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(by, &SystemRandom::new(), text, &mut signature)
        .unwrap();
    signature
}

/// The key as an issuer publishes it, for one algorithm or for all of its kind.
fn rsa_jwk(key: &RsaKeyPair, kid: &str, algorithm: Option<&str>) -> Value {
    // a header of eight bytes and a zero, 2,048 bits, a header of two bytes, the exponent
    let der = key.public_key().as_ref();
    let (n, e) = (&der[9..9 + 256], &der[der.len() - 3..]);
    let mut jwk = json!({"kty": "RSA", "kid": kid, "n": encode(n), "e": encode(e)});
    if let Some(algorithm) = algorithm {
        jwk["alg"] = algorithm.into();
    }
    jwk
}

fn publishing(keys: &[Value]) -> TestIssuer {
    let issuer = TestIssuer::new();
    issuer.publish(Some(json!({"keys": keys}).to_string()));
    issuer
}

#[test]
fn an_rsa_key_verifies_what_it_signed_by_each_of_its_algorithms_and_by_no_other() {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let mut keys = vec![rsa_jwk(&key, "any", None)];
    keys.extend(RSA.map(|(name, _)| rsa_jwk(&key, name, Some(name))));
    let issuer = publishing(&keys);
    for (name, by) in RSA {
        let sign = |text: &[u8]| rsa_signed(&key, by, text);
        for kid in ["any", name] {
            assert_eq!(issuer.reason(&token(name, kid, sign)), "", "{name} {kid}");
        }
        for (other, _) in RSA.iter().filter(|(other, _)| *other != name) {
            let wrong = issuer.reason(&token(other, "any", sign));
            assert!(
                wrong.contains("signature is wrong"),
                "{name} as {other}: {wrong}"
            );
            let not_its_own = issuer.reason(&token(name, other, sign));
            assert!(
                not_its_own.contains("not for its algorithm"),
                "{not_its_own}"
            );
        }
    }
}

#[test]
fn another_rsa_key_of_the_same_name_verifies_nothing() {
    let [ours, theirs] = [0, 1].map(|_| RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
    let issuer = publishing(&[rsa_jwk(&ours, "1", None)]);
    for (name, by) in [RSA[0], RSA[3]] {
        let forged = token(name, "1", |text| rsa_signed(&theirs, by, text));
        assert!(
            issuer.reason(&forged).contains("signature is wrong"),
            "{name}"
        );
    }
}

#[test]
fn zeros_in_front_of_a_modulus_do_not_count() {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let mut jwk = rsa_jwk(&key, "1", Some("RS256"));
    jwk["n"] = encode([&[0, 0], &key.public_key().as_ref()[9..9 + 256]].concat()).into();
    let issuer = publishing(&[jwk]);
    let good = token("RS256", "1", |text| {
        rsa_signed(&key, &RSA_PKCS1_SHA256, text)
    });
    assert_eq!(issuer.reason(&good), "");
}

#[test]
fn a_key_of_a_curve_verifies_what_it_signed() {
    for (name, curve, algorithm) in CURVES {
        let [key, other] = [0, 1].map(|_| EcdsaKeyPair::generate(algorithm).unwrap());
        let point = &key.public_key().as_ref()[1..];
        let (x, y) = point.split_at(point.len() / 2);
        let issuer = publishing(&[
            json!({"kty": "EC", "crv": curve, "kid": "1", "x": encode(x), "y": encode(y)}),
        ]);
        let by = |key: &EcdsaKeyPair, text: &[u8]| {
            let signature = key.sign(&SystemRandom::new(), text).unwrap();
            signature.as_ref().to_vec()
        };
        assert_eq!(
            issuer.reason(&token(name, "1", |text| by(&key, text))),
            "",
            "{name}"
        );
        let forged = issuer.reason(&token(name, "1", |text| by(&other, text)));
        assert!(forged.contains("signature is wrong"), "{forged}");
        // the same signature as DER, as other protocols write it
        let der = issuer.reason(&token(name, "1", |text| {
            let signature = by(&key, text);
            let (r, s) = signature.split_at(signature.len() / 2);
            let number = |one: &[u8]| [&[2, u8::try_from(one.len() + 1).unwrap(), 0], one].concat();
            let both = [number(r), number(s)].concat();
            [&[0x30, u8::try_from(both.len()).unwrap()], both.as_slice()].concat()
        }));
        assert!(der.contains("signature is wrong"), "{der}");
    }
}

#[test]
fn every_algorithm_is_in_a_test_here() {
    let tested = RSA.iter().map(|(name, _)| *name);
    let tested: Vec<&str> = tested
        .chain(CURVES.iter().map(|(name, ..)| *name))
        .collect();
    let all: Vec<&str> = Algorithm::ALL.iter().map(|one| one.name()).collect();
    assert_eq!(tested, all);
}
