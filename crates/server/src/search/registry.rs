//! Which search parameters this server has, beside those of R4, and the secret that signs its cursors.
//!
//! | record | content |
//! | --- | --- |
//! | `J#search`, `parameters` | `{"indexed": [SearchParameter, …], "searched": [SearchParameter, …], …}`, see `parameters` |
//! | `J#search`, `secret` | 32 random bytes, as text |
//!
//! A `SearchParameter` that is stored is known to nobody yet. `$reindex` first has it *indexed*: from then
//! on every writer makes its entries. When every resource has its entries, it is *searched*. Processes
//! read the record at most every [`FRESH_MS`], so that a reindex waits that long between the two before
//! it reads the first resource.
//!
//! One that is changed or retired while it is in force stays in force as it was, until a reindex of
//! everything is done that began after that. Until then writers make the entries of both.

mod parameters;

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use fhir::{
    json::Object,
    search_parameter::{SearchParameter, Set},
};
use store::{CurrentQuery, Millis, RecordError, RecordKey, Store};

pub(crate) use self::parameters::By;
use self::parameters::Parameters;
use crate::{failure::Failure, interaction::Context};

/// How long what was read is taken for true, in ms.
const FRESH_MS: i64 = 30_000;
/// Reindexes that change the record at the same time, at most.
const ATTEMPTS: u32 = 8;

/// What the process remembers of the records.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    known: Mutex<Option<Known>>,
    /// Held by who reads the record. Others wait for that, and read it only if nothing came of it.
    turn: futures::lock::Mutex<()>,
    secret: Mutex<Option<Bytes>>,
}

#[derive(Debug, Clone)]
struct Known {
    read_at: Millis,
    indexed: Set,
    searched: Set,
}

impl Registry {
    /// The parameters whose entries a write makes.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn indexed(&self, context: &Context) -> Result<Set, Failure> {
        Ok(self.known(context).await?.indexed)
    }

    /// The parameters that a search may use.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn searched(&self, context: &Context) -> Result<Set, Failure> {
        Ok(self.known(context).await?.searched)
    }

    /// Reads the record before somebody needs it.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn look_ahead(&self, context: &Context) -> Result<(), Failure> {
        self.known(context).await.map(drop)
    }

    async fn known(&self, context: &Context) -> Result<Known, Failure> {
        if let Some(known) = self.remembered(context.clock.now()) {
            return Ok(known);
        }
        let turn = self.turn.try_lock();
        if turn.is_none() {
            drop(self.turn.lock().await);
            if let Some(known) = self.remembered(context.clock.now()) {
                return Ok(known);
            }
        }
        let now = context.clock.now();
        let (parameters, _) = read(&context.store).await?;
        let known = Known {
            read_at: now,
            indexed: set(&parameters.indexed),
            searched: set(&parameters.searched),
        };
        *lock(&self.known) = Some(known.clone());
        Ok(known)
    }

    fn remembered(&self, now: Millis) -> Option<Known> {
        let known = lock(&self.known).clone();
        known.filter(|known| (0..FRESH_MS).contains(&now.since(known.read_at)))
    }

    /// The secret of this server, the same in all its processes; none before the first cursor.
    ///
    /// # Errors
    ///
    /// When the record cannot be read.
    pub(crate) async fn known_secret(&self, context: &Context) -> Result<Option<Bytes>, Failure> {
        let known = lock(&self.secret).clone();
        if known.is_some() {
            return Ok(known);
        }
        let record = context.store.record(&key("secret")).await?;
        let secret = record.map(|record| record.body);
        lock(&self.secret).clone_from(&secret);
        Ok(secret)
    }

    /// The same, made when there is none yet.
    ///
    /// # Errors
    ///
    /// When the record cannot be read or written.
    pub(crate) async fn secret(&self, context: &Context) -> Result<Bytes, Failure> {
        if let Some(secret) = self.known_secret(context).await? {
            return Ok(secret);
        }
        let fresh = Bytes::from(format!("{}{}", context.ids.uuid(), context.ids.uuid()));
        let key = key("secret");
        let put = context.store.put_record(&key, fresh, None, None);
        match put.await {
            // somebody else may have been faster
            Ok(_) | Err(RecordError::Conflict) => {}
            Err(error) => return Err(Failure::internal(error)),
        }
        let secret = self.known_secret(context).await?;
        secret.ok_or_else(|| Failure::internal("a secret that was there is not"))
    }
}

