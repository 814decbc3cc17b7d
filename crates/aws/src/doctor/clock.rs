//! The clock: whether this machine and the endpoint agree on the time.

use std::sync::{Arc, OnceLock};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeDeserializationInterceptorContextRef;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use store::{Clock, Millis};

use super::{Finding, Verdict};

/// By how much they may differ: of the slack in `FYR_CLOSING_SECONDS` this is a third.
const MAX_DIFFERENCE_MS: i64 = 2_000;
/// A `Date` says the second, and was that much later at most.
const RESOLUTION_MS: i64 = 1_000;

/// Asks the tables' endpoint for anything, and looks at the `Date` of its answer: a refusal has one too.
pub async fn examine(client: &Client, clock: Arc<dyn Clock>) -> Finding {
    let of = "clock";
    let seconds = MAX_DIFFERENCE_MS / 1000;
    let claim = format!("it is that of the tables' endpoint, within {seconds} seconds");
    let dates = Dates {
        clock,
        seen: Arc::default(),
    };
    let seen = Arc::clone(&dates.seen);
    let asked = client.list_tables().limit(1).customize();
    let answer = asked.interceptor(dates).send().await;
    let verdict = match (seen.get(), answer) {
        (Some(difference), _) => verdict(*difference),
        (None, Err(failure)) if failure.raw_response().is_none() => {
            return Finding::unknown(of, claim, &failure);
        }
        (None, _) => Verdict::Unknown("its answer has no Date".to_owned()),
    };
    Finding::new(of, claim, verdict)
}

/// By how many milliseconds ours is ahead, or behind when that is negative.
fn verdict(difference: i64) -> Verdict {
    if (-MAX_DIFFERENCE_MS..=MAX_DIFFERENCE_MS + RESOLUTION_MS).contains(&difference) {
        return Verdict::Holds;
    }
    let seconds = difference.abs() / 1000;
    let side = if difference < 0 { "behind" } else { "ahead" };
    Verdict::Fails(format!(
        "it is {seconds} seconds {side}: histories close too early or too late, from 30 seconds on tokens are refused, \
         and from five minutes on AWS refuses every call"
    ))
}

/// Notes the difference to the first answer that has a date.
#[derive(Clone)]
struct Dates {
    clock: Arc<dyn Clock>,
    seen: Arc<OnceLock<i64>>,
}

impl std::fmt::Debug for Dates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dates")
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

impl Intercept for Dates {
    fn name(&self) -> &'static str {
        "Dates"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _runtime: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let date = context.response().headers().get("date");
        if let Some(there) = date.and_then(millis) {
            // The first one counts; a repeated call has another.
            let _ = self.seen.set(self.clock.now().since(there));
        }
        Ok(())
    }
}

/// `Sat, 21 Nov 2026 12:00:00 GMT`.
fn millis(date: &str) -> Option<Millis> {
    let date = DateTime::from_str(date, Format::HttpDate).ok()?;
    date.to_millis().ok().map(Millis)
}
