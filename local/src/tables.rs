//! `fyr tables create`.

use aws::Config;
use aws::dynamodb::{Endpoint, connect, create_tables};

use crate::arguments::CreateTables;
use crate::failure::Failure;

#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) async fn create(arguments: CreateTables, config: &Config) -> Result<(), Failure> {
    let endpoint = arguments
        .dynamodb_endpoint
        .map_or_else(|| config.endpoint(), Endpoint::Url);
    let client = connect(endpoint).await;
    create_tables(&client, &config.table_names())
        .await
        .map_err(Failure::unexpected)?;
    println!("the tables {}-* are there", config.table_prefix);
    Ok(())
}
