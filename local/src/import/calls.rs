//! The calls: each is sent until it is answered.
//!
//! | answer | then |
//! |---|---|
//! | it took too long | it is sent again in halves, and no later call is longer than those |
//! | refused, some organizations are to blame | it is sent again without their trees |
//! | 409: others change the same | again, as after "later" |
//!
//! An import may be repeated: what has not changed is left as it is, and nothing is written to know that.

use std::cell::Cell;
use std::collections::HashMap;

use aws::system::RandomIds;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde_json::{Value, json};
use store::Ids;

use super::Tally;
use super::forest::Forest;
use super::refusal::Refusal;
use crate::client::{Answer, Client, Patience, Unreachable};
use crate::failure::Failure;

/// What sends them.
pub(super) struct Calls<'a> {
    client: &'a Client,
    url: &'a Uri,
    forest: &'a Forest,
    /// Organizations in a call, as far as has been found out.
    most: Cell<usize>,
}

impl<'a> Calls<'a> {
    pub(super) fn new(client: &'a Client, url: &'a Uri, forest: &'a Forest) -> Self {
        Self {
            client,
            url,
            forest,
            most: Cell::new(usize::MAX),
        }
    }

    /// Sends the organizations of a call: what became of them.
    pub(super) async fn send(&self, call: Vec<usize>) -> Result<Tally, Failure> {
        let mut tally = Tally::default();
        let mut open = vec![call];
        while let Some(mut call) = open.pop() {
            if call.len() > self.most.get() {
                // parents go first
                open.push(call.split_off(call.len().div_ceil(2)));
                open.push(call);
                continue;
            }
            let Some(answer) = self.post(&call).await? else {
                self.most.set(self.most.get().min(call.len().div_ceil(2)));
                open.push(call);
                continue;
            };
            if answer.status.is_success() {
                let response = answer.json().unwrap_or_default();
                let told = Tally::of(&response, call.len());
                tally.add(&told.with_cost(answer.header("x-fyr-cost")));
                continue;
            }
            let refusal = Refusal::of(self.forest, &call, &answer);
            for words in refusal.words {
                eprintln!("refused: {words}");
            }
            tally.refused += refusal.refused.len();
            open.extend(Some(refusal.others).filter(|others| !others.is_empty()));
        }
        Ok(tally)
    }

    /// Sends a call until there is an answer that is not "later". None: it takes too long.
    async fn post(&self, call: &[usize]) -> Result<Option<Answer>, Failure> {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/fhir+json");
        headers.insert(CONTENT_TYPE, json.clone());
        headers.insert(ACCEPT, json);
        let body = Bytes::from(self.body(call).to_string());
        let mut patience = Patience::default();
        loop {
            let sent = self
                .client
                .once(&Method::POST, self.url, &headers, body.clone());
            let answer = sent.await;
            if call.len() > 1 && took_too_long(&answer) {
                return Ok(None);
            }
            let pause = match &answer {
                Ok(answer) if answer.status == StatusCode::CONFLICT => patience.once_more(None),
                other => patience.after(other),
            };
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
                continue;
            }
            let answer = answer.map_err(Failure::unexpected)?;
            let status = answer.status;
            if matches!(status.as_u16(), 401 | 403 | 404) || status.is_server_error() {
                return Err(Failure::refused(answer.complaint()));
            }
            return Ok(Some(answer));
        }
    }

    /// The parameters of a call: the organizations at these places.
    fn body(&self, call: &[usize]) -> Value {
        let forest = self.forest;
        let urls: HashMap<usize, String> = call
            .iter()
            .map(|at| (*at, format!("urn:uuid:{}", RandomIds.uuid())))
            .collect();
        let entries = call.iter().map(|at| {
            let url = urls.get(at);
            let parent = forest.parent(*at);
            let inside = parent.and_then(|parent| urls.get(&parent).cloned());
            let resource = forest
                .at(*at)
                .as_sent(inside.or_else(|| forest.parent_criterion(*at)));
            let request = json!({"method": "POST", "url": "Organization"});
            json!({"fullUrl": url, "resource": resource, "request": request})
        });
        let entries: Vec<Value> = entries.collect();
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        let parameter = json!([{"name": "organizations", "resource": bundle}]);
        json!({"resourceType": "Parameters", "parameter": parameter})
    }
}

/// Whether the server, or what stands in front of it, gave the call up for the time that it took.
fn took_too_long(answer: &Result<Answer, Unreachable>) -> bool {
    match answer {
        Err(unreachable) => matches!(unreachable, Unreachable::Late(_)),
        Ok(answer) if answer.status == StatusCode::GATEWAY_TIMEOUT => true,
        Ok(answer) if answer.status.is_server_error() => {
            let outcome = answer.json().unwrap_or_default();
            outcome.pointer("/issue/0/code").and_then(Value::as_str) == Some("timeout")
        }
        Ok(_) => false,
    }
}
