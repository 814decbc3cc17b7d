//! Every way to say no: the shape that an SDK makes a typed error of, the older code that SDKs know
//! it by as well, and a sentence.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html>

use serde_json::{Value, json};

use super::message::MAX_BYTES;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("The specified queue does not exist.")]
    NoSuchQueue,
    #[error("A queue already exists with the same name and a different value for an attribute")]
    QueueExists,
    #[error("The input receipt handle \"{0}\" is not a valid receipt handle.")]
    ReceiptHandle(String),
    #[error("The message is not in flight any more.")]
    NotInFlight,
    #[error("There should be at least one entry in the request.")]
    EmptyBatch,
    #[error("Maximum number of entries per request are 10. You have sent {0}.")]
    TooManyEntries(usize),
    #[error("Two or more batch entries in the request have the same Id.")]
    SameIds,
    #[error("Batch requests cannot be longer than {MAX_BYTES} bytes.")]
    BatchTooLong,
    #[error("{0}")]
    Invalid(String),
    #[error("Unknown or unsupported attribute {0}.")]
    Attribute(String),
    #[error("The embedded SQS does not serve {0}.")]
    Unsupported(String),
}

impl Refusal {
    /// The name of the error's shape in the service's model.
    fn shape(&self) -> &'static str {
        match self {
            Self::NoSuchQueue => "QueueDoesNotExist",
            Self::QueueExists => "QueueNameExists",
            Self::ReceiptHandle(_) => "ReceiptHandleIsInvalid",
            Self::NotInFlight => "MessageNotInflight",
            Self::EmptyBatch => "EmptyBatchRequest",
            Self::TooManyEntries(_) => "TooManyEntriesInBatchRequest",
            Self::SameIds => "BatchEntryIdsNotDistinct",
            Self::BatchTooLong => "BatchRequestTooLong",
            Self::Invalid(_) => "InvalidParameterValue",
            Self::Attribute(_) => "InvalidAttributeName",
            Self::Unsupported(_) => "UnsupportedOperation",
        }
    }

    /// The code of the query protocol, which SQS spoke before JSON.
    fn code(&self) -> &'static str {
        match self {
            Self::NoSuchQueue => "AWS.SimpleQueueService.NonExistentQueue",
            Self::QueueExists => "QueueAlreadyExists",
            Self::NotInFlight => "AWS.SimpleQueueService.MessageNotInflight",
            Self::EmptyBatch => "AWS.SimpleQueueService.EmptyBatchRequest",
            Self::TooManyEntries(_) => "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            Self::SameIds => "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
            Self::BatchTooLong => "AWS.SimpleQueueService.BatchRequestTooLong",
            Self::Unsupported(_) => "AWS.SimpleQueueService.UnsupportedOperation",
            Self::ReceiptHandle(_) | Self::Invalid(_) | Self::Attribute(_) => self.shape(),
        }
    }

    /// The body of the response, whose status is 400.
    pub(super) fn body(&self) -> Value {
        json!({
            "__type": format!("com.amazonaws.sqs#{}", self.shape()),
            "message": self.to_string(),
        })
    }

    /// The value of the header `x-amzn-query-error`.
    pub(super) fn header(&self) -> String {
        format!("{};Sender", self.code())
    }

    /// The entry of a batch whose message failed so.
    pub(super) fn entry(&self, id: &str) -> Value {
        json!({
            "Id": id, "SenderFault": true, "Code": self.code(), "Message": self.to_string(),
        })
    }
}
