//! A bundle before its entries become requests: the sets in force judge and mend it.

use fhir::{bundle::Bundle, json::Object, outcome::Severity};
use store::{Criterion, DocumentKey, Head};

use super::{Answers, Question, RuleSet};
use crate::{failure::Failure, interaction::Context};

/// How often an answer may lead to another question: a hierarchy is not deeper.
const MAX_ROUNDS: usize = 64;

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
    let mut answers = Answers::new(&context.settings.base_url);
    for _ in 0..MAX_ROUNDS {
        let questions = answers.missing(set.questions(bundle, &answers));
        if questions.is_empty() {
            return Ok(answers);
        }
        let (mut keys, mut criteria) = (Vec::new(), Vec::new());
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
    }
    Err(Failure::internal("a rule set asks without end"))
}

/// The resources of these heads, without those that are deleted.
fn current<'a>(heads: impl Iterator<Item = &'a Head>) -> Result<Vec<Object>, Failure> {
    heads
        .filter(|head| !head.deleted)
        .map(|head| serde_json::from_slice(&head.body).map_err(Failure::internal))
        .collect()
}
