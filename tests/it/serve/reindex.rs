//! Killed in the middle of a reindex: started again, it goes on, every resource is counted once, and
//! all are found by what they were reindexed for.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Client, Reply};
use super::process::Server;

/// Resources, unless `FYR_TEST_REINDEX` says otherwise.
const RESOURCES: usize = 1_200;
/// Resources of a bundle that fills the server.
const IN_A_BUNDLE: usize = 300;
/// How often the server is killed once the reindex has begun to write.
const KILLS: u32 = 4;
/// How often a reindex is begun that may be over before it is killed.
const ATTEMPTS: usize = 3;
/// Each kill lets it work so much longer than the one before; for more resources more.
const LATER: Duration = Duration::from_millis(40);
/// How long nothing may happen: a new search parameter waits half a minute until every process knows it.
const PATIENCE: Duration = Duration::from_mins(2);

#[expect(
    clippy::disallowed_methods,
    reason = "how much the test does is chosen by the environment"
)]
fn resources() -> usize {
    let given = std::env::var("FYR_TEST_REINDEX").ok();
    given.map_or(RESOURCES, |given| given.parse().unwrap())
}

/// How much longer everything takes than it usually does.
fn scale(resources: usize) -> u32 {
    u32::try_from(resources / RESOURCES).unwrap().max(1)
}

#[test]
fn a_reindex_whose_server_is_killed_goes_on_and_counts_everything_once() {
    let resources = resources();
    let place = tempfile::tempdir().unwrap();
    let mut server = Server::over(place.path());
    let mut client = Client::connect(&server.address).unwrap();
    client.fill(resources, IN_A_BUNDLE);
    // it may be over before anybody has seen that it began
    for attempt in 1..=ATTEMPTS {
        let status = begin(&server, attempt);
        let (restarted, killed) = kill_at_work(server, place.path(), &status, resources);
        server = restarted;
        let reply = wait_while(&server, &status, "$reindex job has started");
        check_report(&reply, resources, attempt);
        if killed > 0 {
            server.kill();
            check_found(place.path(), resources, attempt);
            return;
        }
    }
    panic!("it was never in the middle");
}

/// Kills the server again and again while it reindexes, and tells how often it was at work.
fn kill_at_work(
    mut server: Server,
    directory: &Path,
    status: &str,
    resources: usize,
) -> (Server, u32) {
    for kill in 0..KILLS {
        if wait_while(&server, status, "not yet started").status == 200 {
            return (server, kill);
        }
        thread::sleep(LATER * kill * scale(resources));
        server.kill();
        server = Server::over(directory);
    }
    (server, KILLS)
}

/// Begins a reindex that has something to write for every organization, and tells where its status is.
fn begin(server: &Server, attempt: usize) -> String {
    let mut client = Client::connect(&server.address).unwrap();
    let name = format!("called{attempt}");
    let parameter = json!({
        "resourceType": "SearchParameter", "status": "active", "url": format!("https://fyr.example/sp/{name}"),
        "name": name, "code": name, "description": "the name", "base": ["Organization"],
        "type": "string", "expression": "Organization.name"});
    let reply = client.send("POST", "/SearchParameter", &parameter.to_string());
    assert_eq!(reply.unwrap().status, 201);
    let everything = json!({"resourceType": "Parameters"}).to_string();
    let reply = client.send("POST", "/$reindex", &everything).unwrap();
    assert_eq!(reply.status, 202, "{}", reply.body);
    reply.status_path()
}

fn poll(server: &Server, status: &str) -> Reply {
    let mut client = Client::connect(&server.address).unwrap();
    let reply = client.send("GET", status, "").unwrap();
    assert!([200, 202].contains(&reply.status), "{}", reply.body);
    reply
}

/// Asks until the status says something else.
fn wait_while(server: &Server, status: &str, said: &str) -> Reply {
    let begun = Instant::now();
    let patience = PATIENCE * scale(resources());
    loop {
        let reply = poll(server, status);
        if reply.status == 200 || !reply.text.contains(said) {
            return reply;
        }
        assert!(begun.elapsed() < patience, "{}", reply.body);
        thread::sleep(Duration::from_millis(20));
    }
}

fn check_report(reply: &Reply, resources: usize, parameters: usize) {
    assert_eq!(reply.status, 200, "{}", reply.body);
    let issue = &reply.body["entry"][0]["response"]["outcome"]["issue"][0];
    let report = issue["diagnostics"].as_str().unwrap();
    // the organizations, and the search parameters
    let total = format!("Total Resources Changed   : {} (", resources + parameters);
    let of_kind = format!("ResourceType[Organization]\n    Changed   : {resources}\n");
    assert!(
        report.contains(&total) && report.contains(&of_kind),
        "{report}"
    );
    assert!(!report.contains("Failed"), "{report}");
}

/// Every tenth organization, or one in a thousand of very many, is found by the new parameter.
fn check_found(directory: &Path, resources: usize, attempt: usize) {
    let server = Server::over(directory);
    let mut client = Client::connect(&server.address).unwrap();
    for n in (0..resources).step_by((resources / 100).max(10)) {
        let query = format!("/Organization?called{attempt}:exact=number-{n}");
        let reply = client.send("GET", &query, "").unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        let found = reply.body["entry"].as_array().map_or(0, Vec::len);
        assert_eq!(found, 1, "{query}: {}", reply.body);
    }
    server.kill();
}
