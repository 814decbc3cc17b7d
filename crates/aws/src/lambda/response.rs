//! A response as the payload that the gateway takes.
//!
//! Text goes out as it is and bytes as base64, which makes them a third larger within the 6 MB that
//! a function may answer. `lambda_http` decides by a list of content types which
//! `application/fhir+ndjson` is not on; here it is text when it is not compressed and is UTF-8.

use std::future::ready;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Response, header};
use lambda_http::{Body, IntoResponse};

/// The server's answer, on its way to the gateway.
pub(super) struct Reply(pub(super) Response<Bytes>);

impl IntoResponse for Reply {
    fn into_response(self) -> BoxFuture<'static, Response<Body>> {
        let compressed = self.0.headers().contains_key(header::CONTENT_ENCODING);
        Box::pin(ready(self.0.map(|body| payload(body, compressed))))
    }
}

fn payload(body: Bytes, compressed: bool) -> Body {
    if body.is_empty() {
        return Body::Empty;
    }
    let bytes = Vec::from(body);
    if compressed {
        return Body::Binary(bytes);
    }
    String::from_utf8(bytes).map_or_else(|not_text| Body::Binary(not_text.into_bytes()), Body::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text_and_bytes_become_bytes() {
        assert_eq!(
            payload(Bytes::from_static(b"{}\n"), false),
            Body::Text("{}\n".to_owned())
        );
        assert_eq!(
            payload(Bytes::from_static(b"\x1f\x8b"), false),
            Body::Binary(vec![0x1f, 0x8b])
        );
        assert_eq!(
            payload(Bytes::from_static(b"ab"), true),
            Body::Binary(b"ab".to_vec())
        );
        assert_eq!(payload(Bytes::new(), false), Body::Empty);
    }
}
