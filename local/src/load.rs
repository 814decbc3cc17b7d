//! `fyr load`: brings files of resources into a server, in transactions.
//!
//! | file | what is sent |
//! |---|---|
//! | `*.ndjson` | transactions of so many lines: `PUT Type/id`, or `POST Type` for a resource without an id |
//! | `*.json`, a bundle of type transaction or batch | the bundle, as it is |
//! | `*.json`, another bundle | its resources, like lines |
//! | `*.json`, a resource | the resource, like a line |
//!
//! Each transaction is taken whole or not at all, and carries an idempotency key, so that one whose
//! answer was lost can be sent again. After the first that is refused nothing more is sent.

mod batch;
mod place;
mod sources;

use std::sync::Arc;
use std::time::Instant;

use aws::system::RandomIds;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::Value;
use store::Ids;

use crate::arguments::Load;
use crate::client::Client;
use crate::failure::Failure;
use crate::progress::Progress;
use batch::{Batch, Batches};
pub(crate) use place::Place;
pub(crate) use sources::{Piece, Sources};

/// What became of the resources so far.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    created: u64,
    updated: u64,
    other: u64,
    transactions: u64,
}

/// Runs the command.
pub(crate) async fn load(arguments: Load) -> Result<(), Failure> {
    let client = arguments.target.client()?;
    let url = client.url("")?;
    let sources = Sources::of(&arguments.sources)?;
    let batches = Batches::of(sources, usize::from(arguments.entries));
    let started = Instant::now();
    let (mut tally, mut progress) = (Tally::default(), Progress::new());
    let mut sent = stream::iter(batches)
        .map(|batch| send(&client, &url, batch))
        .buffer_unordered(usize::from(arguments.parallel));
    while let Some(answered) = sent.next().await {
        match answered {
            Ok(answered) => tally.add(&answered),
            Err(failure) => {
                drop(progress);
                eprintln!("{}", tally.sentence());
                return Err(failure);
            }
        }
        progress.show(&tally.sentence());
    }
    drop(progress);
    tell(&tally, started);
    Ok(())
}

/// Sends a bundle, and counts what its answer says.
async fn send(client: &Client, url: &Uri, batch: Result<Batch, Failure>) -> Result<Tally, Failure> {
    let batch = Arc::new(batch?);
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/fhir+json");
    headers.insert(CONTENT_TYPE, json.clone());
    headers.insert(ACCEPT, json);
    headers.insert("prefer", HeaderValue::from_static("return=minimal"));
    let key = HeaderValue::try_from(RandomIds.uuid()).map_err(Failure::unexpected)?;
    headers.insert("idempotency-key", key);
    let answer = client
        .send(Method::POST, url, &headers, Bytes::from(batch.body()))
        .await
        .map_err(|failure| {
            let reason = anyhow::Error::new(failure).context(batch.title());
            Failure::unexpected(reason)
        })?;
    if !answer.status.is_success() {
        let complaint = batch.place_in(&answer.complaint());
        let title = batch.title();
        return Err(Failure::refused(format!("{title}: {complaint}")));
    }
    let answer = answer.json().unwrap_or_default();
    Tally::of(&answer).map_err(|refused| {
        let (title, refused) = (batch.title(), batch.place_in(&refused));
        Failure::refused(format!("{title}: not all entries were taken\n{refused}"))
    })
}

impl Tally {
    /// Counts the entries of a response bundle; the words of those that failed, if some did.
    fn of(response: &Value) -> Result<Self, String> {
        let mut tally = Self {
            transactions: 1,
            ..Self::default()
        };
        let mut refused = Vec::new();
        let entries = response.get("entry").and_then(Value::as_array);
        for (number, entry) in entries.into_iter().flatten().enumerate() {
            let status = entry.pointer("/response/status").and_then(Value::as_str);
            let status = status.unwrap_or_default();
            match status.split(' ').next().unwrap_or_default() {
                "201" => tally.created += 1,
                "200" => tally.updated += 1,
                failed if failed.starts_with(['4', '5']) => {
                    let says = entry.pointer("/response/outcome/issue/0/diagnostics");
                    let says = says.and_then(Value::as_str).unwrap_or_default();
                    refused.push(format!("  Bundle.entry[{number}]: {status} {says}"));
                }
                _ => tally.other += 1,
            }
        }
        if refused.is_empty() {
            return Ok(tally);
        }
        Err(refused.join("\n"))
    }

    fn add(&mut self, more: &Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.other += more.other;
        self.transactions += more.transactions;
    }

    fn resources(&self) -> u64 {
        self.created + self.updated + self.other
    }

    fn sentence(&self) -> String {
        let (resources, transactions) = (self.resources(), self.transactions);
        let (created, updated) = (self.created, self.updated);
        format!(
            "{resources} resources in {transactions} transactions: {created} created, \
             {updated} there before"
        )
    }
}

#[expect(clippy::print_stdout, reason = "the output of the command")]
fn tell(tally: &Tally, started: Instant) {
    let seconds = started.elapsed().as_secs_f64();
    let count = u32::try_from(tally.resources()).unwrap_or(u32::MAX);
    let rate = f64::from(count) / seconds.max(0.001);
    println!(
        "{}, in {seconds:.1} s ({rate:.0} a second)",
        tally.sentence()
    );
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_entries_of_an_answer_are_counted() {
        let entry = |status: &str| json!({"response": {"status": status}});
        let response =
            json!({"entry": [entry("201 Created"), entry("200 OK"), entry("204 No Content")]});
        let expected = Tally {
            created: 1,
            updated: 1,
            other: 1,
            transactions: 1,
        };
        assert_eq!(Tally::of(&response), Ok(expected));
    }

    #[test]
    fn an_entry_of_a_batch_that_failed_is_told() {
        let response = json!({"entry": [
            {"response": {"status": "201 Created"}},
            {"response": {"status": "409 Conflict", "outcome": {"issue": [{"diagnostics": "taken"}]}}}]});
        let refused = Tally::of(&response).unwrap_err();
        assert_eq!(refused, "  Bundle.entry[1]: 409 Conflict taken");
    }
}
