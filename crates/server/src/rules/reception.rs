//! A bundle before its entries become requests: the sets in force judge and mend it.

use fhir::{bundle::Bundle, instant::Instant, json::Object, outcome::Severity};
use futures::{
    future::FutureExt,
    stream::{self, StreamExt, TryStreamExt},
};
use store::{Criterion, DocumentKey, Head};

use super::{Answers, Question, RuleSet};
use crate::{failure::Failure, interaction::Context, search::Search, write};

/// How often an answer may lead to another question: a hierarchy is not deeper.
const MAX_ROUNDS: usize = 64;
/// Resources that may refer to one.
const MAX_REFERRING: usize = 2_000;
/// Searches at the same time.
const CONCURRENCY: usize = 16;

/// Lets every set in force receive a bundle.
///
/// # Errors
///
/// All errors of all sets, with the status that the set gives them.
pub(crate) async fn receive(context: &Context, bundle: &mut Bundle) -> Result<(), Failure> {
    let mut failures = Vec::new();
    for set in context.rules.iter() {
        let answers = ask(context, set, bundle).await?;
        let issues = set.receive(bundle, &answers);
        failures.extend(refused(set, issues));
    }
    Failure::together(failures).map_or(Ok(()), Err)
}

/// The failure that a set's issues make, if there are errors among them.
pub(crate) fn refused(set: &dyn RuleSet, issues: Vec<fhir::outcome::Issue>) -> Option<Failure> {
    let errors: Vec<_> = issues
        .into_iter()
        .filter(|issue| issue.severity >= Severity::Error)
        .collect();
    if errors.is_empty() {
        return None;
    }
    let kind = set.kind_of(&errors.iter().collect::<Vec<_>>());
    Some(Failure {
        kind,
        issues: errors,
        source: None,
    })
}

async fn ask(context: &Context, set: &dyn RuleSet, bundle: &Bundle) -> Result<Answers, Failure> {
    let now = Instant::from_millis(context.clock.now().0);
    let mut answers = Answers::new(&context.settings.base_url, now);
    for _ in 0..MAX_ROUNDS {
        let questions = answers.missing(set.questions(bundle, &answers));
        if questions.is_empty() {
            return Ok(answers);
        }
        let (mut keys, mut criteria, mut searches) = (Vec::new(), Vec::new(), Vec::new());
        for question in questions {
            match &question {
                Question::Resource { kind, id } => {
                    keys.push((DocumentKey::new(kind.as_str(), id.as_str()), question));
                }
                Question::Identifier {
                    kind,
                    system,
                    value,
                } => {
                    let criterion = Criterion {
                        key: value.clone(),
                        token: Some(format!("{system}|{value}")),
                    };
                    criteria.push(((kind.clone(), criterion), question));
                }
                Question::Referring { .. } => searches.push(question),
            }
        }
        let (keys, asked): (Vec<_>, Vec<_>) = keys.into_iter().unzip();
        let heads = context.store.read_many(&keys).await?;
        for (question, head) in asked.into_iter().zip(heads) {
            answers.add(question, current(head.iter())?);
        }
        let (criteria, asked): (Vec<_>, Vec<_>) = criteria.into_iter().unzip();
        let found = context.store.find_many(&criteria).await?;
        for (question, found) in asked.into_iter().zip(found) {
            answers.add(question, current(found.owners.iter())?);
        }
        for (question, found) in search(context, searches).await? {
            answers.add(question, found);
        }
    }
    Err(Failure::internal("a rule set asks without end"))
}

/// Answers questions that take a search, each with a budget of its own.
async fn search(
    context: &Context,
    questions: Vec<Question>,
) -> Result<Vec<(Question, Vec<Object>)>, Failure> {
    let all: Vec<_> = questions
        .into_iter()
        .map(|question| {
            async move {
                let found = referring(context, &question).await?;
                Ok::<_, Failure>((question, found))
            }
            .boxed()
        })
        .collect();
    stream::iter(all).buffered(CONCURRENCY).try_collect().await
}

async fn referring(context: &Context, question: &Question) -> Result<Vec<Object>, Failure> {
    let Question::Referring {
        kind,
        parameter,
        target,
    } = question
    else {
        return Ok(Vec::new());
    };
    let query = format!("{parameter}={target}");
    let criterion = write::Criterion::read(context, kind, &query).await?;
    let search = Search::begin(context).await?;
    let found = search.all(kind, &criterion.conditions, MAX_REFERRING).await;
    let found = found.map_err(|failure| criterion.failure(failure))?;
    current(found.iter().map(|one| &one.head))
}

/// The resources of these heads, without those that are deleted.
fn current<'a>(heads: impl Iterator<Item = &'a Head>) -> Result<Vec<Object>, Failure> {
    heads
        .filter(|head| !head.deleted)
        .map(|head| serde_json::from_slice(&head.body).map_err(Failure::internal))
        .collect()
}
