//! Until when a request must be answered.
//!
//! It is the earlier of two instants: that of the host, which puts a [`Deadline`] into the extensions
//! of the request when it will be stopped then, and the end of the time that the settings give to a
//! request. A write is not committed after it: nothing is written, and the client is told so with 503.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use store::Millis;

/// The host's own deadline, as an extension of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Millis);

/// The deadline of a request that has just arrived.
pub(crate) fn deadline(request: &Request<Bytes>, now: Millis, most: Duration) -> Millis {
    let most = i64::try_from(most.as_millis()).unwrap_or(i64::MAX);
    let own = now.plus(most);
    match request.extensions().get::<Deadline>() {
        Some(Deadline(hosts)) => own.min(*hosts),
        None => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earlier_of_both_ends_counts() {
        let mut request = Request::new(Bytes::new());
        let most = Duration::from_secs(30);
        assert_eq!(deadline(&request, Millis(5), most), Millis(30_005));
        request.extensions_mut().insert(Deadline(Millis(40_000)));
        assert_eq!(deadline(&request, Millis(5), most), Millis(30_005));
        request.extensions_mut().insert(Deadline(Millis(20_000)));
        assert_eq!(deadline(&request, Millis(5), most), Millis(20_000));
    }
}
