//! Tenants: two of them with equal ids and identifiers in everything, who never see each other.

mod callers;
mod jobs;

use serde_json::{Value, json};
use server::Tenancy;
use server::auth::Caller;

use super::entries::{
    LOCAL, SOR, entry, identified, organization, organization_at, put, with, with_id,
};
use super::fyr::{Ask, BASE, Fyr};
use super::reply::Reply;

/// A tenant's view of a server of several.
pub(super) struct View {
    pub(super) fyr: Fyr,
    /// `/a` where the path names the tenant.
    place: String,
}

impl View {
    fn of(fyr: &Fyr, tenancy: Tenancy, tenant: &str) -> Self {
        let roles = [
            "Organization.*",
            "Provenance.*",
            "CodeSystem.*",
            "Basic.*",
            "FHIR.transaction",
            "Organization.$expunge",
            "$reindex",
            "$bulk-export",
            "Binary.read",
            "$import-organizations",
        ];
        let claims = json!({
            "user_id": "u", "user_type": "SYSTEM", "tenant": tenant,
            "realm_access": {"roles": roles}
        });
        let caller = Caller::from_claims(&claims).in_tenant_of(&claims, "tenant");
        let place = match tenancy {
            Tenancy::Path => format!("/{tenant}"),
            Tenancy::Off | Tenancy::Claim => String::new(),
        };
        Self {
            fyr: fyr.seen_by(caller),
            place,
        }
    }

    pub(super) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        self.fyr.ask(method, &format!("{}{path}", self.place))
    }

    pub(super) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).send()
    }

    pub(super) fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.ask(method, path).json(body).send()
    }

    pub(super) fn bundle(&self, kind: &str, entries: &[Value]) -> Reply {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": entries});
        self.send("POST", "/", &bundle)
    }

    /// What is below the base of this tenant in a URL that the server made.
    pub(super) fn below(&self, url: &str) -> String {
        let base = format!("{BASE}{}", self.place);
        url.strip_prefix(&base).expect(url).to_owned()
    }
}

/// Both ways to tell tenants apart, each with two tenants.
pub(super) fn each(test: impl Fn(&View, &View)) {
    for tenancy in [Tenancy::Claim, Tenancy::Path] {
        let fyr = several(tenancy);
        test(&View::of(&fyr, tenancy, "a"), &View::of(&fyr, tenancy, "b"));
    }
}

fn several(tenancy: Tenancy) -> Fyr {
    Fyr::with(|settings| {
        settings.tenancy = tenancy;
        settings.tenants = vec!["a".parse().unwrap(), "b".parse().unwrap()];
    })
}

/// Resources of the same ids and identifiers, whose names say whose they are.
pub(super) fn fill(view: &View, name: &str) {
    let parent = with_id(with(identified(SOR, "1"), "name", name.into()), "1");
    let child = with(
        organization_at("2", name),
        "partOf",
        json!({"reference": "Organization/1"}),
    );
    let codes = json!({"resourceType": "CodeSystem", "id": "c", "url": "urn:c", "status": "active",
        "content": "complete", "concept": [{"code": "x", "display": name}]});
    let entries = [
        put("Organization/1", &parent),
        put("Organization/2", &child),
        put("CodeSystem/c", &codes),
    ];
    view.bundle("transaction", &entries).expect(200);
}

#[test]
fn nothing_that_reads_shows_anything_of_another_tenant() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        let everything = [
            "/Organization/1",
            "/Organization/1/_history/1",
            "/Organization/1/_history",
            "/Organization/_history",
            "/_history",
            "/Organization",
            "/Organization?name=of-a,of-b",
            "/Organization?_id=1,2",
            &format!("/Organization?identifier={SOR}|1"),
            "/Organization?partof=Organization/1",
            "/Organization?partof.name=of-b,of-a",
            "/Organization?_id=2&_include=Organization:partof",
            "/Organization?_sort=name",
            "/Organization?_id=1&_revinclude=Organization:partof",
            "/Organization?_total=accurate",
            "/Organization?_has:Organization:partof:name=of-b,of-a",
            "/?_type=Organization,CodeSystem",
            "/Organization?partof:below=Organization/1",
            "/Organization/1/$meta",
            "/CodeSystem/$lookup?system=urn:c&code=x",
            "/metadata",
        ];
        for path in everything {
            for (view, other) in [(a, "of-b"), (b, "of-a")] {
                let reply = view.get(path).expect(200);
                // what was asked for stands in the links
                let found = reply.json["entry"].to_string();
                let text = if path.contains(other) {
                    found
                } else {
                    reply.text.clone()
                };
                assert!(!text.contains(other), "{path}: {text}");
            }
            assert_eq!(a.get(path).len(), b.get(path).len(), "{path}");
        }
        assert_eq!(a.get("/Organization").len(), 2);
        let reads = [
            entry("GET", "Organization/1"),
            entry("GET", "Organization?name=of"),
        ];
        for kind in ["batch", "transaction"] {
            let reply = a.bundle(kind, &reads).expect(200);
            assert!(!reply.text.contains("of-b"), "{kind}: {}", reply.text);
        }
    });
}

