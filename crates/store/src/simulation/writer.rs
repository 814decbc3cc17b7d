//! Simulated clients that write: they plan on what they read, as a server does.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Client;
use super::content::Content;
use super::repeater::Request;
use crate::error::{CommitError, Duplicate, Holder};
use crate::{Base, Criterion, DocumentKey, Found, Head, Method, Transaction, Write};

/// What a client wants of one document.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    /// Creates a document; with a token, only if nobody holds it.
    Create(Option<String>),
    /// Updates the holder of a token, or creates one.
    Upsert(String),
    Update(String),
    Delete(String),
}

/// Tokens, and the ids of those who were found to hold them.
type Guards = Vec<(String, BTreeSet<String>)>;

/// How an attempt to write went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Committed,
    Unknown,
    /// Nothing is written, and never will be.
    Refused,
    /// The same, because somebody else was faster.
    Again,
}

impl Client {
    /// Tries to fulfil the wishes in one transaction, a few times.
    pub(crate) async fn write(&self, wishes: &[Wish]) {
        for _ in 0..3 {
            // a read may fail for good when there are many faults
            if self.attempt(wishes, None).await != Some(Attempt::Again) {
                return;
            }
            self.rest().await;
        }
    }

    /// Tries it once, on behalf of a request if there is one.
    pub(crate) async fn attempt(
        &self,
        wishes: &[Wish],
        request: Option<&Request>,
    ) -> Option<Attempt> {
        let start = self.step();
        let found = self.find_guarded(wishes).await?;
        let (targets, guards) = choose_targets(wishes, &found);
        let read: Vec<DocumentKey> = targets.values().flatten().cloned().collect();
        let heads = self.store.read_many(&read).await.ok()?;
        let heads: BTreeMap<DocumentKey, Head> = heads
            .into_iter()
            .flatten()
            .map(|head| (head.key.clone(), head))
            .collect();
        let mut writes = Vec::new();
        for (position, target) in targets {
            let wish = wishes.get(position)?;
            let head = target.as_ref().and_then(|key| heads.get(key)).cloned();
            writes.extend(self.plan(wish, target, head));
        }
        let contents = claim_guards(&mut writes, &guards);
        let guards = found.into_values().collect();
        self.note(|| format!("commit {contents:?}"));
        let transaction = Transaction {
            writes: writes.clone(),
            guards,
            deadline: self.deadline(),
            mark: request
                .zip(contents.first())
                .map(|(request, content)| self.mark(request, content)),
            ..Transaction::default()
        };
        let result = self.unless_killed(self.store.commit(transaction)).await?;
        self.note(|| format!("       {result:?}"));
        let mut world = self.world.lock();
        let values = contents.iter().map(|content| content.value);
        match result {
            Ok(committed) => {
                values.for_each(|value| world.oracle.acknowledge(value));
                world.oracle.check_committed(&committed, start);
                Some(Attempt::Committed)
            }
            Err(CommitError::Unknown(_)) => {
                world.counts.unknown += 1;
                Some(Attempt::Unknown)
            }
            Err(error) => {
                values.for_each(|value| world.oracle.refuse(value));
                drop(world);
                Some(self.judge(start, &writes, error))
            }
        }
    }

    /// Whether a refusal was just, and whether to try again.
    fn judge(&self, start: u64, writes: &[Write], error: CommitError) -> Attempt {
        match error {
            CommitError::Conflict(_) => {
                self.world.lock().counts.conflicts += 1;
                Attempt::Again
            }
            CommitError::Busy => Attempt::Again,
            CommitError::Duplicates(duplicates) => {
                for duplicate in duplicates {
                    self.check_duplicate(start, writes, &duplicate);
                }
                Attempt::Refused
            }
            _ => Attempt::Refused,
        }
    }

    fn check_duplicate(&self, start: u64, writes: &[Write], duplicate: &Duplicate) {
        let mut world = self.world.lock();
        let token = writes
            .get(duplicate.write)
            .and_then(|write| write.identifiers.get(duplicate.identifier))
            .map_or("", |identifier| identifier.token.as_str());
        let is_held = match &duplicate.holder {
            Holder::Document(key) => {
                let points = world.oracle.during(key, start, u64::MAX);
                points.iter().flatten().any(|point| point.holds(token))
            }
            Holder::Write(position) => writes.get(*position).is_some_and(|write| {
                write
                    .identifiers
                    .iter()
                    .any(|identifier| identifier.token == token)
            }),
        };
        if !is_held {
            world.oracle.fail(format!(
                "{duplicate:?} of {token} was reported but is not held"
            ));
        }
    }

