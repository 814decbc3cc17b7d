//! Jobs, files and messages of tenants.

use serde_json::{Value, json};

use super::{View, each, fill};
use crate::protocol::{
    entries::SOR,
    fyr::Fyr,
    import::{parameters, sor},
};

fn place(view: &View, reply: &crate::protocol::reply::Reply) -> String {
    view.below(reply.header("content-location").unwrap())
}

/// Begins an export, and tells where its status is.
fn begin(view: &View) -> String {
    let ask = view.ask("GET", "/$export?_type=Organization");
    let reply = ask.header("prefer", "respond-async").send().expect(202);
    place(view, &reply)
}

#[test]
fn an_export_has_what_its_tenant_has_and_is_its_tenants() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        let (of_a, of_b) = (begin(a), begin(b));
        a.fyr.work_off();
        b.get(&of_a).expect(404);
        b.ask("DELETE", &of_a).send().expect(404);
        for (view, status, other, name) in [(a, &of_a, b, "of-a"), (b, &of_b, a, "of-b")] {
            let manifest = view.get(status).expect(200).json;
            let output = manifest["output"].as_array().unwrap();
            let files: Vec<String> = output
                .iter()
                .map(|file| view.below(file["url"].as_str().unwrap()))
                .collect();
            let lines: Vec<Value> = files
                .iter()
                .flat_map(|file| {
                    let text = view.get(file).expect(200).text;
                    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
                    lines.collect::<Vec<Value>>()
                })
                .collect();
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().all(|line| line["name"] == name), "{lines:?}");
            for file in &files {
                other.get(file).expect(404);
            }
        }
    });
}

#[test]
fn messages_without_a_tenant_are_for_nobody() {
    each(|a, _| {
        begin(a);
        let message = a.fyr.queue.take().remove(0).body;
        assert!(message.starts_with("a~{"), "{message}");
        let servers = a.fyr.servers();
        let (server, rest) = servers.addressee(&message).unwrap();
        assert_eq!((server.tenant(), rest), (Some("a"), &message[2..]));
        for wrong in [&message[2..], &format!("c~{}", &message[2..]), "~x", ""] {
            assert!(servers.addressee(wrong).is_none(), "{wrong}");
        }
    });
}

#[test]
fn the_sweeper_looks_after_every_tenant() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        begin(a);
        begin(b);
        a.fyr.work_off();
        let files = a.fyr.files.keys();
        assert!(
            files.iter().any(|key| key.starts_with("a~export/")),
            "{files:?}"
        );
        assert!(
            files.iter().any(|key| key.starts_with("b~export/")),
            "{files:?}"
        );
        a.fyr.advance(3 * 60 * 60 * 1000);
        tick(&a.fyr);
        assert_eq!(a.fyr.files.keys(), Vec::<String>::new());
    });
}

fn tick(fyr: &Fyr) {
    for server in fyr.servers().all() {
        futures::executor::block_on(server.tick()).unwrap();
    }
}

#[test]
fn a_reindex_is_of_its_tenant() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        let body = json!({"resourceType": "Parameters", "parameter": []});
        let status = place(a, &a.send("POST", "/$reindex", &body).expect(202));
        a.fyr.work_off();
        let report = a.get(&format!("{status}&_return=report")).expect(200).text;
        assert!(
            report.contains("Total Resources Changed   : 3 "),
            "{report}"
        );
        b.get(&status).expect(404);
    });
}

#[test]
fn an_import_matches_what_its_own_tenant_has() {
    each(|a, b| {
        let entry = json!({"fullUrl": "urn:uuid:it", "resource": sor("1", "A"),
            "request": {"method": "POST", "url": "Organization"}});
        let input = parameters(&[entry]);
        for view in [a, b] {
            let first = view
                .send("POST", "/$import-organizations", &input)
                .expect(200);
            assert_eq!(first.status_of(0), "201 Created");
            let found = view.get(&format!("/Organization?identifier={SOR}|1"));
            assert_eq!(found.expect(200).len(), 1);
        }
    });
}
