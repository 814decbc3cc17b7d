//! The engine on a socket, for those outside the process: Lambda functions under the Runtime Interface
//! Emulator, the AWS command line, a second `DynamoTables`. AWS JSON 1.0, in which the header
//! `x-amz-target` names the operation.
//!
//! Signatures are not looked at.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_smithy_types::body::SdkBody;
use dynoxide::DynoxideError;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::dispatch::{Answer, Operations};
use crate::exchange::{Broken, Responder};
use crate::loopback::Loopback;

/// What `x-amz-target` starts with.
pub(crate) const SERVICE: &str = "DynamoDB_20120810.";
/// Of a request, as AWS takes it: 25 items of 400 KB and what JSON adds to them.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Starts it. Open requests are answered before it ends.
pub(crate) fn listen(address: SocketAddr, operations: Arc<Operations>) -> io::Result<Loopback> {
    Loopback::start("dynamodb-listener", address, Wire(operations))
}

#[derive(Clone)]
struct Wire(Arc<Operations>);

impl Responder for Wire {
    fn answer(
        &self,
        request: Request<SdkBody>,
    ) -> BoxFuture<'static, Result<Response<SdkBody>, Broken>> {
        let operations = Arc::clone(&self.0);
        async move {
            let (head, body) = request.into_parts();
            let body = match Limited::new(body, MAX_BODY_BYTES).collect().await {
                Ok(body) => body.to_bytes(),
                Err(failure) if failure.is::<LengthLimitError>() => return response(too_large()),
                Err(failure) => return Err(failure),
            };
            let operation = operation(&head.headers).to_owned();
            response(operations.answer(operation, body).await)
        }
        .boxed()
    }
}

/// Nothing, which is no operation, if the request names none.
fn operation(headers: &HeaderMap) -> &str {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok());
    target
        .and_then(|target| target.strip_prefix(SERVICE))
        .unwrap_or_default()
}

fn too_large() -> Answer {
    let reason = format!("a request has {MAX_BODY_BYTES} bytes at most");
    Answer::from(Err(DynoxideError::ValidationException(reason)))
}

fn response(answer: Answer) -> Result<Response<SdkBody>, Broken> {
    let mut response = Response::new(SdkBody::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status)?;
    response.headers_mut().insert(
        "content-type",
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    Ok(response)
}

#[cfg(test)]
mod tests {
    use dynoxide::Database;
    use tokio::runtime::Runtime;

    use super::*;

    fn asked(target: &str, body: Vec<u8>) -> (u16, String) {
        let wire = Wire(Arc::new(Operations::new(Database::memory().unwrap())));
        let mut request = Request::new(SdkBody::from(body));
        let target = HeaderValue::from_str(target).unwrap();
        request.headers_mut().insert("x-amz-target", target);
        let answer = Runtime::new()
            .unwrap()
            .block_on(wire.answer(request))
            .unwrap();
        let body = answer.body().bytes().unwrap().to_vec();
        (answer.status().as_u16(), String::from_utf8(body).unwrap())
    }

    #[test]
    fn the_header_names_the_operation() {
        let (status, text) = asked("DynamoDB_20120810.ListTables", b"{}".to_vec());
        assert_eq!((status, text.as_str()), (200, r#"{"TableNames":[]}"#));
        for (target, named) in [("DynamoDB_20120810.Fly", "Fly"), ("AmazonSQS.GetItem", "")] {
            let (status, text) = asked(target, b"{}".to_vec());
            assert_eq!(status, 400);
            assert!(
                text.contains(&format!("the operation \\\"{named}\\\"")),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for body in ["", "{", "[]", r#"{"TableName": 1}"#] {
            let (status, text) = asked("DynamoDB_20120810.GetItem", body.into());
            assert_eq!(status, 400, "{body}");
            assert!(text.contains("ValidationException"), "{text}");
        }
    }

    #[test]
    fn a_request_has_sixteen_megabytes_at_most() {
        let (status, text) = asked(
            "DynamoDB_20120810.ListTables",
            vec![b' '; MAX_BODY_BYTES + 1],
        );
        assert_eq!(status, 400);
        assert!(text.contains("16777216 bytes at most"), "{text}");
        let mut most = vec![b' '; MAX_BODY_BYTES];
        most[..2].copy_from_slice(b"{}");
        assert_eq!(asked("DynamoDB_20120810.ListTables", most).0, 200);
    }
}
