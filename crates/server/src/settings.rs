//! What an operator can set. Read from `FYR_*` variables by the `aws` crate; here it is plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::{
    auth, rules,
    tenancy::{Tenancy, Tenant},
};

/// Identifier systems that are unique, by resource type.
///
/// The guarantee holds against every writer: no two current resources of the type carry the same
/// value in such a system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueSystems(BTreeMap<String, BTreeSet<String>>);

impl UniqueSystems {
    /// None at all.
    pub fn none() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a system for a resource type.
    pub fn with(mut self, kind: &str, system: &str) -> Self {
        self.0
            .entry(kind.to_owned())
            .or_default()
            .insert(system.to_owned());
        self
    }

    /// Adds the systems of rule sets.
    pub fn of(self, rules: &rules::Settings) -> Self {
        let all = rules.all();
        let systems = all.iter().flat_map(|set| set.unique_systems());
        systems.fold(self, |unique, (kind, system)| unique.with(kind, system))
    }

    /// Whether values of this system are unique among resources of this type.
    pub fn contains(&self, kind: &str, system: &str) -> bool {
        self.0
            .get(kind)
            .is_some_and(|systems| systems.contains(system))
    }
}

impl Default for UniqueSystems {
    /// The systems of the built-in rule sets, whether they are in force or not: the registry keys of the
    /// Danish and the Swedish organization registries.
    fn default() -> Self {
        Self::none().of(&rules::Settings::default())
    }
}

/// What a search may cost and give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLimits {
    /// Candidates that one request looks at: each costs half a read unit or more.
    pub candidates: usize,
    /// Matches in a page, when the client does not say.
    pub page: usize,
    /// Matches in a page at most.
    pub max_page: usize,
    /// Matches that are sorted in memory.
    pub sorted: usize,
    /// Resources that are included with a page.
    pub included: usize,
    /// Resources that a step of a chain, or a hierarchy, leads to.
    pub chained: usize,
}

impl Default for SearchLimits {
    fn default() -> Self {
        Self {
            candidates: 2_000,
            page: 50,
            max_page: 1_000,
            sorted: 1_000,
            included: 1_000,
            chained: 200,
        }
    }
}

/// Where requests are recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Audit {
    /// Nowhere.
    Off,
    /// In the log, a line each.
    #[default]
    Log,
    /// There, and as `AuditEvent` resources, which nobody can change by REST.
    Store,
}

/// Whose pages in a browser may call this server: <https://fetch.spec.whatwg.org/#http-cors-protocol>.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origins {
    /// Nobody's but its own.
    #[default]
    None,
    /// Everybody's.
    Any,
    /// Those of these origins: `https://app.example`.
    These(BTreeSet<String>),
}

/// The server's settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The public URL of the API, without a trailing slash: every absolute URL we emit starts with
    /// it, never with what the client or a gateway calls us.
    pub base_url: String,
    /// The path under which requests arrive: `/fhir`, or empty.
    pub base_path: String,
    /// Whether a PUT to an unknown id creates the resource.
    pub update_create: bool,
    /// Whether `batch` bundles are accepted.
    pub allow_batch: bool,
    /// Entries in one bundle.
    pub max_transaction_entries: usize,
    /// Bytes of a request body, decompressed.
    pub max_body_bytes: usize,
    /// How long a request may take. A write that would take longer is not done.
    pub request_timeout: Duration,
    /// Which identifiers are unique.
    pub unique_systems: UniqueSystems,
    /// Which rule sets there are, and which are always in force.
    pub rules: rules::Settings,
    /// What a search may cost and give.
    pub search: SearchLimits,
    /// Resources that one conditional delete may delete; more match: 412.
    pub max_conditional_deletes: usize,
    /// Whether responses tell what they cost (`Server-Timing`, `X-Fyr-Cost`).
    pub cost_headers: bool,
    /// Whose tokens are believed, and what needs none.
    pub auth: auth::Settings,
    /// Whose pages in a browser may call this server (CORS).
    pub origins: Origins,
    /// Where requests are recorded.
    pub audit: Audit,
    /// Whether there are tenants.
    pub tenancy: Tenancy,
    /// Which ones, where there are.
    pub tenants: Vec<Tenant>,
    /// How jobs are done.
    pub jobs: JobSettings,
    /// How exports are done.
    pub export: ExportSettings,
    /// How imports are done that are jobs.
    pub import: ImportSettings,
}

