//! `FYR_ISSUERS`: whose tokens are believed.
//!
//! ```text
//! <issuer> <audience>[,<audience>…] <JWKS: URL or file> [<token endpoint>]     an issuer; others after a ;
//! https://login.example/realms/fyr fyr https://login.example/realms/fyr/protocol/openid-connect/certs
//! ```
//!
//! Keys come over HTTPS, or over plain HTTP from this machine alone.

use server::auth::Issuer;

/// Reads issuers, each once.
///
/// # Errors
/// What was expected.
pub fn parse(text: &str) -> Result<Vec<Issuer>, String> {
    let mut issuers: Vec<Issuer> = Vec::new();
    for entry in text.split(';').filter(|entry| !entry.trim().is_empty()) {
        let issuer = issuer(entry)?;
        if issuers.iter().any(|other| other.issuer == issuer.issuer) {
            return Err(format!("{} once", issuer.issuer));
        }
        issuers.push(issuer);
    }
    if issuers.is_empty() {
        return Err(expected());
    }
    Ok(issuers)
}

fn expected() -> String {
    "issuers, separated by ;, each as: issuer audience jwks [token-endpoint]".to_owned()
}

fn issuer(entry: &str) -> Result<Issuer, String> {
    let words: Vec<&str> = entry.split_whitespace().collect();
    let (issuer, audiences, jwks, token_endpoint) = match *words.as_slice() {
        [issuer, audiences, jwks] => (issuer, audiences, jwks, None),
        [issuer, audiences, jwks, endpoint] => (issuer, audiences, jwks, Some(endpoint)),
        _ => return Err(expected()),
    };
    let audiences: Vec<String> = audiences
        .split(',')
        .filter(|audience| !audience.is_empty())
        .map(str::to_owned)
        .collect();
    if audiences.is_empty() {
        return Err("an audience".to_owned());
    }
    for url in token_endpoint.iter().chain([&jwks]) {
        check_url(url)?;
    }
    if token_endpoint.is_some_and(|endpoint| !endpoint.contains("://")) {
        return Err("a URL as the token endpoint".to_owned());
    }
    Ok(Issuer {
        issuer: issuer.to_owned(),
        audiences,
        jwks: jwks.to_owned(),
        token_endpoint: token_endpoint.map(str::to_owned),
    })
}

/// What is no URL is a file.
fn check_url(place: &str) -> Result<(), String> {
    if !place.contains("://") {
        return Ok(());
    }
    let parsed: Option<http::Uri> = place.parse().ok();
    let is_allowed = parsed.is_some_and(|url| match url.scheme_str() {
        Some("https") => url.host().is_some(),
        Some("http") => matches!(url.host(), Some("localhost" | "127.0.0.1" | "[::1]")),
        _ => false,
    });
    if is_allowed {
        return Ok(());
    }
    Err("an https:// URL, an http:// URL of this machine, or a file".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_three_words_or_four() {
        let issuers = parse(
            "https://a.example fyr,other https://a.example/jwks ; \
             https://b.example fyr keys.json https://b.example/token;",
        );
        let issuers = issuers.unwrap();
        assert_eq!(issuers.len(), 2);
        assert_eq!(issuers[0].issuer, "https://a.example");
        assert_eq!(issuers[0].audiences, ["fyr", "other"]);
        assert_eq!(issuers[0].token_endpoint, None);
        assert_eq!(issuers[1].jwks, "keys.json");
        let endpoint = issuers[1].token_endpoint.as_deref();
        assert_eq!(endpoint, Some("https://b.example/token"));
    }

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for place in [
            "https://a.example/jwks",
            "http://localhost:8081/jwks",
            "http://127.0.0.1/jwks",
            "http://[::1]:1/jwks",
            "/etc/fyr/jwks.json",
        ] {
            assert!(parse(&format!("i a {place}")).is_ok(), "{place}");
        }
        for place in [
            "http://a.example/jwks",
            "http://localhost.a.example/jwks",
            "http://127.0.0.1@a.example/jwks",
            "ftp://a.example/jwks",
            "file:///etc/passwd",
            "https://",
        ] {
            assert!(parse(&format!("i a {place}")).is_err(), "{place}");
            assert!(
                parse(&format!("i a https://a.example {place}")).is_err(),
                "{place}"
            );
        }
    }

    #[test]
    fn what_is_incomplete_or_twice_is_refused() {
        for text in [
            "",
            ";",
            "i",
            "i a",
            "i , k",
            "i a k https://e x",
            "i a k; i b k",
            "i a k e",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
