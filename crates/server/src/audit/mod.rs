//! What is recorded of a request: who asked for what, which resources that was about, and what came
//! of it.
//!
//! ```text
//! named    the words for what was asked for
//! record   the record, and its line in the log
//! event    the same as an AuditEvent
//! ```
//!
//! Never in a record: a token, a header but the request id, a body, the value of a parameter, the
//! words of an outcome (they may quote any of these). So it has no secrets and no health data but
//! the ids of resources.

mod event;
mod named;
mod record;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

pub(crate) use event::store_event;
pub(crate) use record::{Asked, Record};

use crate::{
    interaction::{Answer, Content, Request},
    port::AuditLog,
    route::Route,
    tenancy::Tenant,
};

/// Resources that are named in a record. Of those beyond, there is the number.
const MAX_NAMED: usize = 1_000;
/// Bytes of a URL in a bundle that are kept.
const MAX_URL: usize = 256;

/// What a request turns out to be about, noted as it becomes known.
pub(crate) struct Trail {
    log: Option<Arc<dyn AuditLog>>,
    tenant: Option<Tenant>,
    noted: Mutex<Noted>,
}

/// What is known so far.
#[derive(Debug, Default)]
struct Noted {
    interaction: Option<&'static str>,
    touched: Vec<Touched>,
    unnamed: usize,
}

/// A resource that a request was about.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Touched {
    /// `PUT`, of an entry of a bundle.
    method: Option<String>,
    /// `Organization/1`, `Organization/1/_history/2`, or only a type.
    resource: String,
    /// `201 Created`, of an entry of a bundle.
    status: Option<String>,
}

impl Trail {
    /// The trail of a request of this tenant, recorded in this log.
    pub(crate) fn of(tenant: Option<&Tenant>, log: Option<Arc<dyn AuditLog>>) -> Self {
        Self {
            log,
            tenant: tenant.cloned(),
            noted: Mutex::default(),
        }
    }

    /// Whether there is a log.
    pub(crate) fn has_log(&self) -> bool {
        self.log.is_some()
    }

    /// Notes what is asked for, once it is known.
    pub(crate) fn asked(&self, request: &Request) {
        let mut noted = self.noted();
        noted.interaction = Some(named::interaction(&request.route, request.body.as_ref()));
        let entries = request
            .body
            .as_ref()
            .filter(|_| request.route == Route::Bundle);
        let entries = entries.and_then(|bundle| bundle.get("entry")?.as_array());
        let asked = entries.into_iter().flatten().map(asked_by);
        if entries.is_some() {
            noted.set(asked.collect());
        } else {
            noted.set(named::subject(&request.route).into_iter().collect());
        }
    }

    /// Notes what the answer is about, once there is one.
    pub(crate) fn answered(&self, answer: &Answer, base_url: &str) {
        let mut noted = self.noted();
        if let Some(stamp) = &answer.stamp {
            noted.set(vec![Touched::of(stamp.location())]);
        }
        let Content::Complete(object) = &answer.content else {
            return;
        };
        let Some(entries) = object.get("entry").and_then(Value::as_array) else {
            return;
        };
        if noted.is_of_a_bundle() {
            for (touched, entry) in noted.touched.iter_mut().zip(entries) {
                touched.answered(entry);
            }
        } else {
            let found = entries.iter().filter_map(|entry| {
                let mut touched = Touched::default();
                match entry.get("fullUrl").and_then(Value::as_str) {
                    Some(url) => url.clone_into(&mut touched.resource),
                    // an import: what became of each organization
                    None => touched.answered(entry),
                }
                touched.resource = below(base_url, &touched.resource);
                (!touched.resource.is_empty()).then_some(touched)
            });
            let found: Vec<Touched> = found.collect();
            if !found.is_empty() {
                noted.set(found);
            }
        }
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn set(&mut self, mut touched: Vec<Touched>) {
        self.unnamed = touched.len().saturating_sub(MAX_NAMED);
        touched.truncate(MAX_NAMED);
        self.touched = touched;
    }

    fn is_of_a_bundle(&self) -> bool {
        matches!(self.interaction, Some("transaction" | "batch"))
    }
}

impl Touched {
    fn of(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            ..Self::default()
        }
    }

    /// Adds what an entry of the response says: its status, and where the resource is.
    fn answered(&mut self, entry: &Value) {
        let said = |name: &str| {
            entry
                .get("response")?
                .get(name)?
                .as_str()
                .map(str::to_owned)
        };
        self.status = said("status");
        if let Some(location) = said("location") {
            self.resource = location;
        }
    }
}

/// What an entry of a bundle asks for: the method, and the path without its query.
fn asked_by(entry: &Value) -> Touched {
    let said = |name: &str| entry.get("request")?.get(name)?.as_str();
    let url = said("url").unwrap_or_default();
    let path: String = url
        .chars()
        .take_while(|c| *c != '?')
        .take(MAX_URL)
        .collect();
    Touched {
        method: said("method").map(|method| method.chars().take(8).collect()),
        resource: path,
        status: None,
    }
}

/// `Organization/1` of a URL below the base.
fn below(base_url: &str, url: &str) -> String {
    let path = url.strip_prefix(base_url).unwrap_or(url);
    path.trim_start_matches('/').to_owned()
}
