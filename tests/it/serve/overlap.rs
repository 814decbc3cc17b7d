//! Clients that update overlapping sets of resources, in transactions too large for one call.
//!
//! Waiting is counted in attempts, not in seconds: on a busy machine everything takes longer, but
//! nobody has to try again because of that.
//!
//! `FYR_TEST_OVERLAP=200 FYR_TEST_ROUNDS=100 cargo nextest run serve::overlap --no-capture` tells
//! more than every run does.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chosen;
use super::client::Client;
use super::process::Server;

/// How one client got through.
#[derive(Default)]
struct Way {
    /// How long each of its transactions took, refused attempts included.
    waited: Vec<Duration>,
    /// Attempts that were refused.
    refused: usize,
}

#[test]
fn two_clients_with_overlapping_sets_get_through_and_lose_no_update() {
    // half of what each updates is updated by the other one as well
    let updated = chosen("FYR_TEST_OVERLAP", 120);
    let rounds = chosen("FYR_TEST_ROUNDS", 3);
    let apart = updated / 2;
    let server = Server::patient(&["--ephemeral"]);
    let entries: Vec<Value> = (0..apart + updated).map(|n| put(n, 0, None)).collect();
    let mut client = Client::patient(&server.address).unwrap();
    let reply = client.send_bundle("transaction", &entries).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);

    let clients = [0, apart].map(|first| {
        let address = server.address.clone();
        thread::spawn(move || count_up(&address, first, updated, rounds))
    });
    let ways = clients.map(|client| client.join().unwrap());
    tell(&ways);
    for way in &ways {
        // who is refused was refused for a commit of the other one, and each refuses once
        assert!(way.refused <= rounds, "{} of {rounds}", way.refused);
    }
    // the first connection has been idle for longer than the server keeps one
    let mut client = Client::patient(&server.address).unwrap();
    let counters = read(&mut client, 0, apart + updated);
    for (n, (counter, _)) in counters.into_iter().enumerate() {
        let by_first = usize::from(n < updated);
        let by_second = usize::from(n >= apart);
        assert_eq!(counter, rounds * (by_first + by_second), "of resource {n}");
    }
}

/// Adds one to the counters of a set, again and again.
fn count_up(address: &str, first: usize, count: usize, rounds: usize) -> Way {
    let mut client = Client::patient(address).unwrap();
    let mut way = Way::default();
    while way.waited.len() < rounds {
        let began = Instant::now();
        loop {
            let counters = read(&mut client, first, count).into_iter().enumerate();
            let update = |(n, (counter, version))| put(first + n, counter + 1, Some(version));
            let entries: Vec<Value> = counters.map(update).collect();
            let reply = client.send_bundle("transaction", &entries);
            let reply = reply.unwrap();
            match reply.status {
                200 => break,
                // the other one was faster; that nothing was written is seen at the end
                409 | 412 => way.refused += 1,
                other => panic!("{other}: {}", reply.text),
            }
        }
        way.waited.push(began.elapsed());
    }
    way
}

#[expect(clippy::print_stdout, reason = "the figures, for whoever runs it")]
fn tell(ways: &[Way]) {
    let mut waited: Vec<Duration> = ways.iter().flat_map(|way| way.waited.clone()).collect();
    waited.sort();
    let refused: Vec<usize> = ways.iter().map(|way| way.refused).collect();
    println!(
        "{} transactions; refused attempts of each client: {refused:?}; \
         median {:?}, p99 {:?}, longest {:?}",
        waited.len(),
        waited[waited.len() / 2],
        waited[waited.len() * 99 / 100],
        waited[waited.len() - 1]
    );
}

/// Counter and version of so many resources.
fn read(client: &mut Client, first: usize, count: usize) -> Vec<(usize, String)> {
    let entry = |n| json!({"request": {"method": "GET", "url": format!("Organization/c{n}")}});
    let entries: Vec<Value> = (first..first + count).map(entry).collect();
    let reply = client.send_bundle("batch", &entries).unwrap();
    let read = |entry: &Value| {
        let resource = &entry["resource"];
        let counter = resource["name"].as_str().unwrap().parse().unwrap();
        let version = resource["meta"]["versionId"].as_str().unwrap();
        (counter, version.to_owned())
    };
    let entries = reply.body["entry"].as_array().unwrap();
    entries.iter().map(read).collect()
}

fn put(n: usize, counter: usize, version: Option<String>) -> Value {
    let id = format!("c{n}");
    let mut request = json!({"method": "PUT", "url": format!("Organization/{id}")});
    if let Some(version) = version {
        request["ifMatch"] = json!(format!("W/\"{version}\""));
    }
    json!({"request": request, "resource": {"resourceType": "Organization", "id": id, "name": counter.to_string()}})
}
