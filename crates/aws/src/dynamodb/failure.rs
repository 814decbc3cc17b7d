//! What a failed call means to the store: above all, whether a write may have been applied.
//!
//! | AWS says | the store hears |
//! |---|---|
//! | `TransactionConflictException`, reason `TransactionConflict` | conflict |
//! | throughput, throttling and request limit codes, reason `ThrottlingError` | throttled |
//! | `ValidationException` about a size | too large |
//! | `TransactionInProgressException` | unknown: an earlier call with this token is still at work |
//! | 5xx, timeout, no or an unreadable answer | unknown |
//! | any other 4xx with a code: access, missing table, wrong request | refused |
//!
//! Sources: the errors of
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html> and
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use store::table::{FailedCondition, TableError};

use super::value::{self, Attributes, Foreign};

/// Codes that mean "slower", on the data plane and in front of it.
const THROTTLED: [&str; 6] = [
    "ProvisionedThroughputExceededException",
    "ProvisionedThroughputExceeded",
    "ThrottlingException",
    "ThrottlingError",
    "RequestLimitExceeded",
    "Throttling",
];

/// Any failure that is not a failed condition.
pub(super) fn failed<E>(failure: SdkError<E, HttpResponse>) -> TableError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match &failure {
        SdkError::ConstructionFailure(_) => TableError::Refused(failure.into()),
        SdkError::ServiceError(answer) => {
            let code = answer.err().code().unwrap_or_default();
            let message = answer.err().message().unwrap_or_default();
            match code {
                "TransactionConflictException" | "ReplicatedWriteConflictException" => {
                    TableError::Conflict
                }
                "TransactionInProgressException" => TableError::Unknown(failure.into()),
                slower if THROTTLED.contains(&slower) => TableError::Throttled,
                "ValidationException" if is_about_size(message) => {
                    TableError::TooLarge(message.to_owned())
                }
                // Only a clear no is a no: a proxy's page or half an answer says nothing.
                known if !known.is_empty() && answer.raw().status().is_client_error() => {
                    TableError::Refused(failure.into())
                }
                _ => TableError::Unknown(failure.into()),
            }
        }
        // Timeouts, connections that broke or never were, answers cut off in the middle.
        _ => TableError::Unknown(failure.into()),
    }
}

/// "Item size has exceeded the maximum allowed size", "Collection size of items exceeded …".
fn is_about_size(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    message.contains("size") && message.contains("exceed")
}

/// The errors of the operations that write one item.
pub(super) trait WriteError {
    /// The failed condition, when it is that.
    fn failed_check(&self) -> Option<&ConditionalCheckFailedException>;
}

macro_rules! write_error {
    ($($error:ident)+) => { $(
        impl WriteError for $error {
            fn failed_check(&self) -> Option<&ConditionalCheckFailedException> {
                match self {
                    Self::ConditionalCheckFailedException(check) => Some(check),
                    _ => None,
                }
            }
        }
    )+ };
}
write_error!(PutItemError UpdateItemError DeleteItemError);

/// A failed write of one item.
pub(super) fn write_failed<E>(failure: SdkError<E, HttpResponse>) -> TableError
where
    E: WriteError + ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match failure.as_service_error().and_then(E::failed_check) {
        Some(check) => conditions_failed([(0, check.item.clone())]),
        None => failed(failure),
    }
}

/// A failed transaction.
pub(super) fn transaction_failed(
    failure: SdkError<TransactWriteItemsError, HttpResponse>,
) -> TableError {
    match failure.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons();
            cancelled_for(reasons, cancelled.message().unwrap_or_default())
        }
        _ => failed(failure),
    }
}

/// A false condition outweighs a conflict: either way nothing was applied, but the condition will
/// be false again.
fn cancelled_for(reasons: &[CancellationReason], message: &str) -> TableError {
    let is = |code: &'static str| move |reason: &CancellationReason| reason.code() == Some(code);
    if reasons.iter().any(is("ConditionalCheckFailed")) {
        let failed = reasons
            .iter()
            .enumerate()
            .filter(|(_, r)| is("ConditionalCheckFailed")(r));
        return conditions_failed(failed.map(|(index, reason)| (index, reason.item.clone())));
    }
    if reasons.iter().any(is("TransactionConflict")) {
        return TableError::Conflict;
    }
    if THROTTLED.iter().any(|code| reasons.iter().any(is(code))) {
        return TableError::Throttled;
    }
    let why = reasons
        .iter()
        .find_map(CancellationReason::message)
        .unwrap_or(message)
        .to_owned();
    if is_about_size(&why) {
        TableError::TooLarge(why)
    } else {
        TableError::Refused(why.into())
    }
}

fn conditions_failed(items: impl IntoIterator<Item = (usize, Option<Attributes>)>) -> TableError {
    let failed = items.into_iter().map(|(index, attributes)| {
        let stored = attributes.filter(|attributes| !attributes.is_empty());
        Ok(FailedCondition {
            index,
            item: stored.map(value::item).transpose()?,
        })
    });
    failed
        .collect::<Result<_, Foreign>>()
        .map_or_else(foreign, TableError::ConditionFailed)
}

/// An item that is not Fyr's: asking again is no use.
pub(super) fn foreign(foreign: Foreign) -> TableError {
    TableError::Refused(foreign.into())
}

/// A request that DynamoDB has no form for.
pub(super) fn misuse(what: impl Into<Box<dyn Error + Send + Sync>>) -> TableError {
    TableError::Refused(what.into())
}

#[cfg(test)]
mod tests;
