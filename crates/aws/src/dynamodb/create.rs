//! Makes the tables where nobody else does: at the embedded engine and at other emulators. In AWS
//! the template makes them, with backups, encryption and deletion protection.

use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::create_table::CreateTableError;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType, TableStatus,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use store::table::{SortKind, Table};

use super::names::TableNames;
use super::value::{PK, SK};
use crate::connection;

/// How long to wait for a table to become active, in steps of [`POLL`].
const PATIENCE: u32 = 300;
/// Between two looks at a table's status.
const POLL: Duration = Duration::from_millis(200);

/// Why it is not known that the tables are there.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The endpoint refused, or did not answer.
    #[error("the DynamoDB said of the table {name}: {reason}")]
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

/// Whether all tables are there and active.
///
/// # Errors
/// [`CreateError::Refused`]: the endpoint does not tell.
pub async fn tables_exist(client: &Client, names: &TableNames) -> Result<bool, CreateError> {
    for table in Table::ALL {
        if status(client, names.of(table)).await? != Some(TableStatus::Active) {
            return Ok(false);
        }
    }
    Ok(true)
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
        Err(failure) => Err(refused(name, &failure)),
    }
}

async fn wait_until_active(client: &Client, name: &str) -> Result<(), CreateError> {
    for _ in 0..PATIENCE {
        if status(client, name).await? == Some(TableStatus::Active) {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
    Err(CreateError::Inactive(name.to_owned()))
}

/// The table's status; none when there is no such table.
async fn status(client: &Client, name: &str) -> Result<Option<TableStatus>, CreateError> {
    match client.describe_table().table_name(name).send().await {
        Ok(described) => Ok(described.table.and_then(|table| table.table_status)),
        Err(failure)
            if failure
                .as_service_error()
                .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
        {
            Ok(None)
        }
        Err(failure) => Err(refused(name, &failure)),
    }
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

fn refused<E>(name: &str, failure: &SdkError<E, HttpResponse>) -> CreateError
where
    E: std::error::Error + 'static,
{
    CreateError::Refused {
        name: name.to_owned(),
        reason: connection::reason(failure),
    }
}
