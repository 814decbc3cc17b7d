//! The HTTP/1.1 server in front of the handlers: reads whole requests within bounds, keeps
//! connections alive, and lets the requests under way finish at the end.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use server::Server;
use tokio::net::{TcpListener, TcpStream};

use crate::caller::Callers;

/// A client that has not sent the head of a request by then is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The head of a request.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How much of a body that is too large is read on, so that its sender hears the answer.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;
/// How long requests under way may take to finish at the end.
const GRACE: Duration = Duration::from_secs(10);

/// Serves until `stop` completes and the requests under way are answered.
pub(crate) async fn serve(
    listener: TcpListener,
    (server, callers): (Server, Callers),
    stop: impl Future<Output = ()>,
) {
    let callers = Arc::new(callers);
    let connections = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connect(stream, (server.clone(), Arc::clone(&callers)), &connections);
                },
                // Too many open files, or a client that left again: the next one may do better.
                Err(failure) => {
                    tracing::warn!(%failure, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some requests were not finished in time");
    }
}

fn connect(
    stream: TcpStream,
    (server, callers): (Server, Arc<Callers>),
    connections: &GracefulShutdown,
) {
    // Only a delay is at stake.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (server, callers) = (server.clone(), Arc::clone(&callers));
        async move { Ok::<_, Infallible>(respond(&server, &callers, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(failure) = connection.await {
            tracing::debug!(%failure, "a connection ended early");
        }
    });
}

async fn respond(
    server: &Server,
    callers: &Callers,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let Ok(body) = read(body, server.settings().max_body_bytes).await else {
        // The client is gone or breaks off; nobody reads this.
        let mut cut_off = Response::new(Full::default());
        *cut_off.status_mut() = http::StatusCode::BAD_REQUEST;
        return cut_off;
    };
    let caller = callers.caller(&parts.headers).await;
    let too_large = body.len() > server.settings().max_body_bytes;
    let mut response = server
        .respond(Request::from_parts(parts, body), caller)
        .await;
    if too_large {
        let close = http::HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response.map(Full::new)
}

/// The body, or its first `limit` bytes and one more: the server then answers that it is too large.
async fn read(mut body: Incoming, limit: usize) -> Result<Bytes, hyper::Error> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut whole = BytesMut::with_capacity(announced.min(limit));
    let mut drained = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        let room = (limit + 1).saturating_sub(whole.len()).min(data.len());
        whole.extend_from_slice(data.get(..room).unwrap_or_default());
        drained += data.len() - room;
        if drained > MAX_DRAINED_BYTES {
            break;
        }
    }
    Ok(whole.freeze())
}
