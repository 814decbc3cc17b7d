//! Killed in the middle of an export: it goes on where it was, no line is missing or there twice,
//! and nothing of what was in vain is left.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::client::Client;
use super::process::Server;

/// Resources: more than an export does in its first step.
const RESOURCES: usize = 2_400;
/// Resources of a bundle that fills the server.
const IN_A_BUNDLE: usize = 400;
/// How often the server is killed, unless `FYR_TEST_KILLS` says otherwise.
const KILLS: u64 = 3;
/// The longest time before a kill, in ms.
const LONGEST_MS: u64 = 400;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(90);

#[expect(
    clippy::disallowed_methods,
    reason = "how long the test runs is chosen by the environment"
)]
fn kills() -> u64 {
    let given = std::env::var("FYR_TEST_KILLS").ok();
    given.map_or(KILLS, |kills| kills.parse().unwrap())
}

#[test]
fn a_killed_server_completes_its_export_and_leaves_no_orphan() {
    let place = tempfile::tempdir().unwrap();
    let mut server = Server::over(place.path());
    let mut client = Client::connect(&server.address).unwrap();
    client.fill(RESOURCES, IN_A_BUNDLE);
    let mut chance = 7_u64;
    for round in 0..kills() {
        let status = kick_off(&server);
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(round);
        thread::sleep(Duration::from_millis((chance >> 33) % LONGEST_MS));
        server.kill();
        server = Server::over(place.path());
        let manifest = completed(&server, &status);
        check(&server, &manifest);
        let files = manifest["output"].as_array().unwrap().len();
        server.kill();
        // the start of a server sweeps
        server = Server::over(place.path());
        let job = status.split('=').nth(1).unwrap();
        let folder = place.path().join("objects/fyr-files/export").join(job);
        wait_for(|| objects(&folder) == files);
    }
}

/// Begins an export, and tells the path of its status.
fn kick_off(server: &Server) -> String {
    let mut client = Client::connect(&server.address).unwrap();
    let reply = client.ask("GET", "/$export", "Prefer: respond-async\r\n");
    let reply = reply.unwrap();
    assert_eq!(reply.status, 202, "{}", reply.body);
    reply.status_path()
}

fn completed(server: &Server, status: &str) -> Value {
    let mut client = Client::connect(&server.address).unwrap();
    let mut manifest = Value::Null;
    wait_for(|| {
        let reply = client.ask("GET", status, "").unwrap();
        assert!([200, 202].contains(&reply.status), "{}", reply.body);
        manifest = reply.body;
        reply.status == 200
    });
    manifest
}

fn check(server: &Server, manifest: &Value) {
    let mut client = Client::connect(&server.address).unwrap();
    let mut ids = BTreeSet::new();
    for file in manifest["output"].as_array().unwrap() {
        let url = file["url"].as_str().unwrap();
        let path = url.split_once("/fhir").unwrap().1;
        let reply = client.ask("GET", path, "").unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(
            reply.text.lines().count() as u64,
            file["count"].as_u64().unwrap()
        );
        for line in reply.text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let id = line["id"].as_str().unwrap().to_owned();
            assert!(ids.insert(id), "{line} is there twice");
        }
    }
    assert_eq!(ids.len(), RESOURCES);
}

/// The files in a folder, without those that `s3s-fs` keeps elsewhere.
fn objects(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

fn wait_for(mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "nothing happens");
        thread::sleep(Duration::from_millis(20));
    }
}
