//! A whole Fyr in this process: simulated tables, a clock that stands still, ids that count.
//!
//! Tests speak HTTP with it and never see the tables. Every response is checked on the way: only
//! known headers, those that each response has (G3), a body that says its length, and for a failure
//! an `OperationOutcome` that says something - and that nothing was written.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures::{
    executor::block_on,
    future::{BoxFuture, join_all},
};
use http::{HeaderMap, HeaderValue, Method, Request};
use serde_json::{Value, json};
use server::{
    Ports, Server, Servers, Settings, Ticked,
    auth::Caller,
    port::AuditLog,
    simulated::{SimulatedFiles, SimulatedQueue},
};
use store::{
    NoAlarm, Store,
    simulated::{Call, Fault, SimulatedBlobs},
};

use super::{
    reply::Reply,
    turns::{TurnClock, TurnIds, Turns},
};

/// The public URL of the server under test.
pub(super) const BASE: &str = "https://fyr.example/fhir";

/// The records of requests.
#[derive(Clone, Default)]
pub(super) struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    /// Takes all that there are.
    pub(super) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl AuditLog for Lines {
    fn record(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

/// A Fyr, and who talks to it.
#[derive(Clone)]
pub(super) struct Fyr {
    server: Server,
    servers: Servers,
    pub(super) records: Lines,
    ports: Ports,
    tables: Arc<Turns>,
    clock: Arc<TurnClock>,
    caller: Caller,
    pub(super) files: SimulatedFiles,
    pub(super) queue: SimulatedQueue,
}

impl Fyr {
    /// An empty server in its default settings, with a caller who may do everything.
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    /// An empty server with some settings changed.
    pub(super) fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::closing(store::Closing::OneProcess, change)
    }

    /// An empty server that is one of several, whose commits take so long at most.
    pub(super) fn closing_after(ms: i64) -> Self {
        Self::closing(store::Closing::Wait { ms }, |_| {})
    }

    fn closing(closing: store::Closing, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::at(BASE);
        // every failure is asked whether it wrote something
        settings.cost_headers = true;
        change(&mut settings);
        let tables = Arc::new(Turns::default());
        let clock = Arc::new(TurnClock::of(&tables));
        let ids = Arc::new(TurnIds::of(&tables));
        let limits = store::Settings {
            closing,
            ..store::Settings::default()
        };
        let store_ports = store::Ports {
            tables: tables.clone(),
            blobs: Arc::new(SimulatedBlobs::new()),
            alarm: Arc::new(NoAlarm),
            clock: clock.clone(),
            ids: ids.clone(),
        };
        let (files, queue) = (SimulatedFiles::new(), SimulatedQueue::new());
        let ports = Ports {
            store: Store::new(store_ports, limits),
            files: Arc::new(files.clone()),
            jobs: Arc::new(queue.clone()),
            clock: clock.clone(),
            ids,
        };
        let records = Lines::default();
        let log = Arc::new(records.clone());
        let servers = Servers::new(ports.clone(), settings, Some(log));
        Self {
            server: servers.all().remove(0),
            servers,
            records,
            ports,
            tables,
            clock,
            caller: Caller::developer(),
            files,
            queue,
        }
    }

    /// Another process over the same tables.
    pub(super) fn restarted(&self) -> Self {
        self.restarted_with(|_| {})
    }

    /// Another process over the same tables, with some settings changed.
    pub(super) fn restarted_with(&self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.servers.settings().clone();
        change(&mut settings);
        let servers = Servers::new(self.ports.clone(), settings, None);
        Self {
            server: servers.all().remove(0),
            servers,
            ..self.clone()
        }
    }

    /// Runs clients at the same time. The seed decides how they interleave.
    pub(super) fn run_at_once(&self, seed: u64, clients: Vec<BoxFuture<'_, ()>>) {
        self.tables.shuffle(seed);
        block_on(join_all(clients));
        self.tables.shuffle(0);
    }

    /// The same server, for another caller.
    pub(super) fn seen_by(&self, caller: Caller) -> Self {
        Self {
            caller,
            ..self.clone()
        }
    }

    /// The same server, for a caller with these roles.
    pub(super) fn with_roles(&self, roles: &[&str]) -> Self {
        self.seen_by(Caller::from_claims(&json!({
            "user_id": "somebody", "user_type": "SYSTEM", "realm_access": {"roles": roles}
        })))
    }

    /// All servers: one, or one for each tenant.
    pub(super) fn servers(&self) -> &Servers {
        &self.servers
    }

    /// The server itself, or that of the first tenant.
    pub(super) fn server(&self) -> &Server {
        &self.server
    }

    /// From now on requests interleave as the seed says; with 0 they do not.
    pub(super) fn shuffle(&self, seed: u64) {
        self.tables.shuffle(seed);
    }

    /// Hands the messages about jobs to the server, until there are none.
    pub(super) fn work_off(&self) {
        loop {
            let messages = self.queue.take();
            if messages.is_empty() {
                return;
            }
            for message in messages {
                self.advance(i64::try_from(message.delay.as_millis()).unwrap());
                block_on(self.servers.receive(&message.body)).unwrap();
            }
        }
    }

    /// What nobody asks for.
    pub(super) fn tick(&self) -> Ticked {
        block_on(self.server.tick()).unwrap()
    }

    /// Lets time pass.
    pub(super) fn advance(&self, milliseconds: i64) {
        self.clock.advance(milliseconds);
    }

    /// From now on the calls to the tables fail as `faults` says.
    pub(super) fn break_with(&self, faults: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        self.tables.tables().break_with(faults);
    }

    /// From now on the tables work again.
    pub(super) fn repair(&self) {
        self.tables.tables().repair();
    }

    /// Sends requests at the same time. The seed decides how they interleave.
    pub(super) fn at_once(&self, seed: u64, requests: Vec<Ask<'_>>) -> Vec<Reply> {
        self.tables.shuffle(seed);
        let replies = block_on(join_all(requests.into_iter().map(Ask::reply)));
        self.tables.shuffle(0);
        replies
    }

    /// A request that is still to be filled in; the path starts below the base.
    pub(super) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        Ask {
            fyr: self,
            method: method.parse().unwrap(),
            path: format!("/fhir{path}"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send()
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask("POST", path).json(body).send()
    }

    pub(super) fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask("PUT", path).json(body).send()
    }

    pub(super) fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path).send()
    }

    /// Posts a bundle of this type with these entries.
    pub(super) fn bundle(&self, kind: &str, entries: &[Value]) -> Reply {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": entries});
        self.post("/", &bundle)
    }

    pub(super) fn transaction(&self, entries: &[Value]) -> Reply {
        self.bundle("transaction", entries)
    }

    /// Creates a resource and tells its id.
    pub(super) fn created(&self, resource: &Value) -> String {
        let kind = resource["resourceType"].as_str().unwrap();
        let reply = self.post(&format!("/{kind}"), resource).expect(201);
        reply.json["id"].as_str().unwrap().to_owned()
    }

    /// Deletes the organization with this identifier, and tells whether there was one.
    pub(super) fn had(&self, identifier: &str) -> bool {
        let reply = self.delete(&format!("/Organization?identifier={identifier}"));
        match reply.expect(200).code() {
            "SUCCESSFUL_DELETE" => true,
            "SUCCESSFUL_DELETE_NOT_FOUND" => false,
            other => panic!("{other}"),
        }
    }
}

/// A request under construction.
pub(super) struct Ask<'a> {
    fyr: &'a Fyr,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Ask<'_> {
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// A body of FHIR JSON.
    pub(super) fn json(self, body: &Value) -> Self {
        self.text(&body.to_string())
    }

    /// A body that is said to be FHIR JSON.
    pub(super) fn text(self, body: &str) -> Self {
        self.bytes("application/fhir+json", body.as_bytes().to_vec())
    }

    /// A body of any kind.
    pub(super) fn bytes(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    pub(super) fn send(self) -> Reply {
        let reply = block_on(self.reply());
        reply.check_cost();
        reply
    }

    pub(super) async fn reply(self) -> Reply {
        let is_head = self.method == Method::HEAD;
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.path.parse().unwrap();
        *request.headers_mut() = self.headers;
        let caller = self.fyr.caller.clone();
        Reply::check(is_head, self.fyr.servers.respond(request, caller).await)
    }
}
