//! The report of a completed reindex, as text.

use std::fmt::Write;

use fhir::instant::Instant;

use crate::job::{
    Job,
    reindex::{Kinds, Tally, Wanted},
};

const RULE: &str = "-------------------------------------------------";
const MS_PER_S: i64 = 1_000;

/// The report. `Changed` counts the resources whose index is now as today's rules have it; in a dry run
/// those for which it is not.
pub(super) fn report(job: &Job, tally: &Tally) -> String {
    let wanted: Wanted = serde_json::from_value(job.request.clone()).unwrap_or_default();
    let changed = |kind: &Kinds| {
        if wanted.dry_run {
            kind.stale
        } else {
            kind.done
        }
    };
    let total: u64 = tally.kinds.values().map(changed).sum();
    let seconds = (job.changed - job.created).max(0) / MS_PER_S;
    let rate = u64::try_from(seconds)
        .ok()
        .and_then(|s| total.checked_div(s));
    let mut text = format!("Reindex (v3) Report\n{RULE}\n");
    let mut line = |name: &str, value: String| {
        // a text can always be written to
        let _ = writeln!(text, "{name:<26}: {value}");
    };
    if wanted.dry_run {
        line("Dry Run", "nothing was changed".to_owned());
    }
    line("Start Time", start(job.created));
    line("Duration", duration(seconds));
    line(
        "Total Resources Changed",
        format!("{total} ({}/sec)", rate.unwrap_or(0)),
    );
    if tally.failed() > 0 {
        line("Total Resources Failed", tally.failed().to_string());
    }
    if tally.removed > 0 {
        line("Index Entries Removed", tally.removed.to_string());
    }
    let _ = writeln!(text, "{RULE}");
    for (kind, counts) in &tally.kinds {
        let _ = writeln!(text, "ResourceType[{kind}]");
        let _ = writeln!(text, "    Changed   : {}", changed(counts));
        if counts.failed > 0 {
            let _ = writeln!(text, "    Failed    : {}", counts.failed);
        }
    }
    if !tally.kinds.is_empty() {
        let _ = writeln!(text, "{RULE}");
    }
    for (resource, reason) in &tally.failures {
        let _ = writeln!(text, "{resource}: {reason}");
    }
    text
}

/// `2026-04-16 11:27:04.935`
fn start(at: i64) -> String {
    let text = Instant::from_millis(at).to_string();
    let text = text.get(..23).unwrap_or(&text);
    text.replace('T', " ")
}

/// `00:04:00`
fn duration(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
}
