//! Request units, as DynamoDB counts them:
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html>.

use store::table::{Consumed, Query, Table, Tables};

use super::item::{apply, head, put, sized, transact, version};
use super::subject;

contract! { simulated in_process wire outside => {
    a_read_costs_a_unit_per_4_kb
    a_write_costs_a_unit_per_kb
    a_transaction_costs_double
    a_query_costs_by_the_sum_of_its_items
} }

fn reads(units: f64) -> Consumed {
    Consumed {
        read_units: units,
        write_units: 0.0,
    }
}

fn writes(units: f64) -> Consumed {
    Consumed {
        read_units: 0.0,
        write_units: units,
    }
}

async fn a_read_costs_a_unit_per_4_kb(tables: &dyn Tables) {
    for (bytes, units) in [(4_000, 1.0), (4_100, 2.0), (40_000, 10.0)] {
        apply(tables, put(head("a"), sized(bytes))).await;
        assert_eq!(
            tables.get(head("a")).await.unwrap().1,
            reads(units),
            "{bytes}"
        );
        let batch = tables
            .batch_get(vec![head("a"), head("absent")])
            .await
            .unwrap();
        assert_eq!(batch.1, reads(units + 1.0), "{bytes}");
    }
    assert_eq!(tables.get(head("absent")).await.unwrap().1, reads(1.0));
}

async fn a_write_costs_a_unit_per_kb(tables: &dyn Tables) {
    for (bytes, units) in [(1_000, 1.0), (1_100, 2.0), (10_000, 10.0)] {
        let written = tables.write(put(head("a"), sized(bytes))).await.unwrap();
        assert_eq!(written.1, writes(units), "{bytes}");
    }
    // What is replaced counts when it is larger.
    let written = tables.write(put(head("a"), sized(1))).await.unwrap();
    assert_eq!(written.1, writes(10.0));
    let batch = vec![put(head("b"), sized(1_100)), put(head("c"), sized(10))];
    assert_eq!(tables.batch_write(batch).await.unwrap().1, writes(3.0));
}

async fn a_transaction_costs_double(tables: &dyn Tables) {
    let puts = vec![
        put(head("a"), sized(1_100)),
        put(version("a", 1), sized(10)),
    ];
    assert_eq!(transact(tables, "t", puts).await.unwrap(), writes(6.0));
}

async fn a_query_costs_by_the_sum_of_its_items(tables: &dyn Tables) {
    for number in 1..=5 {
        apply(tables, put(version("a", number), sized(1_000))).await;
    }
    let query = Query {
        table: Table::Versions,
        pk: "a".to_owned(),
        from: None,
        to: None,
        descending: false,
        limit: None,
        after: None,
    };
    assert_eq!(tables.query(query).await.unwrap().1, reads(2.0));
}