/// How imports are done that are jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportSettings {
    /// Bytes of what is sent, decompressed.
    pub max_body_bytes: usize,
    /// Organizations of a step, and a tree more.
    pub part: usize,
    /// Trees that a step imports at the same time.
    pub trees_at_a_time: usize,
    /// Entries in a page of the answer.
    pub page: usize,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: 64 * 1024 * 1024,
            part: 1_000,
            trees_at_a_time: 8,
            page: 1_000,
        }
    }
}

/// How exports are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportSettings {
    /// How many exports a user may have under way.
    pub at_a_time: usize,
    /// Lines after which a file is cut.
    pub file_lines: u64,
    /// Bytes of text after which a file is cut; a worker holds about as much.
    pub file_bytes: u64,
    /// Resources up to which an export is done in one step.
    pub survey: usize,
    /// Versions up to which an export of changes follows the changes; beyond, it looks at everything.
    pub changes: usize,
    /// Files of an export.
    pub files: usize,
    /// Bytes of a file that are sent in a response; a larger one is fetched from where it is kept,
    /// by a link. None: whatever its size.
    pub inline_bytes: Option<u64>,
    /// Whether the DELETE of a completed export removes its files.
    pub delete_completed: bool,
}

impl Default for ExportSettings {
    fn default() -> Self {
        Self {
            at_a_time: 3,
            file_lines: 100_000,
            file_bytes: 64 * 1024 * 1024,
            survey: 2_000,
            changes: 20_000,
            files: 20_000,
            inline_bytes: None,
            delete_completed: false,
        }
    }
}

/// How jobs are done, and how long they are remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    /// After so much work on a step its progress is put down.
    pub turn: Duration,
    /// After so long without a sign of life a worker is taken for dead. Longer than a turn.
    pub lease: Duration,
    /// Whether no other process works on jobs: what another one began is taken over at once.
    pub is_alone: bool,
    /// Segments that a table is walked through in: so many workers can be at it.
    pub segments: u32,
    /// How often a step is begun without getting anywhere before the job fails.
    pub attempts: u32,
    /// A job that is not over after so long fails.
    pub deadline: Duration,
    /// How long the files of a completed job can be fetched.
    pub retention: Duration,
    /// How long after that it is remembered that there was such a job.
    pub remembered: Duration,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            turn: Duration::from_secs(20),
            lease: Duration::from_mins(2),
            is_alone: false,
            segments: 8,
            attempts: 10,
            deadline: Duration::from_hours(12),
            retention: Duration::from_hours(2),
            remembered: Duration::from_hours(24),
        }
    }
}

impl Settings {
    /// Bytes of the largest body that any request may have.
    pub fn largest_body_bytes(&self) -> usize {
        self.max_body_bytes.max(self.import.max_body_bytes)
    }

    /// Defaults for a server that is reached at this public URL, and gets its path as it is there.
    pub fn at(base_url: &str) -> Self {
        let base_url = base_url.trim_end_matches('/');
        let after_scheme = base_url
            .split_once("://")
            .map_or(base_url, |(_, rest)| rest);
        let base_path = after_scheme
            .find('/')
            .map_or("", |slash| after_scheme.get(slash..).unwrap_or_default());
        Self {
            base_url: base_url.to_owned(),
            base_path: base_path.to_owned(),
            update_create: true,
            allow_batch: true,
            max_transaction_entries: 5_000,
            max_body_bytes: 6 * 1024 * 1024,
            request_timeout: Duration::from_secs(30),
            unique_systems: UniqueSystems::default(),
            rules: rules::Settings::default(),
            search: SearchLimits::default(),
            max_conditional_deletes: 1,
            cost_headers: false,
            auth: auth::Settings::default(),
            origins: Origins::None,
            audit: Audit::default(),
            tenancy: Tenancy::Off,
            tenants: Vec::new(),
            jobs: JobSettings::default(),
            export: ExportSettings::default(),
            import: ImportSettings::default(),
        }
    }
}
