//! What the functions may do: each has the policies of the ports that its code uses, and a policy has
//! the calls that its port makes, on the resources that it makes them on.
//!
//! `TransactWriteItems` asks for the verb of each item in it: `PutItem` for heads, `UpdateItem` and
//! `ConditionCheckItem` for key items. A head is deleted only when it was never more than an intent;
//! versions are deleted in batches, by `$expunge`. Only the sweep, the
//! collector and snapshots scan.

use super::sources::{folders, text};

/// Each function's folder, and its ports.
const FUNCTIONS: &[(&str, &[&str])] = &[
    ("binary", &["Documents", "ReadFiles"]),
    ("export-kickoff", &["Records", "SendJobs"]),
    (
        "import-organizations",
        &["Documents", "ReadFiles", "WriteFiles", "SendJobs"],
    ),
    (
        "job-worker",
        &[
            "Documents",
            "Snapshot",
            "Collect",
            "ReadFiles",
            "WriteFiles",
            "SendJobs",
            "JobMessages",
        ],
    ),
    ("poll-status", &["Records"]),
    ("recovery", &["Documents", "RecoveryMessages"]),
    ("reindex-kickoff", &["Records", "SendJobs"]),
    ("resource", &["Documents"]),
    ("scheduled-export", &["Records", "SendJobs"]),
    (
        "sweeper",
        &["Documents", "Sweep", "SendJobs", "RemoveFiles"],
    ),
    ("transaction", &["Documents"]),
];

/// Statements of a policy: a resource, and the verbs on it.
type Statements = &'static [(&'static str, &'static [&'static str])];

/// Each port, and the calls that it makes.
const POLICIES: &[(&str, Statements)] = &[
    (
        "Documents",
        &[
            (
                "!GetAtt Heads.Arn",
                &[
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                ],
            ),
            (
                "!GetAtt Versions.Arn",
                &[
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:Query",
                    "dynamodb:BatchWriteItem",
                ],
            ),
            (
                "!GetAtt Index.Arn",
                &[
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:Query",
                    "dynamodb:UpdateItem",
                    "dynamodb:ConditionCheckItem",
                    "dynamodb:BatchWriteItem",
                ],
            ),
            (
                "!GetAtt Control.Arn",
                &[
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:Query",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:BatchWriteItem",
                ],
            ),
            (
                "!Sub ${Blobs.Arn}/*",
                &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            ),
            ("!GetAtt RecoveryQueue.Arn", &["sqs:SendMessage"]),
        ],
    ),
    ("Snapshot", &[("!GetAtt Heads.Arn", &["dynamodb:Scan"])]),
    (
        "Collect",
        &[(
            "!GetAtt Index.Arn",
            &["dynamodb:Scan", "dynamodb:DeleteItem"],
        )],
    ),
    (
        "Records",
        &[(
            "!GetAtt Control.Arn",
            &[
                "dynamodb:GetItem",
                "dynamodb:Query",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
                "dynamodb:DeleteItem",
            ],
        )],
    ),
    ("ReadFiles", &[("!Sub ${Files.Arn}/*", &["s3:GetObject"])]),
    ("WriteFiles", &[("!Sub ${Files.Arn}/*", &["s3:PutObject"])]),
    (
        "RemoveFiles",
        &[
            ("!GetAtt Files.Arn", &["s3:ListBucket"]),
            ("!Sub ${Files.Arn}/*", &["s3:DeleteObject"]),
        ],
    ),
    (
        "SendJobs",
        &[("!GetAtt JobsQueue.Arn", &["sqs:SendMessage"])],
    ),
    ("JobMessages", &[("!GetAtt JobsQueue.Arn", RECEIVE)]),
    ("Sweep", &[("!GetAtt Control.Arn", &["dynamodb:Scan"])]),
    (
        "RecoveryMessages",
        &[("!GetAtt RecoveryQueue.Arn", RECEIVE)],
    ),
];

/// What the mapping of a queue to a function does in the function's name.
const RECEIVE: &[&str] = &[
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
];

#[test]
fn a_function_has_the_policies_of_its_ports() {
    let template = text("template.yaml");
    let names: Vec<&str> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, folders("functions"));
    for (name, ports) in FUNCTIONS {
        let resource = format!("CodeUri: functions/{name}/\n");
        let start = template.find(&resource).unwrap();
        let policies: Vec<&str> = block(&template[start..], "   ")
            .skip_while(|line| *line != "      Policies:")
            .skip(1)
            .map_while(|line| line.strip_prefix("        - !Ref "))
            .collect();
        let expected: Vec<String> = ports.iter().map(|port| format!("{port}Policy")).collect();
        assert_eq!(policies, expected, "{name}");
    }
}

/// The functions that answer requests and may touch no resource: with `Audit=store` they store records.
const RECORDING: [&str; 3] = ["export-kickoff", "poll-status", "reindex-kickoff"];

