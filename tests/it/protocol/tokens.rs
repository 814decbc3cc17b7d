//! Tokens that somebody made up, and keys that somebody tampered with.

mod keys;

use aws_lc_rs::hmac;
use futures::executor::block_on;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use serde_json::json;
use server::auth::Caller;
use server::auth::token::MAX_TOKEN_BYTES;

use super::fyr::Fyr;
use super::issuer::{AUDIENCE, ISSUER, JWKS, NOW, TestIssuer, encode, good_claims, header, merged};

/// That a token is refused, and for this reason.
#[track_caller]
fn refused(issuer: &TestIssuer, token: &str, because: &str) {
    let reason = issuer.reason(token);
    assert!(reason.contains(because), "{reason:?}, not {because:?}");
}

#[test]
fn a_good_token_is_believed() {
    let issuer = TestIssuer::new();
    let caller = issuer.caller(&issuer.token(&json!({"scope": "system/Organization.r"})));
    assert_eq!(caller.user_id.as_deref(), Some("somebody"));
    assert_eq!(
        issuer.reason(&issuer.token(&json!({"aud": ["other", AUDIENCE]}))),
        ""
    );
    assert_eq!(issuer.reason(&issuer.token(&json!({"exp": NOW - 29}))), "");
    assert_eq!(issuer.reason(&issuer.token(&json!({"nbf": NOW + 29}))), "");
}

#[test]
fn the_public_key_is_no_secret_to_sign_with() {
    let issuer = TestIssuer::new();
    let published = issuer.jwk("1").to_string();
    for secret in [published.as_bytes(), b"", b"secret"] {
        let header = json!({"alg": "HS256", "typ": "JWT", "kid": "1"}).to_string();
        let signed = format!("{}.{}", encode(header), encode(good_claims().to_string()));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let signature = encode(hmac::sign(&key, signed.as_bytes()));
        refused(
            &issuer,
            &format!("{signed}.{signature}"),
            "algorithm is not one of",
        );
    }
}

#[test]
fn the_algorithm_is_that_of_the_key() {
    let issuer = TestIssuer::new();
    for algorithm in ["ES384", "RS256", "PS512"] {
        let header = merged(header(), &json!({"alg": algorithm}));
        let token = issuer.signed(&header, &good_claims().to_string());
        refused(&issuer, &token, "key is not for its algorithm");
    }
    for algorithm in [
        json!("none"),
        json!("None"),
        json!("es256"),
        json!(null),
        json!(1),
    ] {
        let header = json!({"alg": algorithm, "kid": "1"});
        let token = issuer.signed(&header, &good_claims().to_string());
        refused(&issuer, &token, "algorithm is not one of");
    }
}

#[test]
fn a_token_without_its_signature_is_nothing() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({}));
    let (signed, signature) = token.rsplit_once('.').unwrap();
    refused(&issuer, &format!("{signed}."), "not signed");
    refused(&issuer, signed, "not a signed");
    refused(&issuer, &format!("{signed}.AAAA"), "signature is wrong");
    let none = encode(json!({"alg": "none", "kid": "1"}).to_string());
    let claims = signed.split_once('.').unwrap().1;
    refused(&issuer, &format!("{none}.{claims}."), "not signed");
    refused(
        &issuer,
        &format!("{none}.{claims}.{signature}"),
        "algorithm is not one of",
    );
    let other = issuer.token(&json!({"sub": "admin"}));
    let other = other.rsplit_once('.').unwrap().0;
    refused(
        &issuer,
        &format!("{other}.{signature}"),
        "signature is wrong",
    );
}

#[test]
fn a_key_that_comes_with_the_token_is_not_looked_at() {
    let (issuer, own) = (TestIssuer::new(), TestIssuer::new());
    for (name, value) in [
        ("jwk", own.jwk("1")),
        ("jku", json!("https://evil.example/jwks")),
        ("x5u", json!("https://evil.example/chain.pem")),
        ("x5c", json!(["MIIB"])),
    ] {
        let header = merged(header(), &json!({name: value}));
        let token = own.signed(&header, &good_claims().to_string());
        refused(&issuer, &token, "signature is wrong");
        // and does no harm to a good one
        let token = issuer.signed(&header, &good_claims().to_string());
        assert_eq!(issuer.reason(&token), "");
    }
    let asked = issuer.published.asked.lock().unwrap().clone();
    assert_eq!(asked, [JWKS]);
}

#[test]
fn the_name_of_a_key_is_a_name_and_no_place() {
    let issuer = TestIssuer::new();
    for kid in [
        "../../etc/passwd",
        "/dev/null",
        "https://evil.example/",
        "1' or '1'='1",
        "1 ",
    ] {
        let header = merged(header(), &json!({"kid": kid}));
        let token = issuer.signed(&header, &good_claims().to_string());
        refused(&issuer, &token, "not one of its issuer's");
    }
    for kid in [json!(null), json!(""), json!(1), json!("1".repeat(257))] {
        let header = json!({"alg": "ES256", "kid": kid});
        let token = issuer.signed(&header, &good_claims().to_string());
        refused(&issuer, &token, "which key signed it");
    }
    let asked = issuer.published.asked.lock().unwrap().clone();
    assert_eq!(asked, [JWKS]);
}

