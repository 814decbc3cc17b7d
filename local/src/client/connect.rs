//! Connections: plain ones, and TLS ones that trust whom this machine trusts.

use std::error::Error;

use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};

use crate::failure::Failure;

/// A pool of connections.
pub(super) type Http = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Connections to this server, and to those that it names.
pub(super) fn http(base: &Uri) -> Result<Http, Failure> {
    let tls = ClientConfig::builder();
    let tls = match tls.with_native_roots() {
        Ok(tls) => tls,
        // A machine without certificates can still speak plain HTTP.
        Err(_) if base.scheme_str() == Some("http") => {
            ClientConfig::builder().with_root_certificates(RootCertStore::empty())
        }
        Err(none) => return Err(Failure::usage(format!("no certificates to trust: {none}"))),
    };
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls.with_no_client_auth())
        .https_or_http()
        .enable_http1()
        .build();
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector))
}

/// The innermost cause, which is what helps: "connection refused".
pub(super) fn reason(failure: &(dyn Error + 'static)) -> String {
    let mut cause = failure;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
