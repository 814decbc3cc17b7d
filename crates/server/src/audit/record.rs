//! The record of a request, and its line in the log.
//!
//! ```json
//! {"audit": "request", "time": "2026-04-16T11:26:48.316+00:00", "requestId": "6f1c…", "tenant": "acme",
//!  "user": "u1", "userType": "SYSTEM", "method": "POST", "path": "/fhir/", "interaction": "transaction",
//!  "resources": ["POST Organization/1/_history/1 201 Created"], "status": 200, "durationMs": 12,
//!  "cost": {"requests": 2, "roundTrips": 2, "readUnits": 0.0, "writeUnits": 6.0}}
//! ```
//!
//! `issues` has the codes of what failed, `unnamed` how many resources there are beyond the first
//! thousand.

use fhir::instant::Instant;
use http::Method;
use serde_json::{Value, json};
use store::Receipt;

use super::{Touched, Trail, named};
use crate::{
    auth::Caller,
    failure::Failure,
    interaction::Context,
    rest::{RequestId, below_base},
    route,
};

/// Bytes of a path that are kept.
const MAX_PATH: usize = 1_024;

/// What is known of a request before it is looked at.
pub(crate) struct Asked {
    pub(crate) id: RequestId,
    pub(crate) method: Method,
    pub(crate) uri: http::Uri,
    pub(crate) started: store::Millis,
}

/// What is recorded of a request.
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) time: Instant,
    pub(super) request_id: String,
    pub(super) tenant: Option<String>,
    pub(super) user: Option<String>,
    pub(super) user_type: Option<String>,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) interaction: &'static str,
    pub(super) touched: Vec<Touched>,
    pub(super) unnamed: usize,
    pub(super) status: u16,
    pub(super) issues: Vec<&'static str>,
    pub(super) duration_ms: i64,
    pub(super) cost: Value,
}

impl Record {
    /// The record of a request that was answered so.
    pub(crate) fn of(
        context: &Context,
        asked: &Asked,
        status: u16,
        failure: Option<&Failure>,
        receipt: &Receipt,
    ) -> Self {
        let Trail { tenant, .. } = context.trail.as_ref();
        let noted = std::mem::take(&mut *context.trail.noted());
        let Caller {
            user_id, user_type, ..
        } = context.caller.as_ref();
        let routed = noted.interaction.is_none().then(|| {
            let path = below_base(&context.settings, &asked.uri)?;
            route::find(&asked.method, path).ok()
        });
        let route = routed.flatten().map(|routed| routed.route);
        let subject = route.as_ref().and_then(named::subject);
        let interaction = route.as_ref().map(|route| named::interaction(route, None));
        let now = context.clock.now();
        Self {
            time: Instant::from_millis(now.0),
            request_id: asked.id.id.clone(),
            tenant: tenant.as_ref().map(ToString::to_string),
            user: user_id.clone(),
            user_type: user_type.clone(),
            method: asked.method.to_string(),
            path: asked.uri.path().chars().take(MAX_PATH).collect(),
            interaction: noted.interaction.or(interaction).unwrap_or("unknown"),
            touched: noted.touched.into_iter().chain(subject).collect(),
            unnamed: noted.unnamed,
            status,
            issues: failure.map_or_else(Vec::new, issue_codes),
            duration_ms: now.since(asked.started),
            cost: cost(receipt),
        }
    }

    /// Adds it to the log, if there is one.
    pub(crate) fn log(&self, trail: &Trail) {
        if let Some(log) = &trail.log {
            log.record(&self.line());
        }
    }

    fn line(&self) -> String {
        let resources: Vec<String> = self.touched.iter().map(ToString::to_string).collect();
        let mut line = json!({
            "audit": "request",
            "time": self.time.to_string(),
            "requestId": self.request_id,
            "user": self.user,
            "userType": self.user_type,
            "method": self.method,
            "path": self.path,
            "interaction": self.interaction,
            "resources": resources,
            "status": self.status,
            "durationMs": self.duration_ms,
            "cost": self.cost,
        });
        if let Some(line) = line.as_object_mut() {
            if let Some(tenant) = &self.tenant {
                line.insert("tenant".into(), tenant.as_str().into());
            }
            if !self.issues.is_empty() {
                line.insert("issues".into(), self.issues.clone().into());
            }
            if self.unnamed > 0 {
                line.insert("unnamed".into(), self.unnamed.into());
            }
        }
        line.to_string()
    }
}

/// What was asked of the tables. Without units where the tables do not tell them, as those of a
/// machine of one's own, which are free.
fn cost(receipt: &Receipt) -> Value {
    let (requests, trips) = (receipt.requests(), receipt.round_trips());
    let (read, write) = (receipt.read_units(), receipt.write_units());
    if read + write > 0.0 {
        json!({"requests": requests, "roundTrips": trips, "readUnits": read, "writeUnits": write})
    } else {
        json!({"requests": requests, "roundTrips": trips})
    }
}

/// The codes of a failure, each once: its words may quote what was sent.
fn issue_codes(failure: &Failure) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = failure
        .issues
        .iter()
        .map(|issue| issue.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

impl std::fmt::Display for Touched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(method) = &self.method {
            write!(f, "{method} ")?;
        }
        f.write_str(&self.resource)?;
        match &self.status {
            Some(status) => write!(f, " {status}"),
            None => Ok(()),
        }
    }
}
