//! The job at the server: started, asked for, and over.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LOCATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::manifest::Manifest;
use crate::arguments::Export;
use crate::client::Client;
use crate::failure::Failure;
use crate::progress::Progress;

/// The first pause between two questions; doubles up to what was asked for.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The URL that asks for the export.
pub(super) fn request(client: &Client, arguments: &Export) -> Result<Uri, Failure> {
    let mut query = Vec::new();
    let mut add = |name: &str, value: &str| {
        let value = utf8_percent_encode(value, NON_ALPHANUMERIC);
        query.push(format!("{name}={value}"));
    };
    if !arguments.types.is_empty() {
        add("_type", &arguments.types.join(","));
    }
    if let Some(since) = &arguments.since {
        add("_since", since);
    }
    for filter in &arguments.type_filters {
        add("_typeFilter", filter);
    }
    let query = query.join("&");
    let mark = if query.is_empty() { "" } else { "?" };
    client.url(&format!("/$export{mark}{query}"))
}

/// A job that was accepted.
pub(super) struct Job<'a> {
    client: &'a Client,
    status: Uri,
}

impl<'a> Job<'a> {
    /// Asks for an export. Asked twice, a server may do it twice; so it is asked once.
    pub(super) async fn start(client: &'a Client, request: &Uri) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/fhir+json"));
        headers.insert("prefer", HeaderValue::from_static("respond-async"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let answer = client.once(&Method::GET, request, &headers, Bytes::new());
        let answer = answer.await.map_err(Failure::unexpected)?;
        if answer.status != StatusCode::ACCEPTED {
            let complaint = answer.complaint();
            return Err(Failure::refused(format!("no export: {complaint}")));
        }
        let status = answer
            .header(CONTENT_LOCATION.as_str())
            .and_then(|location| client.resolve(location));
        let status = status.ok_or_else(|| {
            Failure::refused("the server took the export and did not say where to ask for it")
        })?;
        Ok(Self { client, status })
    }

    /// The job that was started before.
    pub(super) fn at(client: &'a Client, status: &str) -> Result<Self, Failure> {
        let status = client
            .resolve(status)
            .ok_or_else(|| Failure::usage(format!("{status} is not a URL")))?;
        Ok(Self { client, status })
    }

    /// Where it is asked for.
    pub(super) fn status(&self) -> &Uri {
        &self.status
    }

    /// Waits until the files are ready.
    pub(super) async fn wait(&self, longest: Duration) -> Result<Manifest, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut progress = Progress::new();
        let mut pause = FIRST_PAUSE;
        loop {
            let ask = self
                .client
                .send(Method::GET, &self.status, &headers, Bytes::new());
            let answer = ask.await.map_err(Failure::unexpected)?;
            let complaint = || answer.complaint();
            match answer.status {
                StatusCode::ACCEPTED => {}
                StatusCode::OK => return Manifest::read(&answer.body),
                StatusCode::NOT_FOUND | StatusCode::GONE => {
                    let gone = format!("the export is gone: {}", complaint());
                    return Err(Failure::refused(format!(
                        "{gone}\nstart a new one in another directory"
                    )));
                }
                _ => {
                    let failed = format!("the export failed: {}", complaint());
                    return Err(Failure::refused(failed));
                }
            }
            progress.show(answer.header("x-progress").unwrap_or("in progress"));
            let suggested = answer.retry_after().unwrap_or(longest);
            tokio::time::sleep(pause.min(suggested)).await;
            pause = (pause * 2).min(longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::arguments::{Arguments, Command};

    fn check(arguments: &[&str], expected: &str) {
        let line = ["fyr", "export", "--base", "http://h/fhir", "--out", "d"];
        let parsed = Arguments::parse_from(line.iter().chain(arguments));
        let Command::Export(export) = parsed.command else {
            panic!("not an export");
        };
        let client = export.target.client().unwrap();
        assert_eq!(request(&client, &export).unwrap().to_string(), expected);
    }

    #[test]
    fn what_is_asked_for_is_encoded() {
        check(&[], "http://h/fhir/$export");
        check(
            &[
                "--type",
                "Organization,Location",
                "--since",
                "2026-11-21T06:00:00+01:00",
            ],
            "http://h/fhir/$export?_type=Organization%2CLocation\
             &_since=2026%2D11%2D21T06%3A00%3A00%2B01%3A00",
        );
        check(
            &["--type-filter", "A?b=true", "--type-filter", "C?d=e"],
            "http://h/fhir/$export?_typeFilter=A%3Fb%3Dtrue&_typeFilter=C%3Fd%3De",
        );
    }
}
