//! Messages that ask for a look at a large transaction, some time after it began:
//! `{"transaction": "…"}`. What they ask for is done by [`store::Store::recover`]; what no message
//! asks for, the sweep finds.

use serde_json::Value;
use server::Servers;
use store::{Recovery, StoreError};

/// Why a message stays on the queue.
#[derive(Debug, thiserror::Error)]
pub enum Again {
    /// It names no transaction. It never will, and becomes a dead letter.
    #[error("not a message of a transaction: {0}")]
    Unreadable(String),
    /// The transaction may still be under way.
    #[error("the transaction {0} is not decided yet")]
    Undecided(String),
    /// The tables did not answer.
    #[error("the transaction {transaction} could not be looked at")]
    Failed {
        /// Its name.
        transaction: String,
        /// What went wrong.
        source: StoreError,
    },
}

/// The message for a transaction.
pub fn message(transaction: &str) -> String {
    serde_json::json!({ "transaction": transaction }).to_string()
}

/// Does what a message asks for, and tells what became of the transaction.
///
/// # Errors
/// [`Again`]: the message must come again.
pub async fn recover(servers: &Servers, message: &str) -> Result<Recovery, Again> {
    let unreadable = || Again::Unreadable(message.to_owned());
    let named = transaction(message).ok_or_else(unreadable)?;
    let (server, transaction) = servers.addressee(&named).ok_or_else(unreadable)?;
    let transaction = transaction.to_owned();
    match server.store().recover(&transaction).await {
        Ok(Recovery::Undecided) => Err(Again::Undecided(transaction)),
        Ok(recovery) => {
            tracing::info!(transaction, ?recovery, "looked at a transaction");
            Ok(recovery)
        }
        Err(source) => Err(Again::Failed {
            transaction,
            source,
        }),
    }
}

fn transaction(message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    message.get("transaction")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_its_transaction() {
        assert_eq!(transaction(&message("0197-a")).as_deref(), Some("0197-a"));
        for wrong in [
            "",
            "0197-a",
            "{}",
            r#"{"transaction":1}"#,
            r#"["transaction"]"#,
        ] {
            assert_eq!(transaction(wrong), None, "{wrong}");
        }
    }
}
