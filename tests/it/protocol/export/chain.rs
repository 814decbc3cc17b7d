//! Exports while eight clients write: each shows one state of the server, and a chain of them by
//! `_since` has every change once. One message in ten is lost, and one comes twice. Some of the chains
//! follow the changes, some look at everything each time, and some do the one or the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::executor::block_on;
use futures::future::{FutureExt, join, join_all};
use serde_json::Value;

use super::super::{
    adversity::Adversity,
    entries::{organization_at, put},
    fyr::{BASE, Fyr},
    reply::Reply,
};
use super::client::{deletion, lines_of, place};

const WRITERS: usize = 8;
/// Rounds of a writer, at least.
const ROUNDS: usize = 12;
/// By seed: versions up to which an export follows the changes, and the exports of the chain, at
/// least. Writers go on until then.
const CHAINS: [(usize, usize); 3] = [(30, 20), (0, 4), (20_000, 4)];
/// Exports beside the chain.
const LOOKS: usize = 4;

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

/// How far everybody is.
#[derive(Default)]
struct Course {
    /// Writers that are done.
    done: AtomicUsize,
    /// Exports of the chain so far.
    runs: AtomicUsize,
    /// Exports that the chain shall have.
    wanted: usize,
}

impl Course {
    fn is_over(&self) -> bool {
        self.done.load(Ordering::Relaxed) == WRITERS
    }
}

/// Writes, and tells how many of the short-lived are left.
async fn write(fyr: &Fyr, writer: usize, course: &Course) -> usize {
    let mut left = 0;
    for round in 0.. {
        if round >= ROUNDS && course.runs.load(Ordering::Relaxed) >= course.wanted {
            break;
        }
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
        } else {
            left += 1;
        }
    }
    course.done.fetch_add(1, Ordering::Relaxed);
    left
}

/// An export from first to last, beside whatever else goes on.
async fn export(
    fyr: &Fyr,
    query: &str,
    adversity: &mut Adversity,
) -> (Value, Vec<Value>, Vec<String>) {
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
            let copies = (0..adversity.copies()).map(|_| fyr.server().receive(&message.body));
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

async fn follow(fyr: &Fyr, seed: u64, course: &Course) -> Copy {
    let (mut copy, mut query) = (Copy::default(), String::new());
    let mut adversity = Adversity::of(seed);
    loop {
        let is_last = course.is_over();
        fyr.advance(if is_last { 1_000 } else { 1 });
        let (manifest, resources, deleted) = export(fyr, &query, &mut adversity).await;
        copy.apply(&resources, &deleted);
        copy.check_pairs();
        course.runs.fetch_add(1, Ordering::Relaxed);
        if is_last {
            return copy;
        }
        let time = manifest["transactionTime"].as_str().unwrap();
        query = format!("?_since={}", time.replace('+', "%2B"));
    }
}

/// Each export on its own shows one state.
async fn look(fyr: &Fyr, seed: u64) {
    let mut adversity = Adversity::of(seed + 77);
    for _ in 0..LOOKS {
        let (_, resources, _) = export(fyr, "", &mut adversity).await;
        let mut copy = Copy::default();
        copy.apply(&resources, &[]);
        copy.check_pairs();
    }
}

fn run(seed: u64, changes: usize, wanted: usize) {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 40;
        settings.jobs.segments = 2;
        settings.export.changes = changes;
        settings.export.file_lines = 30;
        settings.cost_headers = false;
    });
    let course = Course {
        wanted,
        ..Course::default()
    };
    fyr.shuffle(seed);
    let writers = (0..WRITERS).map(|writer| write(&fyr, writer, &course).boxed_local());
    let readers = join(follow(&fyr, seed, &course), look(&fyr, seed));
    let (left, (copy, ())) = block_on(join(join_all(writers), readers));
    fyr.shuffle(0);
    for (id, (version, name)) in &copy.known {
        let read = fyr.get(&format!("/Organization/{id}")).expect(200).json;
        assert_eq!(
            (&read["meta"]["versionId"], &read["name"]),
            (&version.as_str().into(), &name.as_str().into())
        );
    }
    let expected = 2 * WRITERS + left.iter().sum::<usize>();
    assert_eq!(copy.known.len(), expected, "seed {seed}");
}

#[test]
fn a_chain_of_20_exports_has_every_change_once_and_no_half_of_a_transaction() {
    for (seed, (changes, wanted)) in (1..).zip(CHAINS) {
        run(seed, changes, wanted);
    }
}
