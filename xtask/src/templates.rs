//! What the linters say of the templates: cfn-lint, `sam validate --lint`, checkov.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::step::Steps;
use crate::tool::python_tool;
use crate::workspace::root;

const TEMPLATES: [&str; 2] = ["template.yaml", "infra/observability.yaml"];
const MISSING: &str = "not installed (`.ci/run` installs it into .venv)";

/// Each linter that is installed.
pub(crate) fn check(steps: &mut Steps) -> Result<()> {
    match python_tool("cfn-lint") {
        Some(tool) => {
            let mut command = Command::new(tool);
            steps.run("cfn-lint", command.args(TEMPLATES).current_dir(root()))?;
        }
        None => steps.skip("cfn-lint", MISSING),
    }
    match python_tool("sam") {
        Some(tool) => {
            let mut command = Command::new(tool);
            command.args(["validate", "--lint", "--template", "template.yaml"]);
            // The region is a formality: nothing is called.
            command.envs([
                ("SAM_CLI_TELEMETRY", "0"),
                ("AWS_DEFAULT_REGION", "eu-north-1"),
            ]);
            steps.run("sam validate", command.current_dir(root()))?;
        }
        None => steps.skip("sam validate", MISSING),
    }
    // In an environment of its own: it pins versions that the SAM CLI does not bear.
    let tool = root().join(".venv/checkov/bin/checkov");
    if !tool.is_file() {
        steps.skip("checkov", MISSING);
        return Ok(());
    }
    steps.perform("checkov", || checkov(Command::new(tool)))
}

/// Checks with the exceptions of `.checkov.yaml`. (checkov has none for alarms and dashboards.)
fn checkov(mut command: Command) -> Result<()> {
    let files = ["--file", "template.yaml", "--config-file", ".checkov.yaml"];
    command
        .args(files)
        .args(["--output", "json", "--soft-fail"]);
    let output = command.current_dir(root()).output()?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    let problems = problems(&report);
    if !problems.is_empty() {
        bail!("checkov:\n{}", problems.join("\n"));
    }
    Ok(())
}

/// What failed. A template that cannot be parsed has no failures, so nothing checked is a problem too.
fn problems(report: &Value) -> Vec<String> {
    let text = |check: &Value, name| check.get(name).and_then(Value::as_str).map(str::to_owned);
    let failed = report.pointer("/results/failed_checks");
    let failed = failed.and_then(Value::as_array).into_iter().flatten();
    let mut problems: Vec<String> = failed
        .map(|check| {
            let (id, name, at) = ("check_id", "check_name", "resource");
            let parts = [id, at, name].map(|member| text(check, member).unwrap_or_default());
            parts.join("  ")
        })
        .collect();
    let count = |name: &str| {
        report
            .pointer(&format!("/summary/{name}"))
            .and_then(Value::as_u64)
    };
    if count("passed").unwrap_or(0) == 0 {
        problems.push("nothing was checked".to_owned());
    }
    if count("parsing_errors").unwrap_or(0) > 0 {
        problems.push("a template was not understood".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_template_of_which_nothing_was_checked_does_not_pass() {
        assert_eq!(problems(&json!({"passed": 0})), ["nothing was checked"]);
        let unread = json!({"summary": {"passed": 1, "parsing_errors": 1}});
        assert_eq!(problems(&unread), ["a template was not understood"]);
        assert!(problems(&json!({"summary": {"passed": 1, "parsing_errors": 0}})).is_empty());
    }

    #[test]
    fn a_failed_check_is_named_with_its_resource() {
        let check = json!({"check_id": "CKV_1", "check_name": "Encrypt it", "resource": "AWS::SQS::Queue.Q"});
        let report = json!({"results": {"failed_checks": [check]}, "summary": {"passed": 1}});
        assert_eq!(problems(&report), ["CKV_1  AWS::SQS::Queue.Q  Encrypt it"]);
    }
}
