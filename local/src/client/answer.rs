//! An answer, and what an operation outcome in it says to a person.

use std::time::Duration;

use bytes::Bytes;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

/// Issues of an outcome that are shown.
const SHOWN: usize = 10;

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A header as text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// `Retry-After` in seconds. (The date form is rare, and only means "later".)
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(RETRY_AFTER)?.to_str().ok()?.parse();
        seconds.ok().map(Duration::from_secs)
    }

    /// Whether the server says: not now.
    pub(crate) fn is_later(&self) -> bool {
        matches!(
            self.status,
            StatusCode::TOO_MANY_REQUESTS
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT
        )
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What went wrong, in the server's words: a line for each issue of its outcome.
    pub(crate) fn complaint(&self) -> String {
        let status = self.status;
        if let Some(issues) = self.json().as_ref().and_then(issues) {
            return format!("{status}\n{issues}");
        }
        let text = String::from_utf8_lossy(&self.body);
        let start: String = text.chars().take(200).collect();
        format!("{status} {}", start.trim()).trim_end().to_owned()
    }
}

/// The issues of an outcome, one a line.
pub(crate) fn issues(outcome: &Value) -> Option<String> {
    let issues = outcome.get("issue")?.as_array()?;
    let mut lines: Vec<String> = issues.iter().take(SHOWN).map(issue).collect();
    if issues.len() > SHOWN {
        lines.push(format!("  and {} more", issues.len() - SHOWN));
    }
    Some(lines.join("\n"))
}

/// What an issue says, and where: a line.
pub(crate) fn issue(issue: &Value) -> String {
    let text = |name: &str| issue.get(name).and_then(Value::as_str);
    let details = issue.pointer("/details/text").and_then(Value::as_str);
    let says = text("diagnostics").or(details).or(text("code"));
    let place = issue.pointer("/expression/0").and_then(Value::as_str);
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!("  {}{place}", says.unwrap_or("no reason given"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(body: &Value) -> Answer {
        Answer {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_string()),
        }
    }

    #[test]
    fn an_outcome_is_told_issue_by_issue() {
        let outcome = json!({"resourceType": "OperationOutcome", "issue": [
            {"severity": "error", "code": "invalid", "diagnostics": "no such type",
             "expression": ["Bundle.entry[3]"]},
            {"severity": "error", "code": "conflict"}]});
        assert_eq!(
            answer(&outcome).complaint(),
            "422 Unprocessable Entity\n  no such type (Bundle.entry[3])\n  conflict"
        );
    }

    #[test]
    fn what_is_no_outcome_is_shown_as_it_is() {
        let answer = Answer {
            body: Bytes::from_static(b"upstream is down"),
            ..answer(&Value::Null)
        };
        assert_eq!(
            answer.complaint(),
            "422 Unprocessable Entity upstream is down"
        );
    }
}
