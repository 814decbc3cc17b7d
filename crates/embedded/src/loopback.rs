//! An engine on a socket, for those outside the process: functions under the Runtime Interface
//! Emulator, the AWS command line, tests of the wire protocol.
//!
//! It has a thread and a runtime of its own, so that a large download or a long poll from outside
//! takes nothing from the requests that Fyr itself answers.

use std::io;
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::exchange::{Broken, Responder};

/// How long open requests may still take when the listener ends. A long poll takes up to 20 s, and
/// nobody is waiting for it any more.
const LAST_ANSWERS: Duration = Duration::from_millis(500);

/// Completes when a server is to stop. An error means that the listener is gone, which is the same.
type Stopped = oneshot::Receiver<()>;

/// A running listener. Dropping it ends it, after half a second for the requests that are open.
#[derive(Debug)]
pub struct Loopback {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Loopback {
    /// Lets an engine answer.
    pub(crate) fn start(
        name: &str,
        address: SocketAddr,
        engine: impl Responder,
    ) -> io::Result<Self> {
        let socket = std::net::TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let socket = {
            let _inside = runtime.enter();
            TcpListener::from_std(socket)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || runtime.block_on(serve(socket, engine, stopped)))?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens; the port is the real one when 0 was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What to give an AWS SDK as the endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Loopback {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!(address = %self.address, "a listener's thread panicked");
        }
    }
}

async fn serve(socket: TcpListener, engine: impl Responder, mut stopped: Stopped) {
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => break,
            accepted = socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => serve_connection(stream, engine.clone(), &connections),
            Err(failure) => {
                tracing::warn!(%failure, "a connection was not accepted");
                // Out of file handles, most likely: others must close theirs first.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    // Those who are late find the connection closed.
    let _ = tokio::time::timeout(LAST_ANSWERS, connections.shutdown()).await;
}

fn serve_connection(stream: TcpStream, engine: impl Responder, connections: &GracefulShutdown) {
    if let Err(failure) = stream.set_nodelay(true) {
        tracing::debug!(%failure, "answers may be held back");
    }
    let service = service_fn(move |request| answer(engine.clone(), request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        if let Err(failure) = connection.await {
            tracing::debug!(%failure, "a connection broke");
        }
    });
}

async fn answer(
    engine: impl Responder,
    request: Request<Incoming>,
) -> Result<Response<SdkBody>, Broken> {
    engine.answer(request.map(SdkBody::from_body_1_x)).await
}
