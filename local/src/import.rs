//! `fyr import-organizations`: a register's organizations into a server, by its
//! `$import-organizations`, in as many calls as it takes.
//!
//! A call is one transaction, so a tree goes whole into one as long as it fits. Parents go before their
//! units: calls about one tree follow each other, others go side by side. A unit whose parent went before names it by the register's
//! identifier. Imported again, what has not changed is left as it is.

mod calls;
mod forest;
mod refusal;
mod size;

use std::sync::{Mutex, PoisonError};

use futures::future::FutureExt;
use futures::stream::{self, StreamExt, TryStreamExt};
use serde_json::Value;

use crate::arguments::ImportOrganizations;
use crate::failure::Failure;
use crate::load::Sources;
use crate::progress::Progress;
use calls::Calls;
use forest::Forest;

/// What became of the organizations.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    created: usize,
    updated: usize,
    unchanged: usize,
    refused: usize,
    /// Read and write units at the tables, where the server tells them.
    units: Option<(f64, f64)>,
}

/// Runs the command.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) async fn import(arguments: ImportOrganizations) -> Result<(), Failure> {
    let client = arguments.target.client()?;
    let url = client.url("/$import-organizations")?;
    let forest = Forest::of(Sources::of(&arguments.sources)?)?;
    let lists = forest.calls(usize::from(arguments.entries));
    let (tally, progress) = (Mutex::new(Tally::default()), Mutex::new(Progress::new()));
    let calls = Calls::new(&client, &url, &forest);
    let sent = lists.into_iter().map(|list| {
        async {
            for call in list {
                let told = calls.send(call).await?;
                let sentence = {
                    let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                    tally.add(&told);
                    tally.sentence()
                };
                let progress = progress.lock();
                progress
                    .unwrap_or_else(PoisonError::into_inner)
                    .show(&sentence);
            }
            Ok::<_, Failure>(())
        }
        .boxed_local()
    });
    let sent: Vec<_> = sent.collect();
    stream::iter(sent)
        .buffer_unordered(usize::from(arguments.parallel))
        .try_collect::<Vec<()>>()
        .await?;
    drop(progress);
    let tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("{}", tally.sentence());
    if let Some(cost) = tally.cost() {
        println!("{cost}");
    }
    if tally.refused > 0 {
        return Err(Failure::refused("not all organizations were imported"));
    }
    Ok(())
}

impl Tally {
    /// Counts the answers to so many organizations; what follows them is about other resources.
    fn of(response: &Value, organizations: usize) -> Self {
        let mut tally = Self::default();
        let entries = response.get("entry").and_then(Value::as_array);
        for entry in entries.into_iter().flatten().take(organizations) {
            let text = |path: &str| {
                entry
                    .pointer(path)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            let code = text("/response/outcome/issue/0/details/coding/0/code");
            if text("/response/status").starts_with("201") {
                tally.created += 1;
            } else if code.ends_with("NO_CHANGE") {
                tally.unchanged += 1;
            } else {
                tally.updated += 1;
            }
        }
        tally
    }

    /// The same with what the server says that it cost: `requests=3; rru=1; wru=3; round-trips=3`.
    fn with_cost(mut self, cost: Option<&str>) -> Self {
        let units = |name: &str| {
            let mut parts = cost?
                .split(';')
                .filter_map(|part| part.trim().split_once('='));
            parts.find(|(part, _)| *part == name)?.1.parse::<f64>().ok()
        };
        self.units = units("rru").zip(units("wru"));
        self
    }

    fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.refused += other.refused;
        if let Some((read, written)) = other.units {
            let (all_read, all_written) = self.units.unwrap_or_default();
            self.units = Some((all_read + read, all_written + written));
        }
    }

    /// What the import cost, where the server tells that.
    fn cost(&self) -> Option<String> {
        let (read, written) = self.units?;
        Some(format!("{read} RRU, {written} WRU"))
    }

    fn sentence(&self) -> String {
        let Self {
            created,
            updated,
            unchanged,
            refused,
            ..
        } = self;
        format!("{created} created, {updated} updated, {unchanged} unchanged, {refused} refused")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_became_of_each_organization_is_counted_and_the_record_is_not() {
        let entry = |status: &str, code: &str| {
            let issue = json!([{"details": {"coding": [{"code": code}]}}]);
            json!({"response": {"status": status, "outcome": {"issue": issue}}})
        };
        let response = json!({"entry": [
            entry("201 Created", "SUCCESSFUL_CREATE"),
            entry("200 OK", "SUCCESSFUL_UPDATE"),
            entry("200 OK", "SUCCESSFUL_UPDATE_NO_CHANGE"),
            entry("201 Created", "SUCCESSFUL_CREATE")
        ]});
        let one = Tally::of(&response, 3);
        let mut both = one.with_cost(Some("requests=3; rru=1.5; wru=3; round-trips=3"));
        both.add(&Tally::of(&response, 1).with_cost(Some("rru=2; wru=1")));
        assert_eq!(
            both.sentence(),
            "2 created, 1 updated, 1 unchanged, 0 refused"
        );
        assert_eq!(both.cost().unwrap(), "3.5 RRU, 4 WRU");
    }
}
