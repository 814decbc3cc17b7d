//! The DynamoDB operations: JSON in, the typed call on the database, JSON out.
//!
//! dynoxide's own wire handler parses a body up to four times to word every refusal as AWS does.
//! The requests here come from AWS SDKs, which cannot write a malformed one, so one typed parse
//! is enough: a request that fails it is refused with a `ValidationException` in dynoxide's words.
//! The errors of the operations themselves are dynoxide's, body and status.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use dynoxide::actions::transact_write_items::{
    TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::{Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::gathering::{Call, Gathering};
use crate::tokens::{Seen, Tokens, fingerprint};

/// A status and its JSON body.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl From<Result<Vec<u8>, DynoxideError>> for Answer {
    fn from(result: Result<Vec<u8>, DynoxideError>) -> Self {
        match result {
            Ok(body) => Self { status: 200, body },
            Err(refusal) => Self {
                status: refusal.status_code(),
                body: refusal.to_json().into_bytes(),
            },
        }
    }
}

/// The operations of the `DynamoDB_20120810` service that Fyr uses.
pub(crate) struct Operations {
    database: Database,
    tokens: Mutex<Tokens>,
    gathering: Gathering,
}

impl Operations {
    pub(crate) fn new(database: Database) -> Self {
        Self {
            database,
            tokens: Mutex::default(),
            gathering: Gathering::default(),
        }
    }

    /// Carries out an operation, after others have had their turn: see [`crate::seam`].
    pub(crate) async fn answer(&self, operation: String, body: Bytes) -> Answer {
        let begun = self.begin(operation, body);
        tokio::task::yield_now().await;
        self.finish(begun).await
    }

    /// Begins an operation. Before [`Self::finish`] others are to have their turn.
    pub(crate) fn begin(&self, operation: String, body: Bytes) -> Arc<Call> {
        let call = Arc::new(Call::new(operation, body));
        self.gathering.join(&call);
        call
    }

    /// Ends an operation that was begun, together with others or alone.
    pub(crate) async fn finish(&self, call: Arc<Call>) -> Answer {
        let together = self.gathering.carry_out(&self.database, &call).await;
        together.unwrap_or_else(|| self.run(&call.operation, &call.body))
    }

    /// Runs one operation to its end, on this thread.
    fn run(&self, operation: &str, body: &[u8]) -> Answer {
        let db = &self.database;
        Answer::from(match operation {
            "GetItem" => call(body, |request| db.get_item(request)),
            "BatchGetItem" => call(body, |request| db.batch_get_item(request)),
            "Query" => call(body, |request| db.query(request)),
            "Scan" => call(body, |request| db.scan(request)),
            "PutItem" => call(body, |request| db.put_item(request)),
            "UpdateItem" => call(body, |request| db.update_item(request)),
            "DeleteItem" => call(body, |request| db.delete_item(request)),
            "BatchWriteItem" => call(body, |request| db.batch_write_item(request)),
            "TransactWriteItems" => call(body, |request| self.transact(request, body)),
            "CreateTable" => call(body, |request| db.create_table(request)),
            "DescribeTable" => call(body, |request| db.describe_table(request)),
            "ListTables" => call(body, |request| db.list_tables(request)),
            "DeleteTable" => call(body, |request| db.delete_table(request)),
            "UpdateTimeToLive" => call(body, |request| db.update_time_to_live(request)),
            "DescribeTimeToLive" => call(body, |request| db.describe_time_to_live(request)),
            other => Err(DynoxideError::ValidationException(format!(
                "the embedded engine does not serve the operation {other:?}"
            ))),
        })
    }

    /// The transaction, unless its token says that it is applied already.
    fn transact(
        &self,
        mut request: TransactWriteItemsRequest,
        body: &[u8],
    ) -> Result<TransactWriteItemsResponse, DynoxideError> {
        let Some(token) = request.client_request_token.take() else {
            return self.database.transact_write_items(request);
        };
        let fingerprint = fingerprint(body);
        // Held to the end, so that of two calls with one token the second finds the first done.
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.look_up(&token, fingerprint, Instant::now()) {
            Seen::Applied => Ok(TransactWriteItemsResponse::default()),
            Seen::Otherwise => Err(DynoxideError::IdempotentParameterMismatchException(
                "the token came with another transaction before".to_owned(),
            )),
            Seen::Never => {
                let response = self.database.transact_write_items(request)?;
                tokens.remember(token, fingerprint, Instant::now());
                Ok(response)
            }
        }
    }
}

fn call<Request, Response>(
    body: &[u8],
    operation: impl FnOnce(Request) -> Result<Response, DynoxideError>,
) -> Result<Vec<u8>, DynoxideError>
where
    Request: DeserializeOwned,
    Response: Serialize,
{
    let request = serde_json::from_slice(body).map_err(|refusal| malformed(&refusal))?;
    let response = operation(request)?;
    serde_json::to_vec(&response)
        .map_err(|failure| DynoxideError::InternalServerError(failure.to_string()))
}

/// dynoxide's readers mark the kind of a refusal with a prefix on serde's message.
fn malformed(refusal: &serde_json::Error) -> DynoxideError {
    let text = refusal.to_string();
    let unmarked = text
        .split_once("VALIDATION:")
        .map_or(text.as_str(), |(_, rest)| rest);
    DynoxideError::ValidationException(unmarked.to_owned())
}
