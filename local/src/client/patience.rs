//! How long to wait before a request is sent again, and when to give up.

use std::time::Duration;

use super::{Answer, Unreachable};

/// Tries, the first included.
const TRIES: u32 = 6;
/// The first pause; doubles each time.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause, whatever a server asks for.
const LONGEST: Duration = Duration::from_mins(1);

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Patience {
    tries: u32,
    pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            tries: 1,
            pause: FIRST,
        }
    }
}

impl Patience {
    /// The pause before the next try; none when the answer is one, or when it was the last try.
    pub(crate) fn after(&mut self, answer: &Result<Answer, Unreachable>) -> Option<Duration> {
        let asked = match answer {
            Ok(answer) if answer.is_later() => answer.retry_after(),
            Ok(_) => return None,
            Err(_) => None,
        };
        self.once_more(asked)
    }

    /// The pause before the next try, of at least so long as was asked for.
    pub(crate) fn once_more(&mut self, asked: Option<Duration>) -> Option<Duration> {
        if self.tries >= TRIES {
            return None;
        }
        self.tries += 1;
        let pause = self.pause;
        self.pause *= 2;
        Some(asked.map_or(pause, |asked| asked.max(pause)).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn answer(status: StatusCode, retry_after: Option<&'static str>) -> Answer {
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert("retry-after", seconds.parse().unwrap());
        }
        Answer {
            status,
            headers,
            body: Bytes::new(),
        }
    }

    #[test]
    fn a_busy_server_is_asked_again_when_it_says_so_and_not_for_ever() {
        let mut patience = Patience::default();
        let busy = answer(StatusCode::SERVICE_UNAVAILABLE, Some("3"));
        assert_eq!(patience.after(&Ok(busy)), Some(Duration::from_secs(3)));
        let long = answer(StatusCode::TOO_MANY_REQUESTS, Some("3600"));
        assert_eq!(patience.after(&Ok(long)), Some(LONGEST));
        let plain = Ok(answer(StatusCode::BAD_GATEWAY, None));
        let pauses: Vec<_> = std::iter::from_fn(|| patience.after(&plain)).collect();
        assert_eq!(pauses.len(), 3);
        assert!(pauses.is_sorted(), "{pauses:?}");
    }

    #[test]
    fn an_answer_is_an_answer() {
        for status in [
            StatusCode::OK,
            StatusCode::CONFLICT,
            StatusCode::INTERNAL_SERVER_ERROR,
        ] {
            assert_eq!(Patience::default().after(&Ok(answer(status, None))), None);
        }
    }
}
