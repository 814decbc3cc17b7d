//! An issuer of tokens: its keys come over a trusted way, are there, and are of use.

use serde_json::Value;
use server::auth::Issuer;
use server::auth::token::{MAX_JWKS_BYTES, usable_keys};
use server::port::KeySource;

use super::{Finding, Verdict};

/// Bytes of an `OpenID` configuration; they have some thousand.
const MAX_CONFIGURATION_BYTES: usize = 64 * 1024;

/// Looks at one, by the way that the functions fetch its keys.
pub async fn examine(keys: &dyn KeySource, issuer: &Issuer) -> Vec<Finding> {
    let of = format!("issuer {}", issuer.issuer);
    let place = &issuer.jwks;
    let is_trusted = place.starts_with("https://") || !place.contains("://");
    let way = Finding::holds_if(
        &of,
        "its keys come over https, or from a file",
        is_trusted,
        format!("{place}: whoever is in between makes tokens"),
    );
    let mut findings = vec![way];
    let fetched = keys.fetch(place, MAX_JWKS_BYTES).await;
    let claim = "its keys can be fetched";
    match fetched {
        Ok(text) => {
            findings.push(Finding::new(&of, claim, Verdict::Holds));
            let usable = match usable_keys(&text) {
                Ok(_) => Verdict::Holds,
                Err(why) => Verdict::Fails(why),
            };
            let claim = "tokens can be verified with its keys";
            findings.push(Finding::new(&of, claim, usable));
        }
        Err(why) => {
            let failed = Verdict::Fails(format!("{place}: {why}"));
            findings.push(Finding::new(&of, claim, failed));
        }
    }
    findings.extend(configuration(keys, &of, issuer).await);
    findings
}

/// The gateway finds the keys by the issuer's `OpenID` configuration, the functions by their settings: it should be
/// the same ones. An issuer without one can be used with `fyr serve`.
async fn configuration(keys: &dyn KeySource, of: &str, issuer: &Issuer) -> Option<Finding> {
    if !issuer.issuer.starts_with("https://") {
        return None;
    }
    let base = issuer.issuer.trim_end_matches('/');
    let place = format!("{base}/.well-known/openid-configuration");
    let claim = "its OpenID configuration, which the gateway reads, names the same keys";
    let verdict = match keys.fetch(&place, MAX_CONFIGURATION_BYTES).await {
        Ok(text) => same_keys(&text, &issuer.jwks),
        Err(why) => Verdict::Unknown(format!("{place}: {why}")),
    };
    Some(Finding::new(of, claim, verdict))
}

fn same_keys(configuration: &[u8], jwks: &str) -> Verdict {
    let configuration: Option<Value> = serde_json::from_slice(configuration).ok();
    let named = configuration.as_ref().and_then(|it| it.get("jwks_uri"));
    match named.and_then(Value::as_str) {
        Some(named) if named == jwks => Verdict::Holds,
        Some(named) => Verdict::Fails(format!("those at {named}; FYR_ISSUERS has {jwks}")),
        None => Verdict::Fails("it has no jwks_uri".to_owned()),
    }
}