/// The parameters that writers index, read just now.
///
/// # Errors
///
/// When the record cannot be read.
pub(crate) async fn indexed(store: &Store) -> Result<Set, Failure> {
    let (parameters, _) = read(store).await?;
    Ok(set(&parameters.indexed))
}

/// Has writers index the search parameters that are stored on this server, for a reindex that will let
/// searches use them; unless a later reindex has done so already. Returns when all writers know.
///
/// # Errors
///
/// When the record or the parameters cannot be read or written.
pub(crate) async fn register(store: &Store, now: Millis, by: &By) -> Result<Millis, Failure> {
    for _ in 0..ATTEMPTS {
        let (mut parameters, revision) = read(store).await?;
        if !parameters.is_news_by(by) {
            return Ok(parameters.known_to_all(FRESH_MS));
        }
        parameters.register(stored(store).await?, now, by);
        if write(store, &parameters, revision).await? {
            return Ok(parameters.known_to_all(FRESH_MS));
        }
    }
    Err(Failure::internal("others keep registering parameters"))
}

/// Lets searches use what a reindex has registered; unless a later one has registered since. Every
/// resource must have its entries by then.
///
/// # Errors
///
/// When the record cannot be read or written.
pub(crate) async fn activate(store: &Store, now: Millis, by: &By) -> Result<(), Failure> {
    for _ in 0..ATTEMPTS {
        let (mut parameters, revision) = read(store).await?;
        if !parameters.activate(now, by) || write(store, &parameters, revision).await? {
            return Ok(());
        }
    }
    Err(Failure::internal("others keep registering parameters"))
}

/// The parameters that are stored as resources, and active. Those that cannot be compiled are of no
/// use.
async fn stored(store: &Store) -> Result<Vec<Object>, Failure> {
    let mut query = CurrentQuery {
        kind: "SearchParameter".to_owned(),
        since: None,
        until: None,
        descending: false,
        after: None,
        limit: 100,
    };
    let mut found = Vec::new();
    loop {
        let page = store.current(&query).await?;
        for hit in page.hits {
            let object: Object =
                serde_json::from_slice(&hit.head.body).map_err(Failure::internal)?;
            let is_active = object
                .get("status")
                .is_some_and(|status| status == "active");
            if is_active && SearchParameter::compile(&object).is_ok() {
                found.push(object);
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}

async fn read(store: &Store) -> Result<(Parameters, Option<u64>), Failure> {
    let Some(record) = store.record(&key("parameters")).await? else {
        return Ok((Parameters::default(), None));
    };
    let parameters = serde_json::from_slice(&record.body).map_err(Failure::internal)?;
    Ok((parameters, Some(record.revision)))
}

/// Whether it was written; not when somebody else was faster.
async fn write(
    store: &Store,
    parameters: &Parameters,
    revision: Option<u64>,
) -> Result<bool, Failure> {
    let body = serde_json::to_vec(parameters).map_err(Failure::internal)?;
    let key = key("parameters");
    match store.put_record(&key, body.into(), revision, None).await {
        Ok(_) => Ok(true),
        Err(RecordError::Conflict) => Ok(false),
        Err(error) => Err(Failure::internal(error)),
    }
}

/// The built-in parameters and these. One that cannot be compiled was refused when it was stored, or is
/// of no use.
fn set(custom: &[Object]) -> Set {
    let compiled = custom
        .iter()
        .filter_map(|resource| SearchParameter::compile(resource).ok());
    Set::with(compiled)
}

fn key(sort: &str) -> RecordKey {
    RecordKey {
        partition: "search".to_owned(),
        sort: sort.to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
