//! Many clients at the same time.

use serde_json::{Value, json};

use super::{
    entries::{LOCAL, SOR, identified, organization_at, post, put, with, with_id},
    fyr::{Ask, Fyr},
    reply::Reply,
};

/// How many clients there are.
const CLIENTS: usize = 64;

/// How many there are where each has to follow all others, one by one.
const QUEUE: usize = 16;

/// Each seed is another way in which the requests interleave.
const SEEDS: std::ops::Range<u64> = 1..13;

/// The statuses, and how many have each.
fn statuses(replies: &[Reply]) -> Vec<(u16, usize)> {
    let mut counts = std::collections::BTreeMap::new();
    for reply in replies {
        *counts.entry(reply.status).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

/// Sends a request of each client at once.
fn crowd<'a>(fyr: &'a Fyr, seed: u64, request: impl Fn(usize) -> Ask<'a>) -> Vec<Reply> {
    fyr.at_once(seed, (0..CLIENTS).map(request).collect())
}

/// Sends a request of each client that has to follow all others.
fn queue<'a>(fyr: &'a Fyr, seed: u64, request: impl Fn(usize) -> Ask<'a>) -> Vec<Reply> {
    fyr.at_once(seed, (0..QUEUE).map(request).collect())
}

fn bundle(entries: &[Value]) -> Value {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
}

#[test]
fn of_many_conditional_creates_one_creates_and_all_others_find_it() {
    for seed in SEEDS {
        let fyr = Fyr::new();
        let replies = crowd(&fyr, seed, |_| {
            let ask = fyr
                .ask("POST", "/Organization")
                .json(&identified(LOCAL, "1"));
            ask.header("if-none-exist", &format!("identifier={LOCAL}|1"))
        });
        assert_eq!(
            statuses(&replies),
            [(200, CLIENTS - 1), (201, 1)],
            "seed {seed}"
        );
        let id = replies[0].id();
        assert!(replies.iter().all(|reply| reply.id() == id), "seed {seed}");
        assert!(fyr.had(&format!("{LOCAL}|1")));
        assert!(!fyr.had(&format!("{LOCAL}|1")), "there were two");
    }
}

#[test]
fn of_many_updates_of_one_version_one_succeeds_and_all_others_get_412() {
    for seed in SEEDS {
        let fyr = Fyr::new();
        fyr.put("/Organization/1", &organization_at("1", "A"))
            .expect(201);
        let replies = crowd(&fyr, seed, |client| {
            let body = organization_at("1", &format!("client {client}"));
            let ask = fyr.ask("PUT", "/Organization/1").json(&body);
            ask.header("if-match", "W/\"1\"")
        });
        assert_eq!(
            statuses(&replies),
            [(200, 1), (412, CLIENTS - 1)],
            "seed {seed}"
        );
        let winner = replies.iter().find(|reply| reply.status == 200).unwrap();
        assert_eq!(fyr.get("/Organization/1").text, winner.text);
    }
}

#[test]
fn of_many_creates_with_one_unique_identifier_one_succeeds() {
    for seed in SEEDS {
        let fyr = Fyr::new();
        let replies = crowd(&fyr, seed, |client| match client % 3 {
            0 => fyr.ask("POST", "/Organization").json(&identified(SOR, "1")),
            1 => {
                let id = client.to_string();
                let path = format!("/Organization/{id}");
                fyr.ask("PUT", &path)
                    .json(&with_id(identified(SOR, "1"), &id))
            }
            _ => fyr
                .ask("POST", "/")
                .json(&bundle(&[post(&identified(SOR, "1"))])),
        });
        let done = replies.iter().filter(|reply| reply.status < 300).count();
        let refused = replies.iter().filter(|reply| reply.status == 422).count();
        assert_eq!((done, refused), (1, CLIENTS - 1), "seed {seed}");
    }
}