#[test]
fn what_is_said_twice_is_not_believed() {
    let issuer = TestIssuer::new();
    let header = header().to_string();
    let twice = good_claims()
        .to_string()
        .replacen('{', "{\"sub\":\"admin\",", 1);
    refused(
        &issuer,
        &issuer.signed_text(&header, &twice),
        "claims are not",
    );
    let twice = header.replacen('{', "{\"alg\":\"RS256\",", 1);
    let token = issuer.signed_text(&twice, &good_claims().to_string());
    refused(&issuer, &token, "header is not");
}

#[test]
fn a_token_has_one_spelling() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({}));
    let mut variants = vec![
        format!("{token}="),
        format!("{token}=="),
        format!("{token}\n"),
        format!("{token}.AAAA.AAAA"),
        format!("{token}."),
        format!(".{token}"),
        token.replacen('.', "=.", 1),
        token.replacen('.', "..", 1),
        token.replace('.', "%2E"),
        format!("{token}+/"),
    ];
    // the last letter of a signature of 64 bytes has four bits that say nothing
    let (rest, last) = token.split_at(token.len() - 1);
    let letters = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['-', '_']);
    variants.extend(
        letters
            .filter(|letter| letter.to_string() != last)
            .map(|letter| format!("{rest}{letter}")),
    );
    for variant in variants {
        assert_ne!(issuer.reason(&variant), "", "{variant}");
    }
}

#[test]
fn a_very_long_token_is_refused_unread() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({"filling": "x".repeat(MAX_TOKEN_BYTES)}));
    refused(&issuer, &token, "too long");
    assert_eq!(issuer.fetches(), 0);
}

#[test]
fn a_token_says_whom_it_is_meant_for_and_how_long() {
    let issuer = TestIssuer::new();
    for (claims, because) in [
        (json!({"aud": null}), "not meant for"),
        (json!({"aud": []}), "not meant for"),
        (json!({"aud": {"fyr": true}}), "not meant for"),
        (json!({"exp": null}), "how long"),
        (json!({"exp": "2030-01-01"}), "how long"),
        (json!({"exp": 1e300}), "how long"),
        (json!({"exp": -1}), "how long"),
        (json!({"nbf": "soon"}), "how long"),
        (json!({"exp": NOW - 30}), "expired"),
        (json!({"nbf": NOW + 31}), "not good yet"),
        (json!({"iss": null}), "issuer is not trusted"),
        (json!({"iss": [ISSUER]}), "issuer is not trusted"),
        (json!({"sub": null}), "names nobody"),
    ] {
        refused(&issuer, &issuer.token(&claims), because);
    }
    for (member, because) in [
        (json!({"typ": "logout+jwt"}), "not an access token"),
        (json!({"typ": 1}), "not an access token"),
        (json!({"crit": ["b64"], "b64": false}), "extension"),
    ] {
        let token = issuer.signed(&merged(header(), &member), &good_claims().to_string());
        refused(&issuer, &token, because);
    }
}

#[test]
fn the_tenant_is_in_the_claim_that_is_set() {
    let issuer = TestIssuer::with(|settings| settings.tenant_claim = Some("org".to_owned()));
    let caller = issuer.caller(&issuer.token(&json!({"org": "blue"})));
    assert_eq!(caller.tenant.as_deref(), Some("blue"));
    assert_eq!(issuer.caller(&issuer.token(&json!({}))).tenant, None);
}

#[test]
fn a_refused_token_is_told_why_and_nothing_of_it_is_repeated() {
    let issuer = TestIssuer::new();
    let fyr = Fyr::new().seen_by(issuer.caller(&issuer.token(&json!({"exp": NOW - 60}))));
    let reply = fyr.get("/Organization/1").expect(401);
    assert_eq!(reply.codes(), ["login"]);
    let challenge = "Bearer error=\"invalid_token\", error_description=\"the token has expired\"";
    assert_eq!(reply.header("www-authenticate"), Some(challenge));
    fyr.get("/metadata").expect(200);
}

#[test]
fn one_authorization_header_with_a_bearer_token_and_nothing_else() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({}));
    let caller = |values: &[String]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, value.parse().unwrap());
        }
        block_on(issuer.verifier.caller(&headers))
    };
    assert_eq!(caller(&[]), Caller::anonymous());
    let good = format!("bearer {token}");
    assert!(caller(std::slice::from_ref(&good)).user_id.is_some());
    for wrong in [
        vec![good.clone(), good],
        vec![token.clone()],
        vec![format!("Basic {token}")],
        vec!["Bearer ".to_owned()],
    ] {
        let fyr = Fyr::new().seen_by(caller(&wrong));
        fyr.get("/Organization/1").expect(401);
    }
}

#[test]
fn a_token_in_a_parameter_is_refused() {
    let fyr = Fyr::new();
    let by_form = fyr
        .ask("POST", "/Organization/_search")
        .bytes("application/x-www-form-urlencoded", "access_token=abc");
    for reply in [fyr.get("/Organization/1?access_token=abc"), by_form.send()] {
        let reply = reply.expect(400);
        assert!(
            reply
                .header("www-authenticate")
                .unwrap()
                .contains("invalid_request")
        );
        assert!(!reply.text.contains("abc"));
    }
}
