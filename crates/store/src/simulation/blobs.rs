//! The blobs, as one client reaches them: a call takes a while, may not be answered, and may arrive
//! late or twice.

use std::sync::Arc;

use bytes::Bytes;
use futures::channel::oneshot;
use futures::future::{BoxFuture, FutureExt};

use super::mutant::Mutant;
use super::world::{Shared, Timer};
use crate::blob::{BlobError, Blobs};
use crate::simulated::{BlobCall, Fault, Lost, apply};

/// See the module head.
pub(crate) struct BlobWire {
    pub(crate) client: usize,
    pub(crate) world: Shared,
    pub(crate) mutant: Option<Mutant>,
}

impl BlobWire {
    fn send(&self, call: BlobCall) -> BoxFuture<'static, Result<Bytes, BlobError>> {
        let (client, world, mutant) = (self.client, self.world.clone(), self.mutant);
        async move {
            if mutant == Some(Mutant::KeepBlobs) && matches!(call, BlobCall::Delete(_)) {
                return Ok(Bytes::new());
            }
            pause(&world).await;
            let answer = arrive(&world, client, call.clone());
            pause(&world).await;
            match answer {
                Err(BlobError::Unavailable(_))
                    if mutant == Some(Mutant::TrustPuts) && matches!(call, BlobCall::Put(..)) =>
                {
                    Ok(Bytes::new())
                }
                answer => answer,
            }
        }
        .boxed()
    }
}

/// Others do something meanwhile.
async fn pause(world: &Shared) {
    let (wake, woken) = oneshot::channel();
    {
        let mut world = world.lock();
        let a_while = i64::try_from(world.rng.below(6)).unwrap_or(0);
        let until = world.now.plus(a_while);
        world.timers.push(Timer { until, wake });
    }
    // nobody forgets a timer
    let _ = woken.await;
}

fn arrive(world: &Shared, client: usize, call: BlobCall) -> Result<Bytes, BlobError> {
    let mut world = world.lock();
    let fault = choose_fault(&mut world, &call);
    world.note(|| match fault {
        Some(fault) => format!("{client:2} {fault:?}: {call}"),
        None => format!("{client:2} {call}"),
    });
    let Some(fault) = fault else {
        return apply(&mut world.blobs, &call);
    };
    world.counts.faults += 1;
    match fault {
        Fault::Duplicated => {
            let answer = apply(&mut world.blobs, &call);
            world.delay_blobs(call);
            return answer;
        }
        Fault::LostAnswer => {
            let _ = apply(&mut world.blobs, &call);
        }
        Fault::Late => world.delay_blobs(call),
        Fault::Dropped | Fault::Throttled | Fault::Conflict | Fault::Unprocessed => {}
    }
    Err(BlobError::Unavailable(Arc::new(Lost(fault))))
}

fn choose_fault(world: &mut super::world::World, call: &BlobCall) -> Option<Fault> {
    let faults: &[Fault] = match call {
        BlobCall::Get(_) => &[Fault::Dropped],
        _ if world.is_embedded => &[Fault::Dropped, Fault::LostAnswer],
        BlobCall::Put(..) | BlobCall::Delete(_) => &[
            Fault::Dropped,
            Fault::LostAnswer,
            Fault::Late,
            Fault::Duplicated,
        ],
    };
    let (chance, which) = (world.blob_faults, world.rng.index(faults.len()));
    let is_faulty = world.rng.chance(chance);
    faults.get(which).copied().filter(|_| is_faulty)
}

impl Blobs for BlobWire {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        let answer = self.send(BlobCall::Put(key, bytes));
        answer.map(|answer| answer.map(drop)).boxed()
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.send(BlobCall::Get(key))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        let answer = self.send(BlobCall::Delete(keys));
        answer.map(|answer| answer.map(drop)).boxed()
    }
}
