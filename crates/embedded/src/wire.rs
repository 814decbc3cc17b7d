//! The engine on a socket, for those outside the process: Lambda functions under the Runtime
//! Interface Emulator, the AWS command line, a second `DynamoTables`. dynoxide brings the server.

use std::io;
use std::net::SocketAddr;

use dynoxide::Database;

use crate::loopback::Loopback;

/// Starts it. Open requests are answered before it ends.
pub(crate) fn listen(address: SocketAddr, database: Database) -> io::Result<Loopback> {
    Loopback::run("dynamodb-listener", address, |socket, stopped| async {
        let until = async {
            let _ = stopped.await;
        };
        let served = dynoxide::server::serve_with_shutdown(socket, database, until);
        if let Err(failure) = served.await {
            tracing::error!(%failure, "the DynamoDB listener ended");
        }
    })
}