#[test]
fn every_update_that_was_answered_is_a_version_of_its_own() {
    for seed in SEEDS {
        let fyr = Fyr::new();
        fyr.put("/Organization/1", &organization_at("1", "A"))
            .expect(201);
        let replies = queue(&fyr, seed, |client| {
            let body = organization_at("1", &format!("client {client}"));
            fyr.ask("PUT", "/Organization/1").json(&body)
        });
        let done: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 200).collect();
        let others = replies
            .iter()
            .filter(|reply| ![200, 409, 503].contains(&reply.status));
        assert_eq!(others.count(), 0, "seed {seed}: {:?}", statuses(&replies));
        let history = fyr.get("/Organization/1/_history").expect(200).json;
        assert_eq!(history["total"], done.len() + 1, "seed {seed}");
        for reply in done {
            let path = format!(
                "/Organization/1/_history/{}",
                reply.json["meta"]["versionId"].as_str().unwrap()
            );
            assert_eq!(fyr.get(&path).expect(200).json["name"], reply.json["name"]);
        }
    }
}

/// Clients that write the same resources, each all of them in one transaction: every resource goes
/// through the same contents in the same order. Tells how many came through.
fn follow_each_other(seed: u64, clients: usize, resources: usize) -> usize {
    let fyr = Fyr::new();
    let all = |name: &str| {
        let write = |at: usize| {
            let id = at.to_string();
            put(&format!("Organization/{id}"), &organization_at(&id, name))
        };
        bundle(&(0..resources).map(write).collect::<Vec<_>>())
    };
    fyr.post("/", &all("start")).expect(200);
    let request = |client| fyr.ask("POST", "/").json(&all(&format!("client {client}")));
    let replies = fyr.at_once(seed, (0..clients).map(request).collect());
    for reply in &replies {
        assert!([200, 409, 503].contains(&reply.status), "{}", reply.text);
    }
    let names = |at: usize| {
        let path = format!("/Organization/{at}/_history");
        let history = fyr.get(&path).expect(200).json;
        let entries = history["entry"].as_array().unwrap().iter();
        let names = entries.map(|entry| entry["resource"]["name"].clone());
        names.collect::<Vec<_>>()
    };
    let done = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(names(0).len(), done + 1, "seed {seed}");
    for at in 1..resources {
        assert_eq!(names(at), names(0), "seed {seed}, resource {at}");
    }
    done
}

#[test]
fn transactions_on_the_same_resources_follow_each_other() {
    for seed in SEEDS {
        let done = follow_each_other(seed, QUEUE, 2);
        assert!(done > 0, "seed {seed}: nobody came through");
    }
}

#[test]
fn large_transactions_on_the_same_resources_follow_each_other() {
    for seed in 1..4 {
        let done = follow_each_other(seed, 4, 110);
        assert!(done > 0, "seed {seed}: nobody came through");
    }
}

#[test]
fn a_reference_by_identifier_never_points_at_what_lost_it() {
    for seed in SEEDS {
        let fyr = Fyr::new();
        fyr.put("/Organization/1", &with_id(identified(LOCAL, "1"), "1"))
            .expect(201);
        let reference = json!({"reference": format!("Organization?identifier={LOCAL}|1")});
        let child = with(identified(LOCAL, "child"), "partOf", reference);
        let requests = vec![
            fyr.ask("POST", "/").json(&bundle(&[post(&child)])),
            fyr.ask("DELETE", "/Organization/1"),
        ];
        let replies = fyr.at_once(seed, requests);
        assert_eq!(replies[1].status, 200, "{}", replies[1].text);
        // either order is right: the child came first, or there was nothing to refer to any more
        match replies[0].status {
            200 => {
                let created = replies[0].response(0)["lastModified"].as_str().unwrap();
                let deleted = fyr.get("/Organization/1/_history").json;
                let deleted = deleted["entry"][0]["response"]["lastModified"]
                    .as_str()
                    .unwrap();
                assert!(created <= deleted, "seed {seed}: {created} {deleted}");
            }
            status => assert_eq!(status, 400, "seed {seed}: {}", replies[0].text),
        }
    }
}
