//! A client that is made at its first use. Most requests need neither S3 nor SQS, and a cold start
//! should not pay for clients that stay idle.

use std::sync::Arc;

use futures::future::BoxFuture;
use tokio::sync::OnceCell;

/// One client, shared by all clones.
#[derive(Clone)]
pub(crate) struct Lazy<C> {
    cell: Arc<OnceCell<C>>,
    connect: Arc<dyn Fn() -> BoxFuture<'static, C> + Send + Sync>,
}

impl<C> Lazy<C> {
    /// Made by `connect` when it is first used.
    pub(crate) fn new(connect: impl Fn() -> BoxFuture<'static, C> + Send + Sync + 'static) -> Self {
        Self {
            cell: Arc::new(OnceCell::new()),
            connect: Arc::new(connect),
        }
    }

    /// Made already.
    pub(crate) fn made(client: C) -> Self
    where
        C: Clone + Send + Sync + 'static,
    {
        Self::new(move || {
            let client = client.clone();
            Box::pin(async move { client })
        })
    }

    pub(crate) async fn get(&self) -> &C {
        self.cell.get_or_init(|| (self.connect)()).await
    }
}

impl<C> std::fmt::Debug for Lazy<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lazy")
            .field("is_made", &self.cell.initialized())
            .finish_non_exhaustive()
    }
}
