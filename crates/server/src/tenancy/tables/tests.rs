use futures::executor::block_on;
use store::{
    simulated::SimulatedTables,
    table::{Action, Condition, Sort, Table, Value},
};

use super::*;

fn all() -> Arc<dyn Tables> {
    Arc::new(SimulatedTables::default())
}

fn tenant(all: &Arc<dyn Tables>, name: &str) -> TenantTables {
    TenantTables::new(Arc::clone(all), Prefix::of(&name.parse().unwrap()))
}

fn key(pk: &str) -> Key {
    Key {
        table: Table::Heads,
        pk: pk.to_owned(),
        sk: Sort::None,
    }
}

fn put(pk: &str, v: i64) -> Write {
    Write {
        key: key(pk),
        action: Action::Put(Item::from([("v".to_owned(), Value::N(v))])),
        condition: Some(Condition::NotExists("pk".into())),
    }
}

fn value(tables: &TenantTables, pk: &str) -> Option<i64> {
    let (item, _) = block_on(tables.get(key(pk))).unwrap();
    item.map(|item| match item.get("v") {
        Some(Value::N(v)) => *v,
        other => panic!("{other:?}"),
    })
}

#[test]
fn each_tenant_has_an_item_of_the_same_key() {
    let all = all();
    let (a, ab) = (tenant(&all, "a"), tenant(&all, "ab"));
    block_on(a.write(put("Organization/1", 1))).unwrap();
    assert_eq!(value(&ab, "Organization/1"), None);
    block_on(ab.write(put("Organization/1", 2))).unwrap();
    assert_eq!(value(&a, "Organization/1"), Some(1));
    assert_eq!(value(&ab, "Organization/1"), Some(2));
    let (got, _) = block_on(ab.batch_get(vec![key("Organization/1")])).unwrap();
    assert_eq!(got.items.len(), 1);
    assert_eq!(got.items[0].0, key("Organization/1"));
}

#[test]
fn two_tenants_may_choose_the_same_token() {
    let all = all();
    let (a, b) = (tenant(&all, "a"), tenant(&all, "b"));
    for (tables, v) in [(&a, 1), (&b, 2)] {
        let writes = vec![put("Organization/1", v), put("Organization/2", v)];
        block_on(tables.transact("token".to_owned(), writes)).unwrap();
    }
    assert_eq!(value(&a, "Organization/2"), Some(1));
    assert_eq!(value(&b, "Organization/2"), Some(2));
}

#[test]
fn a_scan_meets_every_item_of_its_tenant_once_and_none_of_the_others() {
    let all = all();
    for name in ["a", "ab", "b"] {
        let tables = tenant(&all, name);
        for id in 0..7 {
            block_on(tables.write(put(&format!("Organization/{id}"), id))).unwrap();
        }
    }
    let tables = tenant(&all, "ab");
    let mut scan = Scan {
        table: Table::Heads,
        segment: 0,
        segments: 1,
        limit: Some(2),
        after: None,
    };
    let mut found = Vec::new();
    loop {
        let (page, _) = block_on(tables.scan(scan.clone())).unwrap();
        found.extend(page.items.into_iter().map(|(key, _)| key.pk));
        scan.after = page.next;
        if scan.after.is_none() {
            break;
        }
    }
    found.sort();
    let expected: Vec<String> = (0..7).map(|id| format!("Organization/{id}")).collect();
    assert_eq!(found, expected);
}
