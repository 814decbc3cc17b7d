//! `fyr import-organizations`: a register's organizations into a server, by its
//! `$import-organizations`, in as many calls as it takes.
//!
//! A call is one transaction, so a tree goes whole into one as long as it fits. Parents go before their
//! units, one call after the other, and a unit whose parent went before names it by the register's
//! identifier. Imported again, what has not changed is left as it is.

mod forest;

use aws::system::RandomIds;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Uri};
use serde_json::{Value, json};
use store::Ids;

use crate::arguments::ImportOrganizations;
use crate::client::Client;
use crate::failure::Failure;
use crate::load::Sources;
use crate::progress::Progress;
use forest::{Forest, Organization};

/// What became of the organizations.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    created: usize,
    updated: usize,
    unchanged: usize,
    refused: usize,
}

/// Runs the command.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) async fn import(arguments: ImportOrganizations) -> Result<(), Failure> {
    let client = arguments.target.client()?;
    let url = client.url("/$import-organizations")?;
    let forest = Forest::of(Sources::of(&arguments.sources)?)?;
    let (mut tally, mut progress) = (Tally::default(), Progress::new());
    for call in forest.calls(usize::from(arguments.entries)) {
        let organizations: Vec<&Organization> = call.iter().map(|at| forest.at(*at)).collect();
        let body = body(&forest, &call);
        let answer = send(&client, &url, &body).await?;
        match answer {
            Ok(response) => tally.add(&response, organizations.len()),
            Err(complaint) => {
                tally.refused += organizations.len();
                let first = organizations.first().map(|one| one.place.to_string());
                let first = first.unwrap_or_default();
                let count = organizations.len();
                eprintln!("refused: {count} organizations from {first} on: {complaint}");
            }
        }
        progress.show(&tally.sentence());
    }
    drop(progress);
    println!("{}", tally.sentence());
    if tally.refused > 0 {
        return Err(Failure::refused("not all organizations were imported"));
    }
    Ok(())
}

/// The response of a call, or why it was refused.
async fn send(client: &Client, url: &Uri, body: &Value) -> Result<Result<Value, String>, Failure> {
    let mut headers = HeaderMap::new();
    let json = HeaderValue::from_static("application/fhir+json");
    headers.insert(CONTENT_TYPE, json.clone());
    headers.insert(ACCEPT, json);
    let key = HeaderValue::try_from(RandomIds.uuid()).map_err(Failure::unexpected)?;
    headers.insert("idempotency-key", key);
    let body = Bytes::from(body.to_string());
    let answer = client.send(Method::POST, url, &headers, body).await;
    let answer = answer.map_err(Failure::unexpected)?;
    if answer.status.is_success() {
        return Ok(Ok(answer.json().unwrap_or_default()));
    }
    if matches!(answer.status.as_u16(), 401 | 403 | 404) || answer.status.is_server_error() {
        return Err(Failure::refused(answer.complaint()));
    }
    Ok(Err(answer.complaint()))
}

/// The parameters of a call: the organizations at these places.
fn body(forest: &Forest, call: &[usize]) -> Value {
    let urls: Vec<String> = call
        .iter()
        .map(|_| format!("urn:uuid:{}", RandomIds.uuid()))
        .collect();
    let entries = call.iter().zip(&urls).map(|(at, url)| {
        let inside = forest.parent(*at).and_then(|parent| {
            let place = call.iter().position(|at| *at == parent)?;
            urls.get(place).cloned()
        });
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

impl Tally {
    /// Counts the answers to so many organizations; what follows them is about other resources.
    fn add(&mut self, response: &Value, organizations: usize) {
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
                self.created += 1;
            } else if code.ends_with("NO_CHANGE") {
                self.unchanged += 1;
            } else {
                self.updated += 1;
            }
        }
    }

    fn sentence(&self) -> String {
        let Self {
            created,
            updated,
            unchanged,
            refused,
        } = self;
        format!("{created} created, {updated} updated, {unchanged} unchanged, {refused} refused")
    }
}

#[cfg(test)]
mod tests {
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
        let mut tally = Tally::default();
        tally.add(&response, 3);
        assert_eq!(
            tally.sentence(),
            "1 created, 1 updated, 1 unchanged, 0 refused"
        );
    }
}
