//! The HTTP/1.1 server in front of the handlers: reads whole requests within bounds, keeps
//! connections alive, and lets the requests under way finish at the end.
//!
//! | what takes too long or is too much | answer |
//! |---|---|
//! | the head of a request: 30 seconds | the connection is closed |
//! | a head of more than 128 KB, or not HTTP | hyper's own 400, 414 or 431, without a body |
//! | a body: `FYR_BODY_SECONDS` | 408 |
//! | a body of more than `FYR_MAX_BODY_BYTES` | 413 |
//! | requests under way: `FYR_REQUESTS_AT_A_TIME` | 503, and its body is not read |
//! | the work on a request: ten seconds beyond its deadline | 503, or 500 when it may have written |

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws::config::NetworkLimits;
use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use server::auth::Caller;
use server::{Failure, Servers};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::caller::Callers;
use crate::health::Health;

/// A client that has not sent the head of a request by then is cut off.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// The head of a request. The server itself takes less, and says so.
const MAX_HEAD_BYTES: usize = 128 * 1024;
/// Headers that are read, for the same reason.
const MAX_HEADERS: usize = 256;
/// How much of a body that is too large is read on, so that its sender hears the answer.
const MAX_DRAINED_BYTES: usize = 64 * 1024 * 1024;
/// How long beyond its deadline a request may take: a write ends itself before.
const OVERTIME: Duration = Duration::from_secs(10);
/// How long requests under way may take to finish at the end.
const GRACE: Duration = Duration::from_secs(10);

/// What answers the requests, and what it bears.
#[derive(Clone)]
pub(crate) struct Host {
    servers: Servers,
    callers: Arc<Callers>,
    limits: NetworkLimits,
    room: Arc<Semaphore>,
    health: Arc<Health>,
}

/// A response on its way out.
type Outgoing = Response<Full<Bytes>>;

/// Serves until `stop` completes and the requests under way are answered.
pub(crate) async fn serve(listener: TcpListener, host: Host, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => connect(stream, host.clone(), &connections),
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

fn connect(stream: TcpStream, host: Host, connections: &GracefulShutdown) {
    // Only a delay is at stake.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let host = host.clone();
        async move { Ok::<_, Infallible>(host.respond(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(failure) = connection.await {
            tracing::debug!(%failure, "a connection ended early");
        }
    });
}

impl Host {
    pub(crate) fn new(
        servers: Servers,
        callers: Callers,
        limits: NetworkLimits,
        health: Health,
    ) -> Self {
        Self {
            servers,
            callers: Arc::new(callers),
            limits,
            room: Arc::new(Semaphore::new(limits.requests_at_a_time)),
            health: Arc::new(health),
        }
    }

    async fn respond(&self, request: Request<Incoming>) -> Outgoing {
        if Health::is_asked_for(request.method(), request.uri().path()) {
            return self.health.answer(request.method()).await;
        }
        let (parts, body) = request.into_parts();
        let caller = self.callers.caller(&parts.headers).await;
        let head = Request::from_parts(parts, ());
        let Ok(_permit) = self.room.try_acquire() else {
            let overloaded = Failure::overloaded(self.limits.requests_at_a_time);
            return last(self.refuse(&head, caller, overloaded).await);
        };
        let limit = self.servers.settings().largest_body_bytes();
        let seconds = self.limits.body_seconds;
        let body = match timeout(Duration::from_secs(seconds), read(body, limit)).await {
            Ok(Ok(body)) => body,
            // The client is gone or breaks off; nobody reads this.
            Ok(Err(_)) => {
                let mut cut_off = Response::new(Full::default());
                *cut_off.status_mut() = StatusCode::BAD_REQUEST;
                return cut_off;
            }
            Err(_) => {
                let slow = Failure::slow_body(seconds);
                return last(self.refuse(&head, caller, slow).await);
            }
        };
        let response = self.perform(head, caller, body).await;
        if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return last(response);
        }
        response
    }

    /// A request whose time is over is dropped: what a dropped commit leaves behind is carried out
    /// or taken away by whoever meets it.
    async fn perform(&self, head: Request<()>, caller: Caller, body: Bytes) -> Outgoing {
        let longest = self.servers.settings().request_timeout + OVERTIME;
        let request = head.clone().map(|()| body);
        let work = Box::pin(self.servers.respond(request, caller.clone()));
        match in_time(longest, head.method(), work).await {
            Ok(response) => response.map(Full::new),
            Err(overdue) => self.refuse(&head, caller, overdue).await,
        }
    }

    async fn refuse(&self, head: &Request<()>, caller: Caller, failure: Failure) -> Outgoing {
        let refused = self.servers.refuse(head, caller, failure).await;
        refused.map(Full::new)
    }
}

/// What comes of the work, unless it takes too long.
async fn in_time<T>(
    longest: Duration,
    method: &Method,
    work: impl Future<Output = T>,
) -> Result<T, Failure> {
    let reads = [Method::GET, Method::HEAD].contains(method);
    let overdue = |_| Failure::overdue(longest.as_secs(), !reads);
    timeout(longest, work).await.map_err(overdue)
}

/// The last response of its connection, on which there is more to read than anybody will.
fn last(mut response: Outgoing) -> Outgoing {
    let close = HeaderValue::from_static("close");
    response.headers_mut().insert(header::CONNECTION, close);
    response
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_never_ends_is_not_waited_for_and_a_write_is_not_said_to_have_failed() {
        let soon = Duration::from_millis(10);
        for (method, expected) in [
            (Method::GET, "ask for less, or try again"),
            (Method::PUT, "whether the write took effect is not known"),
        ] {
            let work = std::future::pending::<()>();
            let failure = in_time(soon, &method, work).await.unwrap_err();
            assert!(failure.to_string().contains(expected), "{failure}");
        }
        assert!(in_time(soon, &Method::GET, async {}).await.is_ok());
    }
}
