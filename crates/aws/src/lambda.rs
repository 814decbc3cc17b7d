//! A Lambda function behind API Gateway, HTTP API (payload 2.0) or REST API (payload 1.0).
//!
//! ```text
//! event -> lambda_http -> request: path, query, headers, body  -> server -> response -> payload
//!                         caller: the claims the gateway verified
//! ```
//!
//! All functions run the same code. What sets them apart is their template resource: which routes
//! lead to them, what they may do to which table, how long they may take.

mod caller;
mod request;
mod response;

use std::sync::Arc;

use lambda_http::{Error, Request, service_fn};
use server::port::{NoFiles, NoQueue};
use server::{Ports, Server};
use store::Store;

use crate::dynamodb::{DynamoTables, connect};
use crate::system::{RandomIds, SystemClock};
use crate::{Config, telemetry};

/// Answers events until the function is stopped.
///
/// # Errors
/// Wrong settings, or no Lambda around it.
pub async fn run() -> Result<(), Error> {
    telemetry::to_cloudwatch();
    let server = server(&Config::from_environment()?).await?;
    lambda_http::run(service_fn(|event: Request| async {
        let caller = caller::caller(&event);
        let request = request::request(event, &server.settings().base_path)?;
        Ok::<_, Error>(response::Reply(server.respond(request, caller).await))
    }))
    .await
}

async fn server(config: &Config) -> Result<Server, Error> {
    let base_url = config
        .base_url
        .as_deref()
        .ok_or("FYR_BASE_URL is not set")?;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    let client = connect(config.endpoint()).await;
    let tables = Arc::new(DynamoTables::new(client, config.table_names()));
    let store = Store::new(tables, clock.clone(), ids.clone(), config.store_settings());
    let ports = Ports {
        store,
        files: Arc::new(NoFiles),
        jobs: Arc::new(NoQueue),
        clock,
        ids,
    };
    Ok(Server::new(ports, config.settings(base_url)))
}
