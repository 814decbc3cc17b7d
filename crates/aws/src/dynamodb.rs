//! The store's tables on DynamoDB, over the AWS SDK.
//!
//! ```text
//! store::table        ->  expression, value        ->  aws_sdk_dynamodb
//! conditions, changes     text with placeholders       AWS, an emulator, or the embedded engine
//! ```
//!
//! Every call is sent once. The SDK's own retries are off, because a retry that hides an outstanding
//! first attempt turns "may have been applied" into "was not" (see `failure`).

mod connect;
mod create;
mod expression;
mod failure;
mod in_process;
mod names;
mod read;
#[cfg(test)]
mod scripted;
mod transact;
mod value;
mod write;

use std::sync::Arc;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use futures::FutureExt;
use futures::future::BoxFuture;
use store::table::{Answer, BatchGot, Item, Key, Page, Query, Scan, TableError, Tables, Write};

pub use aws_sdk_dynamodb::Client;
pub use connect::{Endpoint, connect};
pub use create::{CreateError, create_tables, tables_exist};
pub use names::TableNames;

/// The tables behind one client.
#[derive(Debug, Clone)]
pub struct DynamoTables {
    client: Client,
    /// Shared, since each write takes a clone of all this with it.
    names: Arc<TableNames>,
    is_metered: bool,
    /// Whether writes run on other threads than the one that asks.
    is_spread: bool,
}

impl DynamoTables {
    /// The tables of these names, which exist already or are made by [`create_tables`].
    pub fn new(client: Client, names: TableNames) -> Self {
        Self {
            client,
            names: Arc::new(names),
            is_metered: true,
            is_spread: false,
        }
    }

    /// The same, which do not ask what a call consumes: every answer says that it was nothing. For
    /// an engine in this process whose units nobody pays for or looks at.
    pub fn unmetered(self) -> Self {
        Self {
            is_metered: false,
            ..self
        }
    }

    /// The same, whose writes run on whatever thread of the runtime is free. For an engine in this process,
    /// which answers on the thread that asks: a large transaction makes thousands of them side by side, and
    /// all on the thread of its request they would take one core's time.
    pub fn spread(self) -> Self {
        Self {
            is_spread: true,
            ..self
        }
    }

    /// Runs a write here, or on whatever thread is free.
    fn run<T, Call>(&self, write: impl FnOnce(Self) -> Call) -> BoxFuture<'_, Answer<T>>
    where
        T: Send + 'static,
        Call: Future<Output = Answer<T>> + Send + 'static,
    {
        let write = write(self.clone());
        if !self.is_spread {
            return write.boxed();
        }
        async move {
            // whoever gives up does not stop it: as with any call that is on its way
            tokio::spawn(write)
                .await
                .unwrap_or_else(|stopped| Err(TableError::Unknown(Box::new(stopped))))
        }
        .boxed()
    }

    fn capacity(&self) -> Option<ReturnConsumedCapacity> {
        self.is_metered.then_some(ReturnConsumedCapacity::Total)
    }
}

impl Tables for DynamoTables {
    fn get(&self, key: Key) -> BoxFuture<'_, Answer<Option<Item>>> {
        self.get_item(key).boxed()
    }

    fn batch_get(&self, keys: Vec<Key>) -> BoxFuture<'_, Answer<BatchGot>> {
        self.batch_get_items(keys).boxed()
    }

    fn write(&self, write: Write) -> BoxFuture<'_, Answer<()>> {
        self.run(|tables| async move { tables.write_item(write).await })
    }

    fn batch_write(&self, writes: Vec<Write>) -> BoxFuture<'_, Answer<Vec<Write>>> {
        self.run(|tables| async move { tables.batch_write_items(writes).await })
    }

    fn transact(&self, token: String, writes: Vec<Write>) -> BoxFuture<'_, Answer<()>> {
        self.transact_items(token, writes).boxed()
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Answer<Page>> {
        self.query_page(query).boxed()
    }

    fn scan(&self, scan: Scan) -> BoxFuture<'_, Answer<Page>> {
        self.scan_page(scan).boxed()
    }
}
