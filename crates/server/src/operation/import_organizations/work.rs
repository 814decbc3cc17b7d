//! The work of an import: each tree is one transaction.
//!
//! A turn that was in vain is done again from its checkpoint. What it has imported by then is found to be
//! as it should, and is left as it is: so nothing is written twice, and it is told as unchanged.

use std::sync::Arc;

use fhir::{
    json::Object,
    outcome::{Issue, outcome},
};
use futures::{
    future::{BoxFuture, FutureExt, join_all},
    stream::{self, StreamExt, TryStreamExt},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{
    part::{self, Line, Tree, broken},
    place::{Outcome, Place, Tally, Wanted},
};
use crate::{
    auth::Caller,
    failure::{Failure, Kind},
    interaction::Context,
    job::{Job, Progress, Stop, Turn, Work},
};

/// Files that are read at the same time.
const GETS: usize = 4;

/// See the module head.
pub(crate) struct Import {
    /// Everything that a request has, but for the caller.
    pub(crate) context: Context,
}

impl Work for Import {
    fn plan<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Vec<Value>, Stop>> {
        async move {
            let wanted: Wanted = read(&job.request)?;
            let places = wanted.parts.into_iter().map(|part| Place {
                part,
                ..Place::default()
            });
            places.map(|place| put_down(&place)).collect()
        }
        .boxed()
    }

    fn step<'a>(&'a self, job: &'a Job, turn: Turn) -> BoxFuture<'a, Result<Progress, Stop>> {
        self.turn(job, turn).boxed()
    }

    fn finish<'a>(&'a self, job: &'a Job, steps: Vec<Value>) -> BoxFuture<'a, Result<Value, Stop>> {
        self.put_together(job, steps).boxed()
    }
}

/// What came of a tree.
struct Done {
    tally: Tally,
    lines: Vec<Line>,
}

impl Import {
    async fn turn(&self, job: &Job, turn: Turn) -> Result<Progress, Stop> {
        let wanted: Wanted = read(&job.request)?;
        let mut place: Place = read(&turn.checkpoint)?;
        let context = Context {
            caller: Arc::new(Caller::of_job(&job.owner)),
            ..self.context.clone()
        };
        let part = context.files.get(part::key(&job.id, &place.part), None);
        let trees = part::trees(&part.await?)?;
        let mut open = trees.into_iter().skip(place.trees);
        let mut lines = Vec::new();
        loop {
            let some: Vec<Tree> = open
                .by_ref()
                .take(context.settings.import.trees_at_a_time)
                .collect();
            if some.is_empty() {
                self.note(job, lines, &mut place).await?;
                return Ok(Progress::Done(put_down(&place)?));
            }
            let done = some
                .into_iter()
                .map(|tree| one(&context, &wanted, tree).boxed());
            let done: Vec<Result<Done, Failure>> = join_all(done).await;
            for one in done {
                match one {
                    Ok(one) => {
                        place.trees += 1;
                        place.tally.add(one.tally);
                        lines.extend(one.lines);
                    }
                    Err(failure) if lines.is_empty() => return Err(Stop::Again(failure.into())),
                    Err(failure) => {
                        tracing::warn!(job = job.id, %failure, "an import goes on later");
                        self.note(job, lines, &mut place).await?;
                        return Ok(Progress::More(put_down(&place)?));
                    }
                }
            }
            if context.clock.now() >= turn.until {
                self.note(job, lines, &mut place).await?;
                return Ok(Progress::More(put_down(&place)?));
            }
        }
    }
}

impl Import {
    /// Stores what a turn did, and puts it down.
    async fn note(&self, job: &Job, lines: Vec<Line>, place: &mut Place) -> Result<(), Stop> {
        if lines.is_empty() {
            return Ok(());
        }
        let file = self.context.ids.uuid().replace('-', "");
        let bytes = part::pack_lines(&lines)?;
        let key = part::key(&job.id, &file);
        self.context.files.put(key, bytes, part::label(job)).await?;
        place.files.push(file);
        Ok(())
    }

    /// The pages of the answer, in the order of what was sent.
    async fn put_together(&self, job: &Job, steps: Vec<Value>) -> Result<Value, Stop> {
        let mut outcome = Outcome::default();
        let mut files = Vec::new();
        for step in &steps {
            let place: Place = read(step)?;
            files.extend(place.files);
            outcome.tally.add(place.tally);
        }
        let gets: Vec<_> = files
            .iter()
            .map(|file| {
                let get = self.context.files.get(part::key(&job.id, file), None);
                async move { part::lines(&get.await?) }.boxed()
            })
            .collect();
        let lines: Vec<Vec<Line>> = stream::iter(gets).buffered(GETS).try_collect().await?;
        let mut lines: Vec<Line> = lines.into_iter().flatten().collect();
        lines.sort();
        let wanted: Wanted = read(&job.request)?;
        let told = lines
            .iter()
            .filter(|line| line.place < wanted.organizations);
        if told.count() != wanted.organizations {
            return Err(broken("what came of some organizations is not known"));
        }
        for page in lines.chunks(self.context.settings.import.page) {
            // the same each time, under the same name: whoever comes second finds it there
            let name = format!("page-{}", outcome.pages.len());
            let texts = page.iter().map(|line| line.text.as_str());
            let bytes = part::pack(texts).map_err(broken)?;
            let key = part::key(&job.id, &name);
            self.context.files.put(key, bytes, part::label(job)).await?;
            outcome.pages.push(name);
        }
        serde_json::to_value(outcome).map_err(broken)
    }
}

/// Imports a tree, or tells why it was refused.
///
/// # Errors
///
/// What may go better another time.
async fn one(context: &Context, wanted: &Wanted, tree: Tree) -> Result<Done, Failure> {
    let (positions, entries): (Vec<usize>, Vec<Value>) = tree.into_iter().unzip();
    let mut bundle = Object::new();
    bundle.insert("resourceType".into(), "Bundle".into());
    bundle.insert("type".into(), "transaction".into());
    bundle.insert("entry".into(), entries.into());
    match super::import(context, bundle, &positions).await {
        Ok(entries) => Ok(imported(&positions, entries, wanted)),
        Err(failure) if is_passing(failure.kind) => Err(failure),
        Err(failure) => Ok(refused(&positions, &failure)),
    }
}

/// Whether a failure says nothing of what was sent.
fn is_passing(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Conflict | Kind::Internal | Kind::Unknown | Kind::Unavailable | Kind::TooMany
    )
}

