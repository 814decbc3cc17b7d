//! Killed in the middle of large transactions: all or nothing, and nothing is blocked afterwards.
//!
//! `FYR_TEST_KILLS=200 FYR_TEST_LARGE=5000 FYR_TEST_BINARY=…/target/release/fyr cargo nextest run --no-capture
//! serve::large_kill` kills more often and larger ones than every run does.

use std::io;
use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

use super::chosen;
use super::client::Client;
use super::process::Server;

#[test]
fn a_large_transaction_that_is_killed_is_there_as_a_whole_or_not_at_all() {
    // with a head and an identifier each these are many more than one call takes
    let entries = chosen("FYR_TEST_LARGE", 80);
    let kills = chosen("FYR_TEST_KILLS", 3);
    let place = tempfile::tempdir().unwrap();
    let over = || Server::patient(&["--data-dir", place.path().to_str().unwrap()]);
    let mut server = over();
    let whole = Instant::now();
    assert_eq!(
        create(&server.address, "measured", "measured", entries).unwrap(),
        200
    );
    let whole = whole.elapsed();
    let (mut committed, mut absent) = (0, 0);
    let mut chance: u64 = 0x2545_f491_4f6c_dd1d;
    for kill in 0..kills {
        let prefix = format!("k{kill}");
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let part = u32::try_from(chance >> 48).unwrap();
        let (address, name) = (server.address.clone(), prefix.clone());
        let sending = thread::spawn(move || create(&address, &name, &name, entries));
        thread::sleep(whole * part / 65_536);
        server.kill();
        let answered = matches!(sending.join().unwrap(), Ok(200));
        server = over();
        let found = found(&server.address, &prefix, entries);
        println!(
            "kill {kill}, after {part}/65536 of {whole:?}: {found} of {entries}, answered: {answered}"
        );
        if found == entries {
            committed += 1;
            continue;
        }
        assert_eq!((found, answered), (0, false), "of {entries}");
        absent += 1;
        // its identifiers are free for others, and its ids as well
        let other = format!("other-{prefix}");
        assert_eq!(
            create(&server.address, &other, &prefix, entries).unwrap(),
            200
        );
        assert_eq!(
            create(&server.address, &prefix, &other, entries).unwrap(),
            200
        );
    }
    println!("{committed} were committed, {absent} were not; undisturbed one takes {whole:?}");
}

/// Creates resources with a unique identifier each.
fn create(address: &str, ids: &str, identifiers: &str, count: usize) -> io::Result<u16> {
    let entry = |n| {
        let id = format!("{ids}-{n}");
        let identifier =
            json!({"system": "urn:oid:2.5.4.97", "value": format!("{identifiers}-{n}")});
        let resource = json!({"resourceType": "Organization", "id": id, "name": id, "identifier": [identifier]});
        json!({"resource": resource, "request": {"method": "PUT", "url": format!("Organization/{id}")}})
    };
    let entries: Vec<Value> = (0..count).map(entry).collect();
    Ok(Client::patient(address)?
        .send_bundle("transaction", &entries)?
        .status)
}

/// How many of them there are.
fn found(address: &str, ids: &str, count: usize) -> usize {
    let entry = |n| json!({"request": {"method": "GET", "url": format!("Organization/{ids}-{n}")}});
    let entries: Vec<Value> = (0..count).map(entry).collect();
    let mut client = Client::patient(address).unwrap();
    let reply = client.send_bundle("batch", &entries).unwrap();
    let is_there = |entry: &&Value| {
        let status = entry["response"]["status"].as_str().unwrap();
        assert!(
            status.starts_with("200") || status.starts_with("404"),
            "{status}"
        );
        status.starts_with("200")
    };
    reply.body["entry"]
        .as_array()
        .unwrap()
        .iter()
        .filter(is_there)
        .count()
}