#[test]
fn whoever_answers_requests_can_store_their_records() {
    let template = text("template.yaml");
    let granted = "        - !If [StoresAudit, !Ref DocumentsPolicy, !Ref AWS::NoValue]";
    for (name, ports) in FUNCTIONS {
        let start = template.find(&format!("CodeUri: functions/{name}/\n"));
        let has = block(&template[start.unwrap()..], "   ").any(|line| line == granted);
        assert_eq!(has, RECORDING.contains(name), "{name}");
        let integration = format!("\n  {}Integration:\n", pascal(name));
        let answers = template.contains(&integration);
        assert_eq!(
            answers,
            has || answers && ports.contains(&"Documents"),
            "{name}"
        );
    }
}

/// `export-kickoff` becomes `ExportKickoff`.
fn pascal(name: &str) -> String {
    name.split('-')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

#[test]
fn a_browser_may_ask_without_a_token_wherever_a_page_may_call() {
    let template = text("template.yaml");
    let routes: Vec<&str> = template
        .lines()
        .filter_map(|line| line.trim().strip_prefix("RouteKey: ANY "))
        .collect();
    assert!(routes.len() > 5);
    for path in routes {
        let preflight = format!(
            "    Condition: HasCors\n    Properties:\n      ApiId: !Ref Api\n      RouteKey: OPTIONS {path}\n      AuthorizationType: NONE\n"
        );
        assert!(template.contains(&preflight), "{path}");
    }
}

#[test]
fn a_policy_allows_what_its_port_does() {
    let template = text("template.yaml");
    let policies = template.matches("Type: AWS::IAM::ManagedPolicy").count();
    assert_eq!(policies, POLICIES.len());
    for (port, expected) in POLICIES {
        let expected: Vec<(String, Vec<String>)> = expected
            .iter()
            .map(|(resource, verbs)| {
                let verbs = verbs.iter().map(ToString::to_string).collect();
                ((*resource).to_owned(), verbs)
            })
            .collect();
        assert_eq!(statements(&template, port), expected, "{port}");
    }
}

#[test]
fn the_security_policy_says_what_each_function_may_do() {
    let manual = text("SECURITY.md");
    for (name, ports) in FUNCTIONS {
        let row = format!("| `{name}` | {} |", ports.join(", "));
        assert!(manual.contains(&row), "SECURITY.md has no row\n{row}");
    }
    for (port, statements) in POLICIES {
        let told: Vec<String> = statements
            .iter()
            .map(|(resource, verbs)| {
                let verbs = verbs
                    .iter()
                    .map(|verb| verb.split(':').next_back().unwrap());
                let verbs: Vec<&str> = verbs.collect();
                let resource = resource
                    .trim_start_matches("!GetAtt ")
                    .trim_start_matches("!Sub ");
                let resource = resource.replace(".Arn", "").replace(['$', '{', '}'], "");
                format!("{resource}: {}", verbs.join(" "))
            })
            .collect();
        let row = format!("| {port} | {} |", told.join("; "));
        assert!(manual.contains(&row), "SECURITY.md has no row\n{row}");
    }
}

#[test]
fn no_statement_allows_everything() {
    let template = text("template.yaml");
    let mut effect = "";
    for line in template.lines().map(str::trim) {
        effect = line.strip_prefix("Effect: ").unwrap_or(effect);
        let everything = [
            "Resource: \"*\"",
            "Resource: '*'",
            "NotAction:",
            "NotResource:",
        ];
        let about_everything = everything.iter().any(|start| line.starts_with(start));
        let every_verb = effect == "Allow" && line.ends_with(":*");
        assert!(!about_everything && !every_verb, "{line}");
    }
}

#[test]
fn every_queue_reports_the_messages_that_failed_and_keeps_the_dead() {
    let template = text("template.yaml");
    let count = |text: &str| template.matches(text).count();
    let mappings = count("Type: AWS::Lambda::EventSourceMapping");
    assert_eq!(
        count("FunctionResponseTypes: [ReportBatchItemFailures]"),
        mappings
    );
    assert_eq!(count("deadLetterTargetArn: "), mappings);
    assert_eq!(count("Type: AWS::SQS::Queue\n"), 2 * mappings);
    assert_eq!(count("SqsManagedSseEnabled: true"), 2 * mappings);
}

/// The statements of a policy: each resource with the verbs on it, in the template's order.
fn statements(template: &str, port: &str) -> Vec<(String, Vec<String>)> {
    let head = format!("\n  {port}Policy:\n    Type: AWS::IAM::ManagedPolicy\n");
    let start = template.find(&head).unwrap() + head.len();
    let mut statements = Vec::new();
    let mut verbs = Vec::new();
    for line in block(&template[start..], "   ").map(str::trim) {
        let verb = ["- dynamodb:", "- sqs:", "- s3:"]
            .iter()
            .any(|service| line.starts_with(service));
        if verb {
            verbs.push(line[2..].to_owned());
        } else if let Some(resource) = line.strip_prefix("Resource: ") {
            statements.push((resource.to_owned(), std::mem::take(&mut verbs)));
        }
    }
    statements
}

/// The lines of a resource: the next one of the template is as far to the left as its name.
fn block<'a>(rest: &'a str, indent: &'static str) -> impl Iterator<Item = &'a str> {
    rest.lines()
        .enumerate()
        .take_while(move |(number, line)| {
            *number == 0 || line.is_empty() || line.starts_with(indent)
        })
        .map(|(_, line)| line)
}