    async fn find_guarded(&self, wishes: &[Wish]) -> Option<BTreeMap<String, Found>> {
        let tokens: BTreeSet<&String> = wishes.iter().filter_map(Wish::token).collect();
        let criteria: Vec<(String, Criterion)> = tokens
            .iter()
            .map(|token| ("R".to_owned(), super::criterion(token)))
            .collect();
        if criteria.is_empty() {
            return Some(BTreeMap::new());
        }
        let found = self.store.find_many(&criteria).await.ok()?;
        Some(tokens.into_iter().cloned().zip(found).collect())
    }

    fn plan(&self, wish: &Wish, target: Option<DocumentKey>, head: Option<Head>) -> Option<Write> {
        let is_gone = head.as_ref().is_none_or(|head| head.deleted);
        if matches!(wish, Wish::Delete(_)) && is_gone {
            return None;
        }
        let before = head
            .as_ref()
            .and_then(|head| Content::from_body(&head.body));
        let version = head.as_ref().map_or(0, |head| head.version);
        let key = target.unwrap_or_else(|| DocumentKey::new("R", self.new_id()));
        if matches!(wish, Wish::Delete(_)) {
            return Some(Write {
                base: Base::from(head),
                key,
                method: Method::Delete,
                body: None,
                identifiers: Vec::new(),
                entries: Vec::new(),
            });
        }
        let mut tokens = self.choose_tokens(before.as_ref());
        tokens.extend(wish.token().cloned());
        let content = Content {
            value: self.world.lock().unique(),
            base: (version, before.map_or(0, |before| before.value)),
            tokens,
            guards: Vec::new(),
        };
        Some(Write {
            base: Base::from(head),
            key,
            method: Method::Put,
            body: Some(content.to_body()),
            identifiers: content.identifiers(),
            entries: content.entries_by(if self.life_ms.is_some() {
                content.value % 4
            } else {
                0
            }),
        })
    }
}

/// Writes the guards into the first body, where the oracle finds them.
fn claim_guards(writes: &mut [Write], guards: &Guards) -> Vec<Content> {
    let mut contents = Vec::new();
    for write in writes {
        let Some(body) = &mut write.body else {
            continue;
        };
        let Some(mut content) = Content::from_body(body) else {
            continue;
        };
        if contents.is_empty() {
            content.guards.clone_from(guards);
            *body = content.to_body();
        }
        contents.push(content);
    }
    contents
}

impl Wish {
    fn token(&self) -> Option<&String> {
        match self {
            Self::Create(token) => token.as_ref(),
            Self::Upsert(token) => Some(token),
            Self::Update(_) | Self::Delete(_) => None,
        }
    }
}

/// Which document each wish is about (none: a new one), and what was found for each guard.
fn choose_targets(
    wishes: &[Wish],
    found: &BTreeMap<String, Found>,
) -> (BTreeMap<usize, Option<DocumentKey>>, Guards) {
    let owners = |token: &String| {
        found
            .get(token)
            .map_or(&[][..], |found| found.owners.as_slice())
    };
    let mut targets = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (position, wish) in wishes.iter().enumerate() {
        let target = match wish {
            Wish::Create(Some(token)) if !owners(token).is_empty() => continue,
            Wish::Create(_) => None,
            Wish::Upsert(token) => match owners(token) {
                [] => None,
                [only] => Some(only.key.clone()),
                _ => continue,
            },
            Wish::Update(id) | Wish::Delete(id) => Some(DocumentKey::new("R", id)),
        };
        if target.as_ref().is_none_or(|key| seen.insert(key.clone())) {
            targets.insert(position, target);
        }
    }
    let ids = |found: &Found| {
        found
            .owners
            .iter()
            .map(|head| head.key.id.clone())
            .collect()
    };
    let guards = found
        .iter()
        .map(|(token, found)| (token.clone(), ids(found)))
        .collect();
    (targets, guards)
}
