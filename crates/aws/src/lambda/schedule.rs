//! The event of an `EventBridge` schedule:
//! <https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html>.
//!
//! ```json
//! {"version": "0", "id": "53dc4d37-…", "detail-type": "Scheduled Event", "source": "aws.scheduler",
//!  "time": "2026-11-21T06:00:00Z", "resources": ["arn:aws:scheduler:…:schedule/default/fyr-sweeper"], "detail": "{}"}
//! ```
//!
//! A schedule calls at least once, so what it starts must bear being started twice. There is nothing
//! in the event that decides anything: it only says that it is time.

use serde_json::Value;

use super::Malformed;

/// Who sends such events: a schedule, and a rule of the older kind.
const SOURCES: [&str; 2] = ["aws.scheduler", "aws.events"];

/// Makes sure that the event is one of a schedule; its time, for the log.
///
/// # Errors
/// It is of another kind: the function is wired wrongly.
pub(super) fn time(event: &Value) -> Result<&str, Malformed> {
    let text = |name| event.get(name).and_then(Value::as_str);
    text("source")
        .filter(|source| SOURCES.contains(source))
        .and(text("time"))
        .ok_or(Malformed("an event of a schedule has its source and time"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schedules_and_rules_say_when_it_is_time() {
        for source in SOURCES {
            let event = json!({
                "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
                "detail-type": "Scheduled Event", "source": source, "account": "123456789012",
                "time": "2026-11-21T06:00:00Z", "region": "eu-north-1",
                "resources": ["arn:aws:scheduler:eu-north-1:123456789012:schedule/default/fyr-sweeper"],
                "detail": "{}"
            });
            assert_eq!(time(&event).unwrap(), "2026-11-21T06:00:00Z");
        }
    }

    #[test]
    fn an_event_of_another_kind_is_refused() {
        assert!(time(&json!({})).is_err());
        assert!(time(&json!({"source": "aws.s3", "time": "2026-11-21T06:00:00Z"})).is_err());
        assert!(time(&json!({"Records": []})).is_err());
    }
}
