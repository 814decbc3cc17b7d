//! One HTTP exchange with an engine, and the AWS SDK's HTTP client made of it: the SDK's finished
//! request goes in, the response that AWS would have sent comes out, and no socket is between them.

use std::fmt;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use futures::future::BoxFuture;
use http::header::HOST;
use http::uri::Authority;
use http::{HeaderValue, Method, Request, Response};

/// Why a request was not answered at all, as opposed to refused.
pub(crate) type Broken = Box<dyn std::error::Error + Send + Sync>;

/// Something that answers HTTP requests. Clones answer for the same engine.
pub(crate) trait Responder: Clone + Send + Sync + 'static {
    /// Answers one request.
    fn answer(
        &self,
        request: Request<SdkBody>,
    ) -> BoxFuture<'static, Result<Response<SdkBody>, Broken>>;
}

/// A client that asks this engine, whatever host a request names.
pub(crate) fn http_client(engine: impl Responder) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(engine));
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess<E>(E);

impl<E: Responder> HttpConnector for InProcess<E> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let engine = self.0.clone();
        HttpConnectorFuture::new(async move {
            let mut request = request
                .try_into_http1x()
                .map_err(|unreadable| ConnectorError::user(unreadable.into()))?;
            name_host(&mut request);
            let is_head = request.method() == Method::HEAD;
            let response = engine
                .answer(request)
                .await
                .map_err(|broken| ConnectorError::other(broken, None))?;
            // On a socket nothing follows the head of such a response either.
            let response = if is_head {
                response.map(|_| SdkBody::empty())
            } else {
                response
            };
            HttpResponse::try_from(response)
                .map_err(|unreadable| ConnectorError::other(unreadable.into(), None))
        })
    }
}

/// A signature covers the header `host`, which a connector adds: here that is this one.
fn name_host(request: &mut Request<SdkBody>) {
    let authority = request.uri().authority().map(Authority::as_str);
    if let Some(Ok(host)) = authority.map(HeaderValue::try_from) {
        request.headers_mut().entry(HOST).or_insert(host);
    }
}

impl<E> fmt::Debug for InProcess<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}
