//! Simulated clients with idempotency keys: they send a request again until they know what became of
//! it, and several of them send the same.

use bytes::Bytes;

use super::client::Client;
use super::content::Content;
use super::writer::{Attempt, Wish};
use crate::{Claimed, Mark};

/// A request that is to take effect once.
pub(crate) struct Request {
    key: String,
    attempt: crate::Attempt,
}

impl Client {
    /// Sends a few requests that others send as well.
    pub(crate) async fn repeat_some(self) {
        for n in 0..2 {
            let key = format!("k{n}");
            for _ in 0..5 {
                if self.request(&key).await.is_some() {
                    break;
                }
                self.rest().await;
            }
        }
    }

    /// None when the outcome is not known.
    async fn request(&self, key: &str) -> Option<()> {
        let start = self.step();
        let claimed = self.store.attempt(&[key], &[key.as_bytes()]).await;
        self.note(|| format!("request {key}: {claimed:?}"));
        match claimed.ok()? {
            Claimed::Running { until } => {
                let left = until.since(self.store.clock.now()) + 1;
                let left = u64::try_from(left).unwrap_or(0);
                self.store.clock.sleep(left).await;
                None
            }
            Claimed::Different => {
                self.fail(format!("{key} is taken for another request"));
                None
            }
            Claimed::Answered(response) => {
                self.check_response(key, &response);
                Some(())
            }
            Claimed::Done { attempt, outcome } => {
                self.check_response(key, &outcome);
                self.store.keep(&attempt, &outcome).await.ok()
            }
            Claimed::Begun(attempt) => {
                self.world.lock().oracle.check_begun(key, start);
                let key = key.to_owned();
                self.carry_out(Request { key, attempt }).await
            }
        }
    }

    async fn carry_out(&self, request: Request) -> Option<()> {
        let wishes = [Wish::Create(None), Wish::Update(self.some_id())];
        match self.attempt(&wishes, Some(&request)).await? {
            Attempt::Unknown => None,
            Attempt::Committed => {
                let value = self.world.lock().oracle.effect_of(&request.key)?;
                self.check_response(&request.key, value.to_string().as_bytes());
                let response = value.to_string();
                self.store
                    .keep(&request.attempt, response.as_bytes())
                    .await
                    .ok()
            }
            Attempt::Refused | Attempt::Again => {
                // the key is free again; whoever is next may be luckier
                self.store.give_up(&request.attempt).await.ok()?;
                None
            }
        }
    }

    /// What the transaction of a request writes down: the first value that it writes.
    pub(crate) fn mark(&self, request: &Request, content: &Content) -> Mark {
        let mut world = self.world.lock();
        world.oracle.on_behalf_of(&request.key, content.value);
        let outcome = Bytes::from(content.value.to_string());
        request.attempt.mark(None, outcome)
    }

    /// A response tells the effect that there was.
    fn check_response(&self, key: &str, response: &[u8]) {
        let mut world = self.world.lock();
        world.counts.checks += 1;
        let effect = world.oracle.effect_of(key).map(|value| value.to_string());
        if effect.as_deref().map(str::as_bytes) != Some(response) {
            let response = String::from_utf8_lossy(response);
            let what = format!("{key} was answered with {response}, but its effect is {effect:?}");
            world.oracle.fail(what);
        }
    }
}
