//! Killed in the middle of writing: what was answered is there, and no bundle is half there.

use std::io;
use std::sync::mpsc::{self, Sender};
use std::thread;

use serde_json::{Value, json};

use super::client::Client;
use super::process::Server;

/// Clients that create single resources, and as many that send bundles.
const CLIENTS: usize = 4;
/// Entries in a bundle.
const ENTRIES: usize = 10;
/// How often the server is killed.
const ROUNDS: usize = 3;
/// Answered writes of each round, after which the server is killed.
const ANSWERED: usize = 60;

/// Something that a client sent.
enum Sent {
    /// An answered PUT of this id.
    Created(String),
    /// A bundle of PUTs whose ids begin so, and whether it was answered.
    Bundle { prefix: String, answered: bool },
}

#[test]
fn a_killed_server_has_kept_what_it_answered_and_no_half_of_a_bundle() {
    let place = tempfile::tempdir().unwrap();
    let mut everything = Vec::new();
    for round in 0..ROUNDS {
        everything.extend(write_until_killed(Server::over(place.path()), round));
        let server = Server::over(place.path());
        let mut client = Client::connect(&server.address).unwrap();
        for sent in &everything {
            check(&mut client, sent);
        }
        server.kill();
    }
}

/// Lets all clients write, and kills the server under their hands.
fn write_until_killed(server: Server, round: usize) -> Vec<Sent> {
    let (report, reports) = mpsc::channel();
    let clients: Vec<_> = (0..CLIENTS)
        .flat_map(|client| {
            let (name, address) = (format!("{round}-{client}"), server.address.clone());
            let (single, bundles) = (report.clone(), report.clone());
            let (other_name, other_address) = (name.clone(), address.clone());
            [
                thread::spawn(move || create(&address, &name, &single)),
                thread::spawn(move || send_bundles(&other_address, &other_name, &bundles)),
            ]
        })
        .collect();
    drop(report);
    let mut sent: Vec<Sent> = reports.iter().take(ANSWERED).collect();
    server.kill();
    sent.extend(reports);
    for client in clients {
        client.join().unwrap();
    }
    sent
}

/// Creates resources until the server is gone.
fn create(address: &str, name: &str, report: &Sender<Sent>) {
    let mut client = Client::connect(address).unwrap();
    for n in 0.. {
        let id = format!("single-{name}-{n}");
        match client.send(
            "PUT",
            &format!("/Organization/{id}"),
            &organization(&id).to_string(),
        ) {
            Ok(reply) => assert_eq!(reply.status, 201, "{}", reply.body),
            Err(_) => return,
        }
        if report.send(Sent::Created(id)).is_err() {
            return;
        }
    }
}

/// Sends bundles until the server is gone, the last one perhaps in vain.
fn send_bundles(address: &str, name: &str, report: &Sender<Sent>) {
    let mut client = Client::connect(address).unwrap();
    for n in 0.. {
        let prefix = format!("bundle-{name}-{n}");
        let answer = send_bundle(&mut client, &prefix);
        let answered = answer.is_ok();
        if report.send(Sent::Bundle { prefix, answered }).is_err() || !answered {
            return;
        }
    }
}

fn send_bundle(client: &mut Client, prefix: &str) -> io::Result<()> {
    let entries = (0..ENTRIES).map(|n| {
        let id = format!("{prefix}-{n}");
        let request = json!({"method": "PUT", "url": format!("Organization/{id}")});
        json!({"resource": organization(&id), "request": request})
    });
    let entries: Vec<Value> = entries.collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let reply = client.send("POST", "", &bundle.to_string())?;
    assert_eq!(reply.status, 200, "{}", reply.body);
    Ok(())
}

fn organization(id: &str) -> Value {
    let identifier = json!({"system": "urn:oid:2.5.4.97", "value": id});
    json!({"resourceType": "Organization", "id": id, "identifier": [identifier], "name": id})
}

fn check(client: &mut Client, sent: &Sent) {
    match sent {
        Sent::Created(id) => assert!(is_there(client, id), "{id} was answered and is gone"),
        Sent::Bundle { prefix, answered } => {
            let found = (0..ENTRIES)
                .filter(|n| is_there(client, &format!("{prefix}-{n}")))
                .count();
            let whole = found == ENTRIES || (found == 0 && !answered);
            assert!(whole, "{found} of {prefix} are there, answered: {answered}");
        }
    }
}

fn is_there(client: &mut Client, id: &str) -> bool {
    let reply = client
        .send("GET", &format!("/Organization/{id}"), "")
        .unwrap();
    match reply.status {
        200 => {
            assert_eq!(reply.body["name"], id);
            true
        }
        404 => false,
        other => panic!("{other}: {}", reply.body),
    }
}