fn imported(positions: &[usize], entries: Vec<Value>, wanted: &Wanted) -> Done {
    let mut tally = Tally::default();
    let first = positions.first().copied().unwrap_or_default();
    // what follows the organizations, the record of a tree, comes after those of all trees
    let places = positions
        .iter()
        .copied()
        .chain(std::iter::once(wanted.organizations + first));
    let lines = places.zip(entries).map(|(place, entry)| {
        if place < wanted.organizations {
            let text = |path: &str| entry.pointer(path).and_then(Value::as_str);
            let code = text("/response/outcome/issue/0/details/coding/0/code");
            if text("/response/status").is_some_and(|status| status.starts_with("201")) {
                tally.created += 1;
            } else if code.is_some_and(|code| code.ends_with("NO_CHANGE")) {
                tally.unchanged += 1;
            } else {
                tally.updated += 1;
            }
        }
        Line {
            place,
            text: entry.to_string(),
        }
    });
    Done {
        lines: lines.collect(),
        tally,
    }
}

/// The entries of a tree that was refused: each with its own problems, or those of the others.
fn refused(positions: &[usize], failure: &Failure) -> Done {
    let lines = positions.iter().map(|position| {
        let place = format!("Bundle.entry[{position}]");
        let is_own = |issue: &&Issue| {
            issue.expression.iter().any(|one| {
                one.strip_prefix(&place)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
            })
        };
        let own: Vec<Issue> = failure.issues.iter().filter(is_own).cloned().collect();
        let told = if own.is_empty() {
            &failure.issues
        } else {
            &own
        };
        let status = failure.kind.status();
        let reason = status.canonical_reason().unwrap_or_default();
        let entry = json!({"response": {
            "status": format!("{} {reason}", status.as_u16()),
            "outcome": Value::Object(outcome(told)),
        }});
        Line {
            place: *position,
            text: entry.to_string(),
        }
    });
    let why: String = failure.to_string().chars().take(300).collect();
    let first = positions.first().copied().unwrap_or_default();
    Done {
        lines: lines.collect(),
        tally: Tally {
            refused: positions.len(),
            refusals: vec![(first, why)],
            ..Tally::default()
        },
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Stop> {
    serde_json::from_value(value.clone()).map_err(broken)
}

fn put_down(place: &Place) -> Result<Value, Stop> {
    serde_json::to_value(place).map_err(broken)
}
