//! A reader that looks at two entries of a large transaction while it is committed.
//!
//! `FYR_TEST_LARGE=5000 cargo nextest run serve::polling` commits a larger one than every run does.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::chosen;
use super::client::Client;
use super::process::Server;

#[test]
fn a_reader_who_polls_sees_the_last_entry_whenever_it_has_seen_the_first() {
    let entries = chosen("FYR_TEST_LARGE", 300);
    let server = Server::patient(&["--ephemeral"]);
    let is_over = AtomicBool::new(false);
    let (seen, unseen) = thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut client = Client::patient(&server.address).unwrap();
            let (mut seen, mut unseen) = (0, 0);
            loop {
                let is_last = is_over.load(Ordering::Relaxed);
                // either way round: what was seen of one entry is true of the other afterwards
                let (one, other) = if (seen + unseen) % 2 == 0 {
                    (0, entries - 1)
                } else {
                    (entries - 1, 0)
                };
                if is_there(&mut client, one) {
                    assert!(is_there(&mut client, other), "p{one} without p{other}");
                    seen += 1;
                } else {
                    unseen += 1;
                }
                if is_last {
                    return (seen, unseen);
                }
            }
        });
        let entry = |n| {
            let id = format!("p{n}");
            json!({"resource": {"resourceType": "Organization", "id": id, "name": id},
                "request": {"method": "PUT", "url": format!("Organization/{id}")}})
        };
        let mut client = Client::patient(&server.address).unwrap();
        let entries: Vec<Value> = (0..entries).map(entry).collect();
        let reply = client.send_bundle("transaction", &entries);
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(reply.unwrap().status, 200);
        reader.join().unwrap()
    });
    println!("{unseen} looks before it took effect, {seen} afterwards");
    assert!(unseen > 1 && seen > 0, "{unseen} {seen}");
}

fn is_there(client: &mut Client, n: usize) -> bool {
    let path = format!("/Organization/p{n}");
    match client.send("GET", &path, "").unwrap().status {
        200 => true,
        404 => false,
        other => panic!("{other}"),
    }
}
