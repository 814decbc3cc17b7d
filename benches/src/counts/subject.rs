//! A server over simulated tables, which tells what each request cost.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use fhir::instant::Instant;
use futures::executor::block_on;
use http::{Method, Request, Response, header};
use server::auth::Caller;
use server::simulated::{SimulatedFiles, SimulatedQueue};
use server::{Server, Settings};
use store::simulated::{CountingIds, ManualClock, SimulatedBlobs, SimulatedTables};
use store::{Clock, NoAlarm, Receipt, Store};

/// A server with nothing stored yet.
pub(crate) struct Subject {
    server: Server,
    clock: Arc<ManualClock>,
}

/// What one request cost.
#[derive(Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) requests: u64,
    pub(crate) read_units: f64,
    pub(crate) write_units: f64,
    pub(crate) round_trips: u64,
}

/// A request to the server.
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    /// Below the base.
    pub(crate) path: &'a str,
    pub(crate) if_none_exist: Option<&'a str>,
    pub(crate) body: String,
}

impl<'a> Ask<'a> {
    /// A GET.
    pub(crate) fn get(path: &'a str) -> Self {
        Self {
            method: Method::GET,
            path,
            if_none_exist: None,
            body: String::new(),
        }
    }

    /// A POST.
    pub(crate) fn post(path: &'a str, body: String) -> Self {
        Self {
            method: Method::POST,
            path,
            if_none_exist: None,
            body,
        }
    }

    /// A PUT.
    pub(crate) fn put(path: &'a str, body: String) -> Self {
        Self {
            method: Method::PUT,
            path,
            if_none_exist: None,
            body,
        }
    }
}

impl Subject {
    /// A server on which an organization was stored this month: the first of a month costs a unit
    /// more.
    pub(crate) fn new() -> Result<Self> {
        let clock = Arc::new(ManualClock::default());
        let ids = Arc::new(CountingIds::default());
        let ports = store::Ports {
            tables: Arc::new(SimulatedTables::new()),
            blobs: Arc::new(SimulatedBlobs::new()),
            alarm: Arc::new(NoAlarm),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let store = Store::new(ports, store::Settings::default());
        let settings = Settings::at("http://localhost/fhir");
        let ports = server::Ports {
            store,
            files: Arc::new(SimulatedFiles::new()),
            jobs: Arc::new(SimulatedQueue::new()),
            clock: clock.clone(),
            ids,
        };
        let subject = Self {
            server: Server::new(ports, settings),
            clock,
        };
        let first = r#"{"resourceType":"Organization","id":"first","name":"first"}"#;
        subject.cost_of(Ask::put("/Organization/first", first.to_owned()))?;
        Ok(subject)
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, milliseconds: i64) {
        self.clock.advance(milliseconds);
    }

    /// The present, as FHIR writes it.
    pub(crate) fn now(&self) -> String {
        Instant::from_millis(self.clock.now().0).to_string()
    }

    /// Sends a request that must succeed, and returns what it cost.
    pub(crate) fn cost_of(&self, ask: Ask<'_>) -> Result<Cost> {
        Ok(self.answer(ask)?.0)
    }

    /// The same, and the body of the answer.
    pub(crate) fn answer(&self, ask: Ask<'_>) -> Result<(Cost, Bytes)> {
        let receipt = Arc::new(Receipt::new());
        let mut request = Request::builder()
            .method(ask.method)
            .uri(format!("/fhir{}", ask.path))
            .header(header::CONTENT_TYPE, "application/fhir+json");
        if let Some(criterion) = ask.if_none_exist {
            request = request.header("If-None-Exist", criterion);
        }
        let request = request
            .body(Bytes::from(ask.body))
            .context("not a request")?;
        let answer = self
            .server
            .respond_metered(request, Caller::developer(), receipt.clone());
        let response = block_on(answer);
        check(&response)?;
        let cost = Cost {
            requests: receipt.requests(),
            read_units: receipt.read_units(),
            write_units: receipt.write_units(),
            round_trips: receipt.round_trips(),
        };
        Ok((cost, response.into_body()))
    }
}

fn check(response: &Response<Bytes>) -> Result<()> {
    if response.status().is_success() {
        return Ok(());
    }
    bail!(
        "{}: {}",
        response.status(),
        String::from_utf8_lossy(response.body())
    )
}
