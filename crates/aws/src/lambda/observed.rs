//! The metrics of a request, and the words by which its line is found beside those of its record
//! (`server::audit`), which stands in the same line unless `FYR_AUDIT` is off.
//!
//! | member | from |
//! |---|---|
//! | `requestId` | `X-Request-Id` of the answer: the client's own, or ours |
//! | `lambdaRequestId`, `xrayTraceId` | the invocation |
//! | `type`, `operation` | the request; ids and queries are not logged here |
//! | `job` | `_jobId` of the request, or of the address that the answer tells |
//! | `status`, `roundTrips` | the answer, and the calls to the tables that followed each other |

use bytes::Bytes;
use http::{HeaderMap, Response, header};
use lambda_http::RequestExt;
use store::{Millis, Receipt};

use crate::telemetry::{Measured, Meter, Metric, Totals};

/// A request that is being answered.
#[derive(Debug)]
pub(super) struct Observed {
    began: Millis,
    lambda_request: Option<String>,
    trace: Option<String>,
    resource_type: Option<String>,
    operation: Option<String>,
    job: Option<String>,
}

impl Observed {
    /// A request, as it arrives in this invocation.
    pub(super) fn arriving(event: &lambda_http::Request, base_path: &str) -> Self {
        let context = event.lambda_context_ref();
        let path = event.raw_http_path();
        let path = path.strip_prefix(base_path).unwrap_or(path);
        Self {
            began: Meter::now(),
            lambda_request: context.map(|context| context.request_id.clone()),
            trace: context.and_then(|context| context.xray_trace_id.clone()),
            resource_type: resource_type(path),
            operation: operation(path),
            job: event.uri().query().and_then(job),
        }
    }

    /// What came of it.
    pub(super) fn answered(self, response: &Response<Bytes>, receipt: &Receipt) -> Measured {
        let status = response.status();
        let headers = response.headers();
        let told = text(headers, header::CONTENT_LOCATION.as_str()).and_then(|at| job(&at));
        let took = Meter::now().since(self.began);
        let measured = Measured::default()
            .count(Metric::Requests, 1_u32)
            .count(Metric::Latency, took)
            .count(Metric::Refusals, u32::from(status.is_client_error()))
            .count(Metric::Faults, u32::from(status.is_server_error()));
        Totals::of(receipt)
            .add_since(Totals::default(), measured)
            .about("requestId", text(headers, "x-request-id"))
            .about("lambdaRequestId", self.lambda_request)
            .about("xrayTraceId", self.trace)
            .about("type", self.resource_type)
            .about("operation", self.operation)
            .about("job", self.job.or(told))
            .about("status", Some(status.as_u16()))
            .about("roundTrips", Some(receipt.round_trips()))
    }
}

/// `/Organization/1` → `Organization`. (A named stage in front is in lower case.)
fn resource_type(path: &str) -> Option<String> {
    let is_type = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_alphabetic())
    };
    path.split('/').find(is_type).map(str::to_owned)
}

/// `/Organization/$validate` → `$validate`.
fn operation(path: &str) -> Option<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    path.split('/')
        .find(|part| {
            part.strip_prefix('$')
                .is_some_and(|name| name.chars().all(is_name))
        })
        .map(str::to_owned)
}

/// The job that a query or an address names.
fn job(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("_jobId=")?;
    let is_of_id = |c: &char| c.is_ascii_hexdigit() || *c == '-';
    Some(rest.chars().take_while(is_of_id).collect())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use lambda_http::request;
    use serde_json::json;
    use server::port::AuditLog;

    use crate::telemetry::HeldRecord;

    use super::*;

    fn observed(path: &str, query: &str) -> Observed {
        let event = json!({
            "version": "2.0", "rawPath": path, "rawQueryString": query, "headers": {},
            "requestContext": {"stage": "$default", "http": {"method": "GET", "path": path}},
            "isBase64Encoded": false
        });
        let event = request::from_str(&event.to_string()).unwrap();
        Observed::arriving(&event, "")
    }

    #[test]
    fn a_request_is_named_by_its_type_and_its_operation_and_not_by_ids() {
        for (path, resource_type, operation) in [
            ("/Organization/42/_history/1", Some("Organization"), None),
            (
                "/Organization/$validate",
                Some("Organization"),
                Some("$validate"),
            ),
            ("/$export", None, Some("$export")),
            ("/", None, None),
            ("/metadata", None, None),
            ("/$%0A", None, None),
        ] {
            let observed = observed(path, "");
            assert_eq!(observed.resource_type.as_deref(), resource_type, "{path}");
            assert_eq!(observed.operation.as_deref(), operation, "{path}");
        }
    }

    #[test]
    fn a_job_is_named_by_the_request_or_by_the_answer() {
        let asked = observed("/$export-poll-status", "_jobId=61469f6a-453d&x=1");
        assert_eq!(asked.job.as_deref(), Some("61469f6a-453d"));
        let begun = observed("/$export", "_type=Organization");
        let response = Response::builder()
            .status(202)
            .header(
                "content-location",
                "https://fyr.example/$export-poll-status?_jobId=61469f6a",
            )
            .body(Bytes::new())
            .unwrap();
        let measured = begun.answered(&response, &Receipt::new());
        assert!(format!("{measured:?}").contains("61469f6a"));
    }

    #[test]
    fn a_request_and_its_record_are_one_line() {
        let held = HeldRecord::default();
        held.record(r#"{"audit": "request", "user": "u1", "status": 200}"#);
        let response = Response::new(Bytes::new());
        let measured = observed("/Organization/1", "").answered(&response, &Receipt::new());
        let text = format!("{:?}", measured.about_all(held.take()));
        for member in ["user", "audit", "Organization", "Requests"] {
            assert!(text.contains(member), "{member}: {text}");
        }
        assert!(held.take().is_none(), "it is of one request");
    }

    #[test]
    fn refusals_and_faults_are_told_apart() {
        for (status, refusals, faults) in [(200, 0, 0), (304, 0, 0), (412, 1, 0), (503, 0, 1)] {
            let response = Response::builder()
                .status(status)
                .body(Bytes::new())
                .unwrap();
            let measured = observed("/", "").answered(&response, &Receipt::new());
            let text = format!("{measured:?}");
            assert!(
                text.contains(&format!("(Refusals, {refusals}.0)")),
                "{text}"
            );
            assert!(text.contains(&format!("(Faults, {faults}.0)")), "{text}");
        }
    }
}
