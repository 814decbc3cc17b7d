//! The settings, read once from `FYR_*` variables.
//!
//! A variable that Fyr does not know is refused: a setting with a typing error would otherwise keep
//! its default in silence. All that is wrong is reported at once.

mod access;
mod closing;
mod issuers;
mod problems;
mod rules;
mod scheduled;
mod unique;
mod value;
mod variable;

use std::collections::BTreeMap;
use std::time::Duration;

use server::{ScheduledExport, Settings, Tenancy, auth};
use store::Closing;

use crate::dynamodb::{Endpoint, TableNames};
use crate::telemetry;

pub use issuers::parse as parse_issuers;
pub use problems::Problems;
pub use variable::{Variable, variables};

/// Between the end of a request, after which no commit is sent, and the time when nobody waits for
/// its commit any more: for clocks that differ, and for calls on their way.
const SLACK: Duration = Duration::from_secs(5);

/// How long and how many requests may take, where nothing in front of the server says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkLimits {
    /// `FYR_BODY_SECONDS`.
    pub body_seconds: u64,
    /// `FYR_REQUESTS_AT_A_TIME`.
    pub requests_at_a_time: usize,
}

impl Default for NetworkLimits {
    fn default() -> Self {
        Self {
            body_seconds: 30,
            requests_at_a_time: 256,
        }
    }
}

/// What can be set from outside, with its defaults filled in.
#[derive(Debug, Clone)]
pub struct Config {
    /// `FYR_BASE_URL`, without a trailing slash.
    pub base_url: Option<String>,
    /// `FYR_DYNAMODB_ENDPOINT`.
    pub dynamodb_endpoint: Option<String>,
    /// `FYR_S3_ENDPOINT`.
    pub s3_endpoint: Option<String>,
    /// `FYR_SQS_ENDPOINT`.
    pub sqs_endpoint: Option<String>,
    /// `FYR_BLOBS_BUCKET`.
    pub blobs_bucket: Option<String>,
    /// `FYR_RECOVERY_QUEUE_URL`.
    pub recovery_queue_url: Option<String>,
    /// `FYR_FILES_BUCKET`.
    pub files_bucket: Option<String>,
    /// `FYR_JOBS_QUEUE_URL`.
    pub jobs_queue_url: Option<String>,
    /// `FYR_TABLE_PREFIX`.
    pub table_prefix: String,
    /// `FYR_LOG`.
    pub log: String,
    /// `FYR_CLOSING_SECONDS`.
    pub closing_seconds: Option<u32>,
    /// What the server of `fyr serve` bears.
    pub network: NetworkLimits,
    scheduled: ScheduledExport,
    limits: Settings,
    given: BTreeMap<&'static str, String>,
}