#[test]
fn what_only_another_tenant_has_is_not_there() {
    each(|a, b| {
        let only = with_id(identified(SOR, "9"), "9");
        b.send("PUT", "/Organization/9", &only).expect(201);
        let identifier = format!("identifier={SOR}|9");
        for path in [
            "/Organization/9",
            "/Organization/9/_history/1",
            "/Organization/9/$meta",
        ] {
            a.get(path).expect(404);
        }
        let delete = a
            .ask("DELETE", &format!("/Organization?{identifier}"))
            .send();
        assert_eq!(delete.expect(200).code(), "SUCCESSFUL_DELETE_NOT_FOUND");
        let link = with(
            organization("A"),
            "partOf",
            json!({"reference": format!("Organization?{identifier}")}),
        );
        let create = super::entries::post(&link);
        let refused = a.bundle("transaction", &[create]);
        assert!(refused.status >= 400, "{}", refused.text);
        let patch = "[{\"op\":\"add\",\"path\":\"/alias\",\"value\":[\"x\"]}]";
        let ask = a.ask("PATCH", &format!("/Organization?{identifier}"));
        ask.bytes("application/json-patch+json", patch)
            .send()
            .expect(404);
        // neither found by its criterion nor in the way of the same unique identifier
        let ask = a
            .ask("POST", "/Organization")
            .header("if-none-exist", &identifier);
        ask.json(&identified(SOR, "9")).send().expect(201);
        assert_eq!(
            b.get("/Organization/9").expect(200).json["meta"]["versionId"],
            "1"
        );
    });
}

#[test]
fn what_one_tenant_changes_and_deletes_stays_as_it_is_for_the_other() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        a.send("PUT", "/Organization/1", &organization_at("1", "new"))
            .expect(200);
        a.ask("DELETE", "/Organization/2").send().expect(200);
        let everything = json!({"resourceType": "Parameters", "parameter": [
            {"name": "expungeEverything", "valueBoolean": true}]});
        a.send("POST", "/Organization/2/$expunge", &everything)
            .expect(200);
        a.get("/Organization/2").expect(410);
        for id in ["1", "2"] {
            let path = format!("/Organization/{id}");
            assert_eq!(b.get(&path).expect(200).json["name"], "of-b");
            assert_eq!(b.get(&format!("{path}/_history")).expect(200).len(), 1);
        }
    });
}

#[test]
fn a_cursor_of_one_tenant_is_none_of_the_others() {
    each(|a, b| {
        fill(a, "of-a");
        fill(b, "of-b");
        let next = |view: &View| {
            let page = view.get("/Organization?_count=1").expect(200).json;
            let links = page["link"].as_array().unwrap().clone();
            let next = links
                .iter()
                .find(|link| link["relation"] == "next")
                .unwrap();
            view.below(next["url"].as_str().unwrap())
        };
        let (of_a, of_b) = (next(a), next(b));
        a.get(&of_a).expect(200);
        let said = b.get(&of_a).expect(400).diagnostics();
        assert!(said.contains("is not one that this server made"), "{said}");
        a.get(&of_b).expect(400);
    });
}

#[test]
fn an_idempotency_key_is_of_its_tenant() {
    each(|a, b| {
        let create = |view: &View| {
            let ask = view
                .ask("POST", "/Organization")
                .header("idempotency-key", "k");
            ask.json(&identified(LOCAL, "1")).send().expect(201)
        };
        for view in [a, b] {
            assert_eq!(create(view).header("idempotent-replayed"), None);
            assert_eq!(create(view).header("idempotent-replayed"), Some("true"));
            assert_eq!(view.get("/Organization").len(), 1);
        }
    });
}

#[test]
fn large_resources_and_large_transactions_are_of_their_tenant() {
    each(|a, b| {
        let entries = |name: &str| -> Vec<Value> {
            let one = |id: usize| {
                put(
                    &format!("Organization/{id}"),
                    &organization_at(&id.to_string(), name),
                )
            };
            (0..120).map(one).collect()
        };
        a.bundle("transaction", &entries("of-a")).expect(200);
        b.bundle("transaction", &entries("of-b")).expect(200);
        for (view, own) in [(a, "of-a"), (b, "of-b")] {
            let all = view.get("/Organization?_count=1000").expect(200);
            assert_eq!(all.len(), 120);
            let mut entries = all.json["entry"].as_array().unwrap().iter();
            assert!(entries.all(|entry| entry["resource"]["name"] == own));
        }
    });
}
