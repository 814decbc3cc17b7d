//! Which search parameters this server has, beside those of R4, and the secret that signs its cursors.
//!
//! | record | content |
//! | --- | --- |
//! | `J#search`, `parameters` | `{"indexed": [SearchParameter, …], "searched": [SearchParameter, …]}` |
//! | `J#search`, `secret` | 32 random bytes, as text |
//!
//! A `SearchParameter` that is stored is known to nobody yet. `$reindex` first has it *indexed*: from then
//! on every writer makes its entries. When every resource has its entries, it is *searched*. Processes
//! read the record at most every [`FRESH_MS`], so that a reindex waits that long between the two before
//! it reads the first resource.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use fhir::{
    json::Object,
    search_parameter::{SearchParameter, Set},
};
use serde::{Deserialize, Serialize};
use store::{CurrentQuery, Millis, RecordError, RecordKey, Store};

use crate::{failure::Failure, interaction::Context};

/// How long what was read is taken for true, in ms.
pub(crate) const FRESH_MS: i64 = 30_000;

/// What the process remembers of the records.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    known: Mutex<Option<Known>>,
    secret: Mutex<Option<Bytes>>,
}

#[derive(Debug, Clone)]
struct Known {
    read_at: Millis,
    indexed: Set,
    searched: Set,
}

/// The record of the parameters.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Parameters {
    indexed: Vec<Object>,
    searched: Vec<Object>,
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

    async fn known(&self, context: &Context) -> Result<Known, Failure> {
        let now = context.clock.now();
        let known = lock(&self.known).clone();
        if let Some(known) = known
            && (0..FRESH_MS).contains(&now.since(known.read_at))
        {
            return Ok(known);
        }
        let (parameters, _) = read(&context.store).await?;
        let known = Known {
            read_at: now,
            indexed: set(&parameters.indexed),
            searched: set(&parameters.searched),
        };
        *lock(&self.known) = Some(known.clone());
        Ok(known)
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

/// The parameters that are stored as resources, and active. Those that cannot be compiled are of no
/// use.
///
/// # Errors
///
/// When they cannot be read.
pub(crate) async fn stored(store: &Store) -> Result<Vec<Object>, Failure> {
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

/// Whether writers index these custom parameters, and searches use them.
///
/// # Errors
///
/// When the record cannot be read.
pub(crate) async fn is_in_force(store: &Store, wanted: &[Object]) -> Result<bool, Failure> {
    let (parameters, _) = read(store).await?;
    Ok(parameters.indexed == wanted && parameters.searched == wanted)
}

/// Has writers index these custom parameters, beside those that are searched already.
///
/// # Errors
///
/// When the record cannot be written; the conflict of two that write it at once is an error too.
pub(crate) async fn index(store: &Store, wanted: Vec<Object>) -> Result<(), Failure> {
    let (mut parameters, revision) = read(store).await?;
    parameters.indexed = wanted;
    write(store, &parameters, revision).await
}

/// Lets searches use what writers index. Every resource must have its entries by then.
///
/// # Errors
///
/// As [`index`].
pub(crate) async fn activate(store: &Store) -> Result<(), Failure> {
    let (mut parameters, revision) = read(store).await?;
    parameters.searched.clone_from(&parameters.indexed);
    write(store, &parameters, revision).await
}

async fn read(store: &Store) -> Result<(Parameters, Option<u64>), Failure> {
    let Some(record) = store.record(&key("parameters")).await? else {
        return Ok((Parameters::default(), None));
    };
    let parameters = serde_json::from_slice(&record.body).map_err(Failure::internal)?;
    Ok((parameters, Some(record.revision)))
}

async fn write(
    store: &Store,
    parameters: &Parameters,
    revision: Option<u64>,
) -> Result<(), Failure> {
    let body = serde_json::to_vec(parameters).map_err(Failure::internal)?;
    let key = key("parameters");
    let written = store.put_record(&key, body.into(), revision, None);
    written.await.map(|_| ()).map_err(Failure::internal)
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
