//! What is measured, what is watched, and what is written about it are the same: the metrics of
//! crates/aws, infra/observability.yaml, and docs/operations.md.

use std::collections::BTreeSet;

use aws::telemetry::{METRICS, NAMESPACE};

use super::sources::{folders, sources, text};

const STACK: &str = "infra/observability.yaml";

/// The metrics of a namespace that alarms are made of, as pairs of neighbouring lines.
fn in_alarms<'a>(stack: &'a str, namespace: &str) -> BTreeSet<&'a str> {
    let wanted = format!("Namespace: {namespace}");
    let lines: Vec<&str> = stack.lines().map(str::trim).collect();
    lines
        .windows(2)
        .filter(|pair| pair[0] == wanted)
        .map(|pair| pair[1].strip_prefix("MetricName: ").unwrap())
        .collect()
}

/// The metrics of our namespace that the dashboard shows.
fn on_dashboard(stack: &str) -> BTreeSet<&str> {
    let start = format!("[\"{NAMESPACE}\", \"");
    let named = stack.split(start.as_str()).skip(1);
    named.map(|rest| rest.split('"').next().unwrap()).collect()
}

fn alarms(stack: &str) -> Vec<&str> {
    let kinds = stack.lines().skip(1);
    let names = stack.lines().zip(kinds);
    names
        .filter(|(_, kind)| kind.trim() == "Type: AWS::CloudWatch::Alarm")
        .map(|(name, _)| name.trim().trim_end_matches(':'))
        .collect()
}

#[test]
fn every_metric_of_an_alarm_or_the_dashboard_is_measured_and_every_one_measured_is_shown() {
    let stack = text(STACK);
    let measured: BTreeSet<&str> = METRICS.iter().map(|described| described.name).collect();
    assert_eq!(on_dashboard(&stack), measured);
    let alarmed = in_alarms(&stack, NAMESPACE);
    assert!(!alarmed.is_empty());
    let unknown: Vec<_> = alarmed.difference(&measured).collect();
    assert!(unknown.is_empty(), "{STACK} names {unknown:?}");
}

#[test]
fn every_metric_is_recorded_by_a_function() {
    let recording: String = sources("crates/aws/src")
        .iter()
        .filter(|source| !source.path.ends_with("telemetry/metric.rs"))
        .flat_map(|source| source.code().map(|(_, line)| format!("{line}\n")))
        .collect();
    for described in METRICS {
        let used = format!("Metric::{},", described.name);
        assert!(
            recording.contains(&used),
            "nobody records {}",
            described.name
        );
    }
}

#[test]
fn every_metric_is_explained_in_the_operations_manual() {
    let manual = text("docs/operations.md");
    for described in METRICS {
        let row = format!(
            "| `{}` | {} | {} |",
            described.name, described.unit, described.meaning
        );
        assert!(
            manual.contains(&row),
            "docs/operations.md has no row\n{row}"
        );
    }
}

#[test]
fn every_alarm_says_what_to_do_and_every_runbook_has_its_alarm() {
    let (stack, manual) = (text(STACK), text("docs/operations.md"));
    let alarms = alarms(&stack);
    assert_eq!(
        alarms.len(),
        stack.matches("Type: AWS::CloudWatch::Alarm").count()
    );
    for alarm in &alarms {
        assert!(
            manual.contains(&format!("\n### `{alarm}`\n")),
            "docs/operations.md has no heading ### `{alarm}`"
        );
        let described = format!("docs/operations.md, {alarm}\n");
        assert!(
            stack.contains(&described),
            "{alarm} does not say where to read on"
        );
    }
    let runbooks = manual
        .lines()
        .filter(|line| line.starts_with("### `") && line.ends_with("Alarm`"));
    assert_eq!(runbooks.count(), alarms.len(), "a runbook without an alarm");
}

#[test]
fn every_alarm_goes_to_the_topic() {
    let stack = text(STACK);
    let alarms = alarms(&stack).len();
    for action in ["AlarmActions", "OKActions"] {
        let line = format!("      {action}: !If [HasTopic, [!Ref AlarmTopicArn], []]\n");
        assert_eq!(stack.matches(&line).count(), alarms);
    }
}

#[test]
fn every_function_is_watched_by_an_alarm() {
    let (stack, template) = (text(STACK), text("template.yaml"));
    for function in folders("functions") {
        let name: String = function.split('-').map(capital).collect();
        let parameter = format!("        {name}Function: !Ref {name}Function\n");
        assert!(
            template.contains(&parameter),
            "template.yaml hands on no {name}Function"
        );
        let watched = format!("{{ Name: FunctionName, Value: !Ref {name}Function }}");
        assert!(stack.contains(&watched), "no alarm watches {name}Function");
        let shown = format!("${{{name}Function}}");
        assert!(
            stack.contains(&shown),
            "the dashboard does not show {name}Function"
        );
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}
