//! Exports while eight clients write: each shows one state of the server, and a chain of them by
//! `_since` has every change once. One message in ten is lost, and one comes twice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::executor::block_on;
use futures::future::{FutureExt, join, join_all};
use serde_json::Value;

use super::super::{
    entries::{organization_at, put},
    fyr::{BASE, Fyr},
    reply::Reply,
};
use super::client::{deletion, lines_of, place};

const WRITERS: usize = 8;
const ROUNDS: usize = 24;

/// What a client of exports knows: of each id, the version and the name.
#[derive(Default)]
struct Copy {
    known: BTreeMap<String, (String, String)>,
    /// Every change that was ever told.
    told: BTreeSet<(String, String)>,
}

impl Copy {
    fn apply(&mut self, resources: &[Value], deleted: &[String]) {
        for resource in resources {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let id = text(&resource["id"]);
            let version = text(&resource["meta"]["versionId"]);
            assert!(
                self.told.insert((id.clone(), version.clone())),
                "{id} {version} was told twice"
            );
            self.known.insert(id, (version, text(&resource["name"])));
        }
        for url in deleted {
            self.known
                .remove(url.strip_prefix("Organization/").unwrap());
        }
    }

    /// What one transaction writes is never half there.
    fn check_pairs(&self) {
        for writer in 0..WRITERS {
            let name = |part: &str| {
                self.known
                    .get(&format!("{part}-{writer}"))
                    .map(|known| &known.1)
            };
            assert_eq!(name("left"), name("right"), "writer {writer}");
        }
    }
}

async fn send(fyr: &Fyr, method: &str, path: &str, body: Option<&Value>) -> Reply {
    loop {
        let ask = fyr.ask(method, path);
        let ask = match body {
            Some(body) => ask.json(body),
            None => ask,
        };
        let reply = ask.reply().await;
        if ![409, 503].contains(&reply.status) {
            assert!(reply.status < 300, "{}", reply.text);
            return reply;
        }
    }
}

async fn write(fyr: &Fyr, writer: usize, done: &AtomicUsize) {
    for round in 0..ROUNDS {
        // a resource that changes faster than the clock is ahead of it
        fyr.advance(2);
        let name = format!("round {round}");
        let pair = ["left", "right"].map(|part| {
            let id = format!("{part}-{writer}");
            put(&format!("Organization/{id}"), &organization_at(&id, &name))
        });
        let bundle =
            serde_json::json!({"resourceType": "Bundle", "type": "transaction", "entry": pair});
        send(fyr, "POST", "/", Some(&bundle)).await;
        let id = format!("short-{writer}-{round}");
        let path = format!("/Organization/{id}");
        send(fyr, "PUT", &path, Some(&organization_at(&id, &name))).await;
        if round % 2 == 0 {
            send(fyr, "DELETE", &path, None).await;
        }
    }
    done.fetch_add(1, Ordering::Relaxed);
}

/// An export from first to last, beside whatever else goes on.
async fn export(fyr: &Fyr, query: &str, chance: &mut u64) -> (Value, Vec<Value>, Vec<String>) {
    let ask = fyr.ask("GET", &format!("/$export{query}"));
    let status = place(
        &ask.header("prefer", "respond-async")
            .reply()
            .await
            .expect(202),
    );
    let manifest = loop {
        let reply = fyr.ask("GET", &status).reply().await;
        if reply.status == 200 {
            break reply.json;
        }
        reply.expect(202);
        let messages = fyr.queue.take();
        if messages.is_empty() {
            fyr.server().tick().await.unwrap();
        }
        for message in messages {
            *chance = chance
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let copies = match (*chance >> 33) % 10 {
                0 => 0,
                1 => 2,
                _ => 1,
            };
            let copies = (0..copies).map(|_| fyr.server().receive(&message.body));
            for received in join_all(copies).await {
                received.unwrap();
            }
        }
    };
    let (mut resources, mut deleted) = (Vec::new(), Vec::new());
    for part in ["output", "deleted"] {
        for file in manifest[part].as_array().into_iter().flatten() {
            let path = file["url"].as_str().unwrap().strip_prefix(BASE).unwrap();
            let reply = fyr.ask("GET", path).reply().await.expect(200);
            match part {
                "output" => resources.extend(lines_of(&reply.text)),
                _ => deleted.extend(lines_of(&reply.text).iter().map(deletion)),
            }
        }
    }
    (manifest, resources, deleted)
}

async fn follow(fyr: &Fyr, seed: u64, done: &AtomicUsize) -> (Copy, usize) {
    let (mut copy, mut query, mut runs, mut chance) = (Copy::default(), String::new(), 0, seed);
    loop {
        let is_last = done.load(Ordering::Relaxed) == WRITERS;
        fyr.advance(if is_last { 1_000 } else { 1 });
        let (manifest, resources, deleted) = export(fyr, &query, &mut chance).await;
        copy.apply(&resources, &deleted);
        copy.check_pairs();
        runs += 1;
        if is_last {
            return (copy, runs);
        }
        let time = manifest["transactionTime"].as_str().unwrap();
        query = format!("?_since={}", time.replace('+', "%2B"));
    }
}

/// Each export on its own shows one state.
async fn look(fyr: &Fyr, seed: u64, done: &AtomicUsize) {
    let mut chance = seed + 77;
    while done.load(Ordering::Relaxed) < WRITERS {
        let (_, resources, _) = export(fyr, "", &mut chance).await;
        let mut copy = Copy::default();
        copy.apply(&resources, &[]);
        copy.check_pairs();
    }
}

#[test]
fn a_chain_of_exports_has_every_change_once_and_no_half_of_a_transaction() {
    for seed in 1..=3 {
        let fyr = Fyr::with(|settings| {
            settings.export.survey = 40;
            settings.export.segments = 2;
            settings.export.file_lines = 30;
            settings.cost_headers = false;
        });
        let done = AtomicUsize::new(0);
        fyr.shuffle(seed);
        let writers = join_all((0..WRITERS).map(|writer| write(&fyr, writer, &done).boxed_local()));
        let readers = join(follow(&fyr, seed, &done), look(&fyr, seed, &done));
        let (_, ((copy, runs), ())) = block_on(join(writers, readers));
        fyr.shuffle(0);
        assert!(runs >= 3, "only {runs} exports");
        let mut expected = 0;
        for (id, (version, name)) in &copy.known {
            let read = fyr.get(&format!("/Organization/{id}")).expect(200).json;
            assert_eq!(
                (&read["meta"]["versionId"], &read["name"]),
                (&version.as_str().into(), &name.as_str().into())
            );
            expected += 1;
        }
        assert_eq!(expected, WRITERS * (2 + ROUNDS / 2), "seed {seed}");
    }
}
