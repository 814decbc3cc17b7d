//! An HTTP client for FHIR servers: whole answers within bounds, streams for files, and patience with
//! servers that are busy.
//!
//! The token goes to the server it is meant for and to nobody else: a file may be at another host, and
//! a redirect may lead to one.

mod answer;
mod connect;
mod patience;

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderValue, LOCATION, USER_AGENT};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;

use crate::failure::Failure;
pub(crate) use answer::{Answer, issue};
use connect::Http;
pub(crate) use patience::Patience;

/// Of one answer that is not a file. A page of a search may be large.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// Until the head of an answer is there. A transaction of thousands of entries takes some seconds.
const HEAD_TIMEOUT: Duration = Duration::from_mins(2);
/// Until the rest of an answer is there that is not a file.
const BODY_TIMEOUT: Duration = Duration::from_mins(2);
/// Redirects that are followed, one after the other.
const MAX_REDIRECTS: usize = 5;

/// A client of one server.
#[derive(Clone)]
pub(crate) struct Client {
    http: Http,
    base: Uri,
    token: Option<HeaderValue>,
}

/// No usable answer: worth another try.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreachable {
    /// No connection, or a broken one.
    #[error("{0} cannot be reached: {1}")]
    Broken(Uri, String),
    /// Nothing came in time.
    #[error("{0} did not answer in time")]
    Late(Uri),
}

impl Client {
    /// A client of the server at this base URL.
    pub(crate) fn new(base: &str, token: Option<&str>) -> Result<Self, Failure> {
        let uri: Uri = base
            .trim_end_matches('/')
            .parse()
            .map_err(|_| Failure::usage(format!("{base} is not a URL")))?;
        let usable = matches!(uri.scheme_str(), Some("http" | "https")) && uri.query().is_none();
        if !usable || uri.authority().is_none() {
            return Err(Failure::usage(format!(
                "{base} is not the base URL of a FHIR server, such as http://localhost:8080/fhir"
            )));
        }
        let token = token.map(|token| HeaderValue::try_from(format!("Bearer {}", token.trim())));
        let mut token = token.transpose().map_err(|_| {
            Failure::usage("the token is not one: it has other than plain characters")
        })?;
        if let Some(token) = &mut token {
            token.set_sensitive(true);
        }
        Ok(Self {
            http: connect::http(&uri)?,
            base: uri,
            token,
        })
    }

    /// The URL of a path below the base: `/$export`, or nothing for the base itself.
    pub(crate) fn url(&self, path: &str) -> Result<Uri, Failure> {
        let base = self.base.to_string();
        let url = format!("{}{path}", base.trim_end_matches('/'));
        url.parse()
            .map_err(|_| Failure::usage(format!("{url} is not a URL")))
    }

    /// What a server calls a place of its own: a whole URL, or one relative to the base.
    pub(crate) fn resolve(&self, location: &str) -> Option<Uri> {
        let uri: Uri = location.parse().ok()?;
        if uri.scheme().is_some() {
            return Some(uri);
        }
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = uri.path_and_query().cloned();
        Uri::from_parts(parts).ok()
    }

    /// Sends a request once, and reads its whole answer.
    pub(crate) async fn once(
        &self,
        method: &Method,
        url: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Unreachable> {
        let response = self.open(method, url, headers, body).await?;
        let (head, body) = response.into_parts();
        let body =
            tokio::time::timeout(BODY_TIMEOUT, Limited::new(body, MAX_ANSWER_BYTES).collect());
        let body = body
            .await
            .map_err(|_| Unreachable::Late(url.clone()))?
            .map_err(|broken| Unreachable::Broken(url.clone(), broken.to_string()))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        })
    }

    /// Sends a request until it is answered with something other than "later", as long as the
    /// patience lasts. Only for requests that may be carried out twice.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, Unreachable> {
        let mut patience = Patience::default();
        loop {
            let answer = self.once(&method, url, headers, body.clone()).await;
            let Some(pause) = patience.after(&answer) else {
                return answer;
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Sends a request once, follows redirects, and leaves the body to the caller.
    pub(crate) async fn open(
        &self,
        method: &Method,
        url: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>, Unreachable> {
        let mut url = url.clone();
        for _ in 0..MAX_REDIRECTS {
            let response = self.exchange(method, &url, headers, body.clone()).await?;
            let next = match response.status() {
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => response
                    .headers()
                    .get(LOCATION)
                    .and_then(|to| to.to_str().ok())
                    .and_then(|to| self.resolve(to)),
                _ => None,
            };
            match next {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        let reason = "it leads from one redirect to the next".to_owned();
        Err(Unreachable::Broken(url, reason))
    }

    async fn exchange(
        &self,
        method: &Method,
        url: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Response<Incoming>, Unreachable> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method.clone();
        *request.uri_mut() = url.clone();
        *request.headers_mut() = headers.clone();
        let agent = HeaderValue::from_static(concat!("fyr/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        if let Some(token) = self.token.as_ref().filter(|_| self.is_ours(url)) {
            request.headers_mut().insert(AUTHORIZATION, token.clone());
        }
        let answer = tokio::time::timeout(HEAD_TIMEOUT, self.http.request(request));
        answer
            .await
            .map_err(|_| Unreachable::Late(url.clone()))?
            .map_err(|broken| Unreachable::Broken(url.clone(), connect::reason(&broken)))
    }

    fn is_ours(&self, url: &Uri) -> bool {
        url.scheme() == self.base.scheme() && url.authority() == self.base.authority()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_url_of_a_server() {
        assert!(Client::new("http://localhost:8080/fhir/", None).is_ok());
        for wrong in ["localhost", "ftp://a/b", "http://a/b?c=d", "/fhir", ""] {
            assert!(Client::new(wrong, None).is_err(), "{wrong}");
        }
        assert!(Client::new("http://a/fhir", Some("a\nb")).is_err());
    }

    #[test]
    fn a_location_is_a_url_or_a_path_of_the_same_server() {
        let client = Client::new("http://localhost:8080/fhir", Some("t")).unwrap();
        let url = client.resolve("/fhir/Binary/1?a=b").unwrap();
        assert_eq!(url.to_string(), "http://localhost:8080/fhir/Binary/1?a=b");
        assert!(client.is_ours(&url));
        let elsewhere = client.resolve("https://bucket.example/a").unwrap();
        assert_eq!(elsewhere.to_string(), "https://bucket.example/a");
        assert!(!client.is_ours(&elsewhere), "the token stays here");
    }
}
