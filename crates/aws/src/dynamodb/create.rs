//! Makes the tables where nobody else does: at the embedded engine and at other emulators. In AWS
//! the template makes them, with backups, encryption and deletion protection.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, DisplayErrorContext};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};
use store::table::{SortKind, Table};

use super::names::TableNames;
use super::value::{PK, SK};

/// How long to wait for a table to become active, in steps of [`POLL`].
const PATIENCE: u32 = 300;
/// Between two looks at a table's status.
const POLL: Duration = Duration::from_millis(200);

/// Why the tables are not there.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The endpoint refused, or did not answer.
    #[error("the table {name} could not be made: {reason}")]
    Refused {
        /// Which table.
        name: String,
        /// What the endpoint said.
        reason: String,
    },
    /// It was made and did not become active.
    #[error("the table {0} did not become active")]
    Inactive(String),
    /// The request could not be built.
    #[error(transparent)]
    Incomplete(#[from] BuildError),
}

/// Makes those tables that do not exist, on demand capacity, and waits until all are active.
///
/// # Errors
/// [`CreateError`]: the first table that cannot be made.
pub async fn create_tables(client: &Client, names: &TableNames) -> Result<(), CreateError> {
    for table in Table::ALL {
        create(client, table, names.of(table)).await?;
    }
    for table in Table::ALL {
        wait_until_active(client, names.of(table)).await?;
    }
    Ok(())
}

async fn create(client: &Client, table: Table, name: &str) -> Result<(), CreateError> {
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(definition(PK, ScalarAttributeType::S)?)
        .key_schema(part(PK, KeyType::Hash)?);
    let sort = match table.sort_kind() {
        SortKind::None => None,
        SortKind::Number => Some(ScalarAttributeType::N),
        SortKind::Text => Some(ScalarAttributeType::S),
    };
    if let Some(kind) = sort {
        request = request
            .attribute_definitions(definition(SK, kind)?)
            .key_schema(part(SK, KeyType::Range)?);
    }
    match request.send().await {
        Ok(_) => Ok(()),
        Err(failure)
            if failure
                .as_service_error()
                .is_some_and(CreateTableError::is_resource_in_use_exception) =>
        {
            Ok(())
        }
        Err(failure) => Err(refused(name, &DisplayErrorContext(failure).to_string())),
    }
}

async fn wait_until_active(client: &Client, name: &str) -> Result<(), CreateError> {
    for _ in 0..PATIENCE {
        let described = client.describe_table().table_name(name).send().await;
        let table = described
            .map_err(|failure| refused(name, &DisplayErrorContext(failure).to_string()))?
            .table;
        if table.and_then(|table| table.table_status) == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
    Err(CreateError::Inactive(name.to_owned()))
}

fn definition(name: &str, kind: ScalarAttributeType) -> Result<AttributeDefinition, BuildError> {
    AttributeDefinition::builder()
        .attribute_name(name)
        .attribute_type(kind)
        .build()
}

fn part(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder()
        .attribute_name(name)
        .key_type(kind)
        .build()
}

fn refused(name: &str, reason: &str) -> CreateError {
    CreateError::Refused {
        name: name.to_owned(),
        reason: reason.to_owned(),
    }
}
