//! `GET /health` of `fyr serve`, for whoever keeps it running: whether its tables answer.
//!
//! ```text
//! 200 {"status":"pass","version":"0.1.0","tables":"reachable"}
//! 503 {"status":"fail","version":"0.1.0","tables":"the DynamoDB said …"}
//! ```
//!
//! It stands beside the base path and not below it. With `--base-path /` both are one, and there is still no
//! conflict: names of types begin with a capital letter. No token is asked for, nothing about the data is told, and it
//! is answered also when there are more requests under way than the server bears. On AWS the gateway and the
//! alarms say how the functions are.

use std::time::{Duration, Instant};

use aws::dynamodb::{Client, TableNames, tables_exist};
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode, header};
use http_body_util::Full;
use serde_json::json;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Where it is.
const PATH: &str = "/health";
/// The tables answer within this time, or are as good as gone.
const PATIENCE: Duration = Duration::from_secs(2);
/// For so long an answer is good: asking often does not load the tables.
const FRESH: Duration = Duration::from_secs(1);

/// Looks at the tables, one look at a time.
pub(crate) struct Health {
    client: Client,
    names: TableNames,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl Health {
    pub(crate) fn new(client: Client, names: TableNames) -> Self {
        Self {
            client,
            names,
            last: Mutex::new(None),
        }
    }

    /// Whether a request is for here. Other methods are left to the server, which refuses them.
    pub(crate) fn is_asked_for(method: &Method, path: &str) -> bool {
        path == PATH && [Method::GET, Method::HEAD].contains(method)
    }

    /// The answer; to HEAD it has no body.
    pub(crate) async fn answer(&self, method: &Method) -> Response<Full<Bytes>> {
        let (status, word, tables) = match self.look().await {
            Ok(()) => (StatusCode::OK, "pass", "reachable".to_owned()),
            Err(why) => (StatusCode::SERVICE_UNAVAILABLE, "fail", why),
        };
        let version = env!("CARGO_PKG_VERSION");
        let body = json!({"status": word, "version": version, "tables": tables}).to_string();
        let body = if *method == Method::HEAD {
            Full::default()
        } else {
            Full::new(body.into())
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/json");
        headers.insert(header::CONTENT_TYPE, json);
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
        response
    }

    async fn look(&self) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some((at, found)) = last.as_ref()
            && at.elapsed() < FRESH
        {
            return found.clone();
        }
        let tables = timeout(PATIENCE, tables_exist(&self.client, &self.names)).await;
        let found = match tables {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err("some are missing".to_owned()),
            Ok(Err(failure)) => Err(failure.to_string()),
            Err(_) => Err(format!("no answer within {} seconds", PATIENCE.as_secs())),
        };
        *last = Some((Instant::now(), found.clone()));
        found
    }
}
