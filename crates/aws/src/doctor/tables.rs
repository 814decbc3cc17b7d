//! The four tables: there, with their keys, on demand, with backups and protection.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableError;
use aws_sdk_dynamodb::types::{
    BillingMode, KeyType, PointInTimeRecoveryStatus, TableDescription, TableStatus,
    TimeToLiveStatus,
};
use store::table::{SortKind, Table};

use super::{Finding, Verdict};
use crate::dynamodb::TableNames;

/// The attribute by which DynamoDB forgets what has ended long ago.
const TIME_TO_LIVE: &str = "ttl";

/// Looks at all of them.
pub async fn examine(client: &Client, names: &TableNames) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in Table::ALL {
        let name = names.of(table);
        let of = format!("table {name}");
        let described = client.describe_table().table_name(name).send().await;
        match described.map(|described| described.table) {
            Ok(Some(described)) => {
                findings.extend(form(&of, table, &described));
                findings.push(backups(client, &of, name).await);
            }
            Ok(None) => findings.push(missing(&of)),
            Err(failure)
                if failure
                    .as_service_error()
                    .is_some_and(DescribeTableError::is_resource_not_found_exception) =>
            {
                findings.push(missing(&of));
            }
            Err(failure) => findings.push(Finding::unknown(&of, "it exists", &failure)),
        }
    }
    findings.push(time_to_live(client, names.of(Table::Control)).await);
    findings
}

fn missing(of: &str) -> Finding {
    let found = Verdict::Fails("there is no such table; is FYR_TABLE_PREFIX right?".to_owned());
    Finding::new(of, "it exists", found)
}

/// What its description says.
fn form(of: &str, table: Table, described: &TableDescription) -> Vec<Finding> {
    let status = described.table_status();
    let (key, expected) = (key(described), expected_key(table));
    let billing = described
        .billing_mode_summary()
        .and_then(|summary| summary.billing_mode());
    let on_demand = billing == Some(&BillingMode::PayPerRequest);
    let protected = described.deletion_protection_enabled() == Some(true);
    vec![
        Finding::holds_if(
            of,
            "it is active",
            status == Some(&TableStatus::Active),
            format!(
                "it is {}",
                status.map_or("of no status", TableStatus::as_str)
            ),
        ),
        Finding::holds_if(
            of,
            format!("its key is {expected}"),
            key == expected,
            format!("it is {key}: this is another program's table"),
        ),
        Finding::holds_if(
            of,
            "it is paid on demand",
            on_demand,
            "its capacity is provisioned",
        ),
        Finding::holds_if(of, "it is protected from deletion", protected, "it is not"),
    ]
}

/// `pk (S), sk (N)`.
fn key(described: &TableDescription) -> String {
    let kind = |name: &str| {
        let mut definitions = described.attribute_definitions().iter();
        definitions
            .find(|definition| definition.attribute_name() == name)
            .map_or("?", |definition| definition.attribute_type().as_str())
    };
    let mut schema = described.key_schema().to_vec();
    schema.sort_by_key(|part| *part.key_type() != KeyType::Hash);
    let parts: Vec<String> = schema
        .iter()
        .map(|part| {
            format!(
                "{} ({})",
                part.attribute_name(),
                kind(part.attribute_name())
            )
        })
        .collect();
    parts.join(", ")
}

fn expected_key(table: Table) -> &'static str {
    match table.sort_kind() {
        SortKind::None => "pk (S)",
        SortKind::Number => "pk (S), sk (N)",
        SortKind::Text => "pk (S), sk (S)",
    }
}

async fn backups(client: &Client, of: &str, name: &str) -> Finding {
    let claim = "it has point-in-time recovery";
    let answer = client.describe_continuous_backups().table_name(name).send();
    match answer.await {
        Ok(answer) => {
            let backups = answer.continuous_backups_description();
            let recovery = backups.and_then(|backups| backups.point_in_time_recovery_description());
            let status = recovery.and_then(|recovery| recovery.point_in_time_recovery_status());
            let enabled = status == Some(&PointInTimeRecoveryStatus::Enabled);
            Finding::holds_if(of, claim, enabled, "it has none: what is lost stays lost")
        }
        Err(failure) => Finding::unknown(of, claim, &failure),
    }
}

async fn time_to_live(client: &Client, name: &str) -> Finding {
    let of = format!("table {name}");
    let claim = format!("its time to live is in {TIME_TO_LIVE}");
    match client.describe_time_to_live().table_name(name).send().await {
        Ok(answer) => {
            let described = answer.time_to_live_description();
            let attribute = described.and_then(|described| described.attribute_name());
            let status = described.and_then(|described| described.time_to_live_status());
            let is_on = matches!(
                status,
                Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)
            );
            let right = is_on && attribute == Some(TIME_TO_LIVE);
            Finding::holds_if(&of, claim, right, "it is off, or in another attribute")
        }
        Err(failure) => Finding::unknown(&of, claim, &failure),
    }
}
