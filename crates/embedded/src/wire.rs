//! The engine on a socket, for those outside the process: Lambda functions under the Runtime
//! Interface Emulator, the AWS command line, a second `DynamoTables`.
//!
//! dynoxide runs SQLite on the runtime's workers, so it gets a runtime of its own: a slow scan from
//! outside never takes a worker from the requests that Fyr itself answers.

use std::io;
use std::net::SocketAddr;
use std::thread::JoinHandle;

use dynoxide::Database;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// A running listener. Dropping it ends the listener once its open requests are answered.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    pub(crate) fn start(address: SocketAddr, database: Database) -> io::Result<Self> {
        let socket = std::net::TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let serve = async move {
            let served = async {
                let socket = tokio::net::TcpListener::from_std(socket)
                    .map_err(|refusal| refusal.to_string())?;
                let until = async {
                    // An error means that the sender is gone, which is also the end.
                    let _ = stopped.await;
                };
                dynoxide::server::serve_with_shutdown(socket, database, until).await
            };
            if let Err(failure) = served.await {
                tracing::error!(%failure, "the DynamoDB listener ended");
            }
        };
        let thread = std::thread::Builder::new()
            .name("dynamodb-listener".to_owned())
            .spawn(move || runtime.block_on(serve))?;
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
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the DynamoDB listener's thread panicked");
        }
    }
}
