//! Who may import what: the direction fhir, store → server → aws → functions, local.

use super::sources::{Source, sources, text};

/// A crate, the crates that it must not name, and the calls that it must not make.
struct Rule {
    krate: &'static str,
    crates: &'static [&'static str],
    calls: &'static [&'static str],
}

const CLOCK_AND_CHANCE: &[&str] = &[
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::new_v4",
    "Uuid::now_v7",
    "std::env",
    "env::var",
    "std::net",
    "std::fs",
    "thread::spawn",
];

const RULES: &[Rule] = &[
    Rule {
        krate: "fhir",
        crates: &[
            "store", "server", "aws", "embedded", "http", "tokio", "tracing", "futures",
        ],
        calls: &["async fn", "async move", ".await"],
    },
    Rule {
        krate: "store",
        crates: &["fhir", "server", "aws", "embedded", "http", "tokio"],
        calls: &[],
    },
    Rule {
        krate: "server",
        crates: &["aws", "embedded", "tokio", "hyper", "axum"],
        calls: &[],
    },
    Rule {
        krate: "aws",
        crates: &["embedded", "axum"],
        calls: &[],
    },
    Rule {
        krate: "embedded",
        crates: &["fhir", "server"],
        calls: &[],
    },
];

/// Crates whose names start so are AWS's; only `aws`, `embedded` and the binaries know them.
const AWS_PREFIXES: [&str; 2] = ["aws_", "lambda_"];

#[test]
fn no_crate_names_a_crate_above_it() {
    let mut found = Vec::new();
    for rule in RULES {
        for source in sources(&format!("crates/{}/src", rule.krate)) {
            found.extend(mentions(&source, |name| rule.forbids(name)));
        }
    }
    assert!(found.is_empty(), "forbidden imports:\n{}", found.join("\n"));
}

#[test]
fn no_crate_depends_on_a_crate_above_it() {
    for rule in RULES {
        let manifest = text(&format!("crates/{}/Cargo.toml", rule.krate));
        for dependency in dependencies(&manifest) {
            let name = dependency.replace('-', "_");
            assert!(
                !rule.forbids(&name),
                "crates/{} must not depend on {dependency}",
                rule.krate
            );
        }
    }
}

#[test]
fn the_clock_chance_and_the_environment_come_through_ports() {
    let mut found = Vec::new();
    for rule in RULES.iter().filter(|rule| is_pure(rule.krate)) {
        for source in sources(&format!("crates/{}/src", rule.krate)) {
            for (number, line) in source.code() {
                let calls = CLOCK_AND_CHANCE.iter().chain(rule.calls);
                for call in calls.filter(|call| line.contains(**call)) {
                    found.push(format!("{}:{number}: {call}", source.path));
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "not through a port:\n{}",
        found.join("\n")
    );
}

#[test]
fn the_edges_build_no_outcomes_of_their_own() {
    let mut found = Vec::new();
    for source in sources("functions")
        .into_iter()
        .chain(sources("crates/aws/src"))
    {
        for (number, line) in source.code() {
            if line.contains("\"OperationOutcome\"") {
                found.push(format!("{}:{number}", source.path));
            }
        }
    }
    assert!(
        found.is_empty(),
        "an OperationOutcome outside crates/server:\n{}",
        found.join("\n")
    );
}

impl Rule {
    /// Whether the crate must not name this one.
    fn forbids(&self, name: &str) -> bool {
        self.crates.contains(&name) || (is_pure(self.krate) && is_aws(name))
    }
}

fn is_pure(krate: &str) -> bool {
    ["fhir", "store", "server"].contains(&krate)
}

fn is_aws(name: &str) -> bool {
    AWS_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Where a file uses a path that starts with a forbidden crate: `use name…` or `name::…`.
fn mentions(source: &Source, forbidden: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for (number, line) in source.code() {
        for name in path_heads(line).filter(|name| forbidden(name)) {
            found.push(format!("{}:{number}: {name}", source.path));
        }
    }
    found
}

/// The first segments of the paths in a line: of `crate::x::y(a::b)` they are `crate` and `a`.
fn path_heads(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("::").filter_map(|(at, _)| {
        let before = line.get(..at)?;
        let start = before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |i| i + 1);
        let inside_a_path = before.get(..start)?.ends_with("::");
        (!inside_a_path).then(|| before.get(start..))?
    })
}

/// The names in the `[dependencies]` table of a manifest.
fn dependencies(manifest: &str) -> Vec<&str> {
    manifest
        .lines()
        .skip_while(|line| *line != "[dependencies]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .collect()
}

#[test]
fn the_head_of_a_path_is_its_first_segment() {
    let heads: Vec<&str> =
        path_heads("let x: aws::Y = crate::server::f(http::Uri::new());").collect();
    assert_eq!(heads, ["aws", "crate", "http"]);
}
