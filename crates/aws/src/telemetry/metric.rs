//! The metrics of the functions, in `CloudWatch`'s namespace `Fyr`. Their names are those of
//! infra/observability.yaml, which makes alarms and a dashboard of them, and of docs/operations.md.

/// The namespace of all of them.
pub const NAMESPACE: &str = "Fyr";

/// Something that is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// `Requests`.
    Requests,
    /// `Latency`.
    Latency,
    /// `Refusals`.
    Refusals,
    /// `Faults`.
    Faults,
    /// `Conflicts`.
    Conflicts,
    /// `Retries`.
    Retries,
    /// `IntentsMet`.
    IntentsMet,
    /// `ReadUnits`.
    ReadUnits,
    /// `WriteUnits`.
    WriteUnits,
    /// `MessageAge`.
    MessageAge,
    /// `MessagesFailed`.
    MessagesFailed,
    /// `RecoveryActions`.
    RecoveryActions,
    /// `TransactionsUndecided`.
    TransactionsUndecided,
    /// `JobsUnderWay`.
    JobsUnderWay,
    /// `JobAge`.
    JobAge,
    /// `JobsOverdue`.
    JobsOverdue,
    /// `FilesRemoved`.
    FilesRemoved,
}

/// What there is to say about a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Described {
    /// Which one.
    pub metric: Metric,
    /// Its name in `CloudWatch`.
    pub name: &'static str,
    /// `Count`, `Milliseconds` or `Seconds`.
    pub unit: &'static str,
    /// What it counts, for docs/operations.md.
    pub meaning: &'static str,
}

const fn described(
    metric: Metric,
    name: &'static str,
    unit: &'static str,
    meaning: &'static str,
) -> Described {
    Described {
        metric,
        name,
        unit,
        meaning,
    }
}

/// All metrics, in the order of [`Metric`].
pub const METRICS: [Described; 17] = [
    described(Metric::Requests, "Requests", COUNT, "Requests answered."),
    described(
        Metric::Latency,
        "Latency",
        "Milliseconds",
        "From the event to the answer, inside the function.",
    ),
    described(
        Metric::Refusals,
        "Refusals",
        COUNT,
        "Answers with a status of 400 to 499.",
    ),
    described(
        Metric::Faults,
        "Faults",
        COUNT,
        "Answers with a status of 500 or more.",
    ),
    described(
        Metric::Conflicts,
        "Conflicts",
        COUNT,
        "Commits that were refused because another one was faster; most are made anew at once.",
    ),
    described(
        Metric::Retries,
        "Retries",
        COUNT,
        "Calls to the tables that were repeats: after throttling, conflicts, no answer.",
    ),
    described(
        Metric::IntentsMet,
        "IntentsMet",
        COUNT,
        "Looks at the decision of a large transaction whose intent was in the way.",
    ),
    described(
        Metric::ReadUnits,
        "ReadUnits",
        COUNT,
        "Read request units consumed.",
    ),
    described(
        Metric::WriteUnits,
        "WriteUnits",
        COUNT,
        "Write request units consumed.",
    ),
    described(
        Metric::MessageAge,
        "MessageAge",
        "Seconds",
        "How long the oldest message of a batch had been on its queue.",
    ),
    described(
        Metric::MessagesFailed,
        "MessagesFailed",
        COUNT,
        "Messages that were left on their queue, to come again.",
    ),
    described(
        Metric::RecoveryActions,
        "RecoveryActions",
        COUNT,
        "Large transactions that somebody else than their coordinator finished.",
    ),
    described(
        Metric::TransactionsUndecided,
        "TransactionsUndecided",
        COUNT,
        "Large transactions that a sweep found neither committed nor aborted.",
    ),
    described(
        Metric::JobsUnderWay,
        "JobsUnderWay",
        COUNT,
        "Jobs that a sweep found not to be over.",
    ),
    described(
        Metric::JobAge,
        "JobAge",
        "Seconds",
        "Since the oldest of them began.",
    ),
    described(
        Metric::JobsOverdue,
        "JobsOverdue",
        COUNT,
        "Jobs that failed because their deadline had passed.",
    ),
    described(
        Metric::FilesRemoved,
        "FilesRemoved",
        COUNT,
        "Exported files that a sweep removed.",
    ),
];

const COUNT: &str = "Count";

impl Metric {
    /// What there is to say about it.
    pub(crate) fn described(self) -> Option<&'static Described> {
        METRICS.iter().find(|described| described.metric == self)
    }
}
