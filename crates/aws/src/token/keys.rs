//! The keys of issuers, from a file or over HTTPS, within limits of size and time.
//!
//! The client is the SDK's, made when the first token comes: no request without a token pays for it.
//! It follows no redirects, and only places of the settings are ever asked (`config/issuers.rs`).

use std::fs::File;
use std::io::Read;
use std::sync::OnceLock;
use std::time::Duration;

use aws_smithy_http_client::default_connector;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use futures::future::BoxFuture;
use server::port::{KeySource, KeysUnavailable};

use crate::connection::reason;

/// From the connection to the last byte.
const PATIENCE: Duration = Duration::from_secs(3);

/// Keys where issuers publish them.
#[derive(Debug)]
pub struct PublishedKeys {
    connector: OnceLock<Option<SharedHttpConnector>>,
    patience: Duration,
}

impl Default for PublishedKeys {
    fn default() -> Self {
        Self {
            connector: OnceLock::new(),
            patience: PATIENCE,
        }
    }
}

impl KeySource for PublishedKeys {
    fn fetch<'a>(
        &'a self,
        place: &'a str,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Bytes, KeysUnavailable>> {
        Box::pin(async move {
            if !place.contains("://") {
                return read(place, max_bytes);
            }
            let patience = self.patience;
            let got = tokio::time::timeout(patience, self.get(place, max_bytes)).await;
            got.unwrap_or_else(|_| Err(KeysUnavailable(format!("no answer in {patience:?}"))))
        })
    }
}

impl PublishedKeys {
    async fn get(&self, url: &str, max_bytes: usize) -> Result<Bytes, KeysUnavailable> {
        let connector = self
            .connector
            .get_or_init(|| default_connector(&HttpConnectorSettings::builder().build(), None));
        let connector = connector
            .as_ref()
            .ok_or_else(|| KeysUnavailable("no HTTP client".to_owned()))?;
        let request = HttpRequest::get(url).map_err(|error| KeysUnavailable(reason(&error)))?;
        let response = connector.call(request).await;
        let response = response.map_err(|error| KeysUnavailable(reason(&error)))?;
        if response.status().as_u16() != 200 {
            let status = response.status().as_u16();
            return Err(KeysUnavailable(format!("the answer is {status}")));
        }
        let mut body = ByteStream::new(response.into_body());
        let mut whole = Vec::new();
        while let Some(part) = body.next().await {
            let part = part.map_err(|error| KeysUnavailable(reason(&error)))?;
            if whole.len() + part.len() > max_bytes {
                return Err(too_large(max_bytes));
            }
            whole.extend_from_slice(&part);
        }
        Ok(whole.into())
    }
}

fn read(path: &str, max_bytes: usize) -> Result<Bytes, KeysUnavailable> {
    let unreadable = |error: std::io::Error| KeysUnavailable(error.to_string());
    let file = File::open(path).map_err(unreadable)?;
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX);
    let mut whole = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut whole)
        .map_err(unreadable)?;
    if whole.len() > max_bytes {
        return Err(too_large(max_bytes));
    }
    Ok(whole.into())
}

fn too_large(max_bytes: usize) -> KeysUnavailable {
    KeysUnavailable(format!("more than {max_bytes} bytes"))
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::client::http::HttpConnectorFuture;

    use super::*;

    /// An issuer that takes a request and says nothing.
    #[derive(Debug)]
    struct Silent;

    impl HttpConnector for Silent {
        fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
            HttpConnectorFuture::new(std::future::pending())
        }
    }

    #[test]
    fn an_issuer_that_is_silent_is_waited_for_three_seconds() {
        assert_eq!(PublishedKeys::default().patience, Duration::from_secs(3));
        let keys = PublishedKeys {
            connector: OnceLock::from(Some(SharedHttpConnector::new(Silent))),
            patience: Duration::from_millis(1),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        let fetched = runtime.block_on(keys.fetch("https://login.example/certs", 1_000));
        assert_eq!(fetched.unwrap_err().to_string(), "no answer in 1ms");
    }
}
