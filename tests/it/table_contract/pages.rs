//! Order, bounds and continuation of queries and scans.

use std::collections::BTreeSet;

use store::table::{Key, Page, Query, Scan, Sort, Table, Tables};

use super::item::{apply, entry, head, number, put, sized, version};
use super::subject;

contract! { simulated in_process wire outside => {
    numbers_are_ordered_as_numbers
    text_is_ordered_by_its_bytes
    bounds_are_inclusive
    pages_continue_where_they_ended
    a_page_holds_a_megabyte
    segments_cover_a_table_once
    an_empty_partition_is_an_empty_page
} }

fn query(table: Table, pk: &str) -> Query {
    Query {
        table,
        pk: pk.to_owned(),
        from: None,
        to: None,
        descending: false,
        limit: None,
        after: None,
    }
}

async fn numbers(tables: &dyn Tables, query: Query) -> Vec<i64> {
    let page = tables.query(query).await.unwrap().0;
    let sort = |key: Key| match key.sk {
        Sort::Number(number) => number,
        other => panic!("{other:?}"),
    };
    page.items.into_iter().map(|(key, _)| sort(key)).collect()
}

async fn with_versions(tables: &dyn Tables, versions: impl IntoIterator<Item = i64>) {
    for version_number in versions {
        apply(
            tables,
            put(version("a", version_number), number("n", version_number)),
        )
        .await;
    }
    apply(tables, put(version("ab", 1), number("n", 1))).await;
}

async fn numbers_are_ordered_as_numbers(tables: &dyn Tables) {
    with_versions(tables, [10, 2, 1, 100, -3, 0, 1_795_240_800_000]).await;
    let ascending = [-3, 0, 1, 2, 10, 100, 1_795_240_800_000];
    let all = query(Table::Versions, "a");
    assert_eq!(numbers(tables, all.clone()).await, ascending);
    let descending = Query {
        descending: true,
        ..all
    };
    let mut backwards = ascending;
    backwards.reverse();
    assert_eq!(numbers(tables, descending).await, backwards);
}

async fn text_is_ordered_by_its_bytes(tables: &dyn Tables) {
    // In UTF-16 the last one would come before the one ahead of it.
    let ordered = ["A", "Z", "a", "a#1", "ab", "é", "\u{ffee}", "😀"];
    for sort in ordered.iter().rev() {
        apply(tables, put(entry("p", sort), number("n", 1))).await;
    }
    let page = tables.query(query(Table::Index, "p")).await.unwrap().0;
    let found: Vec<Key> = page.items.into_iter().map(|(key, _)| key).collect();
    assert_eq!(found, ordered.map(|sort| entry("p", sort)));
}

async fn bounds_are_inclusive(tables: &dyn Tables) {
    with_versions(tables, 1..=5).await;
    let sort = |number: i64| Some(Sort::Number(number));
    for (from, to, expected) in [
        (sort(2), sort(4), vec![2, 3, 4]),
        (sort(4), None, vec![4, 5]),
        (None, sort(2), vec![1, 2]),
        (sort(3), sort(3), vec![3]),
        (sort(6), None, vec![]),
    ] {
        let between = Query {
            from,
            to,
            ..query(Table::Versions, "a")
        };
        assert_eq!(numbers(tables, between).await, expected);
    }
}

async fn pages_continue_where_they_ended(tables: &dyn Tables) {
    with_versions(tables, 1..=5).await;
    for (descending, expected) in [(false, [1, 2, 3, 4, 5]), (true, [5, 4, 3, 2, 1])] {
        let mut next = Query {
            descending,
            limit: Some(2),
            ..query(Table::Versions, "a")
        };
        let mut found = Vec::new();
        loop {
            let Page { items, next: after } = tables.query(next.clone()).await.unwrap().0;
            assert!(items.len() <= 2);
            found.extend(items.into_iter().map(|(key, _)| key));
            if after.is_none() {
                break;
            }
            next.after = after;
        }
        assert_eq!(found, expected.map(|number| version("a", number)));
    }
}

async fn a_page_holds_a_megabyte(tables: &dyn Tables) {
    for number in 1..=30 {
        apply(tables, put(version("a", number), sized(39_000))).await;
    }
    let all = query(Table::Versions, "a");
    let first = tables.query(all.clone()).await.unwrap().0;
    assert!(
        (24..=28).contains(&first.items.len()),
        "{}",
        first.items.len()
    );
    let rest = Query {
        after: first.next.clone(),
        ..all
    };
    let second = tables.query(rest).await.unwrap().0;
    assert_eq!(
        (first.items.len() + second.items.len(), second.next),
        (30, None)
    );
}

async fn segments_cover_a_table_once(tables: &dyn Tables) {
    let ids: BTreeSet<String> = (0..40).map(|id| format!("Organization/{id}")).collect();
    for id in &ids {
        apply(tables, put(head(id), number("n", 1))).await;
    }
    let mut found = Vec::new();
    for segment in 0..4 {
        let mut after = None;
        loop {
            let scan = Scan {
                table: Table::Heads,
                segment,
                segments: 4,
                limit: Some(7),
                after,
            };
            let page = tables.scan(scan).await.unwrap().0;
            found.extend(page.items.into_iter().map(|(key, _)| key.pk));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    assert_eq!(found.len(), 40);
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), ids);
}

async fn an_empty_partition_is_an_empty_page(tables: &dyn Tables) {
    let page = tables
        .query(query(Table::Control, "nothing"))
        .await
        .unwrap()
        .0;
    assert_eq!(page, Page::default());
}