impl Config {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// Every unknown variable and every value that is not of its kind.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where settings are read, once"
    )]
    pub fn from_environment() -> Result<Self, Problems> {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            // A value that is not Unicode is not valid for any of the variables.
            let value = value.to_string_lossy().into_owned();
            name.starts_with("FYR_").then_some((name, value))
        });
        Self::read(variables)
    }

    /// Reads these variables.
    ///
    /// # Errors
    /// Every unknown variable and every value that is not of its kind.
    pub fn read(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Problems> {
        let mut config = Self::default();
        let mut problems = Problems::default();
        for (name, value) in variables {
            match variable::known(&name) {
                None => problems.unknown(&name),
                Some(variable) => {
                    if let Err(expected) = (variable.set)(&mut config, value.trim()) {
                        problems.invalid(&name, &value, &expected);
                    }
                    config.given.insert(variable.name, value);
                }
            }
        }
        if config.limits.tenancy != Tenancy::Off && config.limits.tenants.is_empty() {
            problems.invalid(
                "FYR_TENANTS",
                "",
                "the names of the tenants, as FYR_TENANCY is set",
            );
        }
        closing::check(&config, &mut problems);
        problems.none_or(config)
    }

    /// The server's settings at this public URL.
    pub fn settings(&self, base_url: &str) -> Settings {
        let place = Settings::at(base_url);
        Settings {
            base_url: place.base_url,
            base_path: place.base_path,
            ..self.limits.clone()
        }
    }

    /// Whose tokens are believed, and what needs none.
    pub fn auth(&self) -> &auth::Settings {
        &self.limits.auth
    }

    /// The same settings, with these issuers in the place of those of the environment.
    pub fn with_issuers(mut self, issuers: Vec<auth::Issuer>) -> Self {
        self.limits.auth.issuers = issuers;
        self
    }

    /// Whether responses tell what they cost.
    pub fn tells_cost(&self) -> bool {
        self.limits.cost_headers
    }

    /// The store's settings, for a process that may be one of several that write.
    pub fn store_settings(&self) -> store::Settings {
        let defaults = store::Settings::default();
        let wait = |seconds: u32| Closing::Wait {
            ms: i64::from(seconds) * 1000,
        };
        let longest = self.limits.request_timeout + SLACK;
        let longest_ms = i64::try_from(longest.as_millis()).unwrap_or(i64::MAX);
        let lease_ms = defaults.lease_ms.max(longest_ms);
        let closing = Closing::Wait { ms: lease_ms };
        store::Settings {
            lease_ms,
            closing: self.closing_seconds.map_or(closing, wait),
            max_inline_bytes: match self.blobs_bucket {
                Some(_) => defaults.max_inline_bytes,
                None => usize::MAX,
            },
            ..defaults
        }
    }

    /// The store's settings, for the only process that writes, unless `FYR_CLOSING_SECONDS` says
    /// that there are others.
    pub fn store_settings_alone(&self) -> store::Settings {
        let shared = self.store_settings();
        store::Settings {
            closing: self
                .closing_seconds
                .map_or(Closing::OneProcess, |_| shared.closing),
            ..shared
        }
    }

    /// Every variable, with its value where it is set.
    pub fn in_force(&self) -> impl Iterator<Item = (&'static Variable, Option<&str>)> {
        let value = |name| self.given.get(name).map(String::as_str);
        variables().map(move |variable| (variable, value(variable.name)))
    }

    /// The tables' names.
    pub fn table_names(&self) -> TableNames {
        TableNames::with_prefix(&self.table_prefix)
    }

    /// The export that a schedule starts; none when nobody would own it.
    pub fn scheduled_export(&self) -> Option<&ScheduledExport> {
        Some(&self.scheduled).filter(|scheduled| !scheduled.owner.is_empty())
    }

    /// Where the tables are, when nothing in this process holds them.
    pub fn endpoint(&self) -> Endpoint {
        self.dynamodb_endpoint
            .clone()
            .map_or(Endpoint::Aws, Endpoint::Url)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            dynamodb_endpoint: None,
            s3_endpoint: None,
            sqs_endpoint: None,
            blobs_bucket: None,
            recovery_queue_url: None,
            files_bucket: None,
            jobs_queue_url: None,
            table_prefix: "fyr".to_owned(),
            log: telemetry::DEFAULT_FILTER.to_owned(),
            closing_seconds: None,
            network: NetworkLimits::default(),
            scheduled: ScheduledExport::default(),
            limits: Settings::at("http://localhost"),
            given: BTreeMap::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(variables: &[(&str, &str)]) -> Result<Config, String> {
        let owned = variables
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
        Config::read(owned).map_err(|problems| problems.to_string())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = read(&[]).unwrap();
        assert_eq!(config.table_prefix, "fyr");
        let settings = config.settings("https://fyr.example/fhir/");
        assert_eq!(settings.base_url, "https://fyr.example/fhir");
        assert_eq!(settings.base_path, "/fhir");
        assert_eq!(settings.max_transaction_entries, 5_000);
    }

    #[test]
    fn what_is_set_reaches_the_server() {
        let config = read(&[
            ("FYR_COST_HEADERS", "on"),
            ("FYR_UPDATE_CREATE", "off"),
            ("FYR_MAX_TRANSACTION_ENTRIES", "7"),
            ("FYR_UNIQUE_IDENTIFIERS", "Patient=urn:a Patient=urn:b"),
            ("FYR_SEARCH_CANDIDATES", "300"),
            ("FYR_SEARCH_PAGE", "20"),
            ("FYR_SEARCH_MAX_PAGE", "40"),
            ("FYR_SEARCH_SORTED", "60"),
            ("FYR_SEARCH_INCLUDED", "80"),
            ("FYR_SEARCH_CHAINED", "100"),
            ("FYR_MAX_CONDITIONAL_DELETES", "5"),
        ]);
        let settings = config.unwrap().settings("https://fyr.example");
        let search = settings.search;
        assert_eq!((search.candidates, search.page), (300, 20));
        assert_eq!((search.max_page, search.sorted), (40, 60));
        assert_eq!((search.included, search.chained), (80, 100));
        assert_eq!(settings.max_conditional_deletes, 5);
        assert!(settings.cost_headers && !settings.update_create);
        assert_eq!(settings.max_transaction_entries, 7);
        assert!(settings.unique_systems.contains("Patient", "urn:b"));
        assert!(
            !settings
                .unique_systems
                .contains("Organization", "urn:oid:2.5.4.97")
        );
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let problems = read(&[
            ("FYR_BASE_URI", "https://fyr.example"),
            ("FYR_COST_HEADERS", "perhaps"),
            ("FYR_MAX_BODY_BYTES", "-1"),
            ("FYR_SEARCH_PAGE", "0"),
            ("FYR_MAX_CONDITIONAL_DELETES", "all"),
            ("FYR_TABLE_PREFIX", "a b"),
        ]);
        let text = problems.unwrap_err();
        assert!(
            text.contains("FYR_BASE_URI is not a setting; did you mean FYR_BASE_URL?"),
            "{text}"
        );
        for name in [
            "FYR_COST_HEADERS",
            "FYR_MAX_BODY_BYTES",
            "FYR_SEARCH_PAGE",
            "FYR_MAX_CONDITIONAL_DELETES",
            "FYR_TABLE_PREFIX",
        ] {
            assert!(text.contains(&format!("{name} is \"")), "{text}");
        }
        assert_eq!(text.lines().count(), 7, "{text}");
    }
}
