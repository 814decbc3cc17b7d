//! What a request cost, in headers, when the operator switches them on.
//!
//! ```text
//! X-Fyr-Cost: requests=3; rru=1; wru=3; round-trips=3
//! Server-Timing: tables;desc="3 requests, 1 RRU, 3 WRU, 3 round trips"
//! ```

use http::HeaderMap;
use store::Receipt;

use super::response::value;

/// Puts the cost on a response.
pub(super) fn tell(receipt: &Receipt, headers: &mut HeaderMap) {
    let (requests, trips) = (receipt.requests(), receipt.round_trips());
    let (read, write) = (receipt.read_units(), receipt.write_units());
    let cost = format!("requests={requests}; rru={read}; wru={write}; round-trips={trips}");
    let timing = format!(
        "tables;desc=\"{requests} requests, {read} RRU, {write} WRU, {trips} round trips\""
    );
    headers.insert("x-fyr-cost", value(&cost));
    headers.insert("server-timing", value(&timing));
}
