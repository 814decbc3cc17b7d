//! The keys of issuers: how many, how old, and whose.

use serde_json::json;

use super::super::fyr::Fyr;
use super::super::issuer::{
    JWKS, NOW, TestIssuer, encode, good_claims, header, jwk, key, merged, trusted,
};

#[test]
fn keys_beyond_the_limits_are_none() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({}));
    let many: Vec<_> = (0..51).map(|n| issuer.jwk(&n.to_string())).collect();
    let private = merged(issuer.jwk("1"), &json!({"d": "AAAA"}));
    let encrypting = merged(issuer.jwk("1"), &json!({"use": "enc"}));
    let secret = json!({"kty": "oct", "kid": "1", "k": "AAAA"});
    let weak = json!({"kty": "RSA", "kid": "1", "n": encode([255_u8; 128]), "e": "AQAB"});
    for published in [
        json!({"keys": many}).to_string(),
        json!({"keys": [issuer.jwk("1")], "filling": "x".repeat(64 * 1024)}).to_string(),
        json!({"keys": [private]}).to_string(),
        json!({"keys": [encrypting]}).to_string(),
        json!({"keys": [secret]}).to_string(),
        json!({"keys": [weak]}).to_string(),
        json!({"keys": [issuer.jwk("1"), jwk("1", &key())]}).to_string(),
        "<html>".to_owned(),
    ] {
        issuer.publish(Some(published.clone()));
        issuer.wait(3);
        assert_eq!(issuer.reason(&token), "Unavailable", "{published:.80}");
    }
    issuer.publish(Some(json!({"keys": [issuer.jwk("1")]}).to_string()));
    issuer.wait(3);
    assert_eq!(issuer.reason(&token), "");
}

#[test]
fn keys_are_asked_for_every_ten_minutes_and_no_more_than_needed() {
    let issuer = TestIssuer::new();
    let good = issuer.token(&json!({"exp": NOW + 1_000_000}));
    let unknown = merged(header(), &json!({"kid": "2"}));
    let unknown = issuer.signed(&unknown, &good_claims().to_string());
    assert_eq!(issuer.fetches(), 0);
    for (seconds, token, fetches) in [
        (0, &good, 1),
        (599, &good, 1),
        (1, &good, 2),
        (0, &unknown, 2),
        (29, &unknown, 2),
        (1, &unknown, 3),
        (1, &unknown, 3),
    ] {
        issuer.wait(seconds);
        issuer.reason(token);
        assert_eq!(issuer.fetches(), fetches);
    }
}

#[test]
fn old_keys_are_used_for_a_day_when_there_are_no_new_ones() {
    let issuer = TestIssuer::new();
    let token = issuer.token(&json!({"exp": NOW + 1_000_000}));
    assert_eq!(issuer.reason(&token), "");
    issuer.publish(None);
    issuer.wait(600);
    assert_eq!(issuer.reason(&token), "");
    issuer.wait(24 * 3600 - 601);
    assert_eq!(issuer.reason(&token), "");
    issuer.wait(1);
    assert_eq!(issuer.reason(&token), "Unavailable");
    let fyr = Fyr::new().seen_by(issuer.caller(&token));
    let reply = fyr.get("/Organization/1").expect(503);
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn two_issuers_know_nothing_of_each_others_users() {
    let other = "https://other.example";
    let issuer = TestIssuer::with(|settings| settings.issuers.push(trusted(other, JWKS)));
    let name = |token: &str| issuer.caller(token).user_id.unwrap();
    assert_eq!(name(&issuer.token(&json!({}))), "somebody");
    let token = issuer.token(&json!({"iss": other}));
    assert_eq!(name(&token), "https://other.example#somebody");
}
