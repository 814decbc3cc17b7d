//! What an interaction answers, before it becomes an HTTP response or an entry of a bundle.

use bytes::Bytes;
use fhir::{instant::Instant, json::Object, resource, version::VersionId};
use http::{
    StatusCode,
    header::{self, HeaderMap, HeaderValue, IntoHeaderName},
};
use store::{DocumentKey, Millis};

use crate::{failure::Failure, search::Shape};

/// The answer of one interaction.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// 200, 201, 204 or 304.
    pub(crate) status: StatusCode,
    /// The version that the answer is about.
    pub(crate) stamp: Option<Stamp>,
    /// Whether that version was just written, so that the client is told where it is.
    pub(crate) written: bool,
    /// The resource.
    pub(crate) content: Content,
    /// What happened, for a write.
    pub(crate) outcome: Option<Object>,
}

/// Which version of which resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The resource.
    pub(crate) key: DocumentKey,
    /// Its version.
    pub(crate) version: VersionId,
    /// When that version was written.
    pub(crate) last_updated: Instant,
}

impl Stamp {
    /// The stamp of a stored version.
    pub(crate) fn new(key: DocumentKey, version: u64, last_updated: Millis) -> Self {
        let last_updated = Instant::from_millis(last_updated.0);
        Self {
            key,
            version: VersionId(version),
            last_updated,
        }
    }

    /// `Organization/1/_history/2`, relative to the base.
    pub(crate) fn location(&self) -> String {
        format!("{}/_history/{}", self.key, self.version)
    }
}

/// The resource of an answer.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// None.
    Empty,
    /// A stored resource, as it is at rest: the version and its time are still to be put in.
    Stored(Bytes),
    /// A resource that is complete as it is.
    Complete(Object),
    /// Something else, with headers of its own.
    Special(Box<Special>),
}

/// What is no resource, or has headers of its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Special {
    /// Headers; those that say what the body is included. They replace what the edge would say.
    pub(crate) headers: HeaderMap,
    /// The body, as it goes out.
    pub(crate) body: Bytes,
}

impl Special {
    /// The same with one header more. A text that cannot be a header is left empty.
    pub(crate) fn header(mut self, name: impl IntoHeaderName, text: &str) -> Self {
        let value = HeaderValue::from_str(text);
        let value = value.unwrap_or_else(|_| HeaderValue::from_static(""));
        self.headers.insert(name, value);
        self
    }

    /// The same with a body of this type.
    pub(crate) fn body(self, media_type: &str, body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            ..self.header(header::CONTENT_TYPE, media_type)
        }
    }

    /// The same as an answer.
    pub(crate) fn answer(self, status: StatusCode) -> Answer {
        Answer {
            status,
            stamp: None,
            written: false,
            content: Content::Special(Box::new(self)),
            outcome: None,
        }
    }
}

impl Answer {
    /// 200 with a stored version.
    pub(crate) fn stored(stamp: Stamp, body: Bytes) -> Self {
        Self {
            status: StatusCode::OK,
            stamp: Some(stamp),
            written: false,
            content: Content::Stored(body),
            outcome: None,
        }
    }

    /// 200 with a resource made for the occasion.
    pub(crate) fn complete(resource: Object) -> Self {
        Self {
            status: StatusCode::OK,
            stamp: None,
            written: false,
            content: Content::Complete(resource),
            outcome: None,
        }
    }

    /// 200 for an entry that a rule set took out of its bundle: nothing was done.
    pub(crate) fn nothing() -> Self {
        Self {
            status: StatusCode::OK,
            stamp: None,
            written: true,
            content: Content::Empty,
            outcome: None,
        }
    }

    /// The same with the part of its resource that is wanted.
    ///
    /// # Errors
    ///
    /// 500 when what is stored is not a resource.
    pub(crate) fn shaped(self, shape: &Shape) -> Result<Self, Failure> {
        if *shape == Shape::Whole {
            return Ok(self);
        }
        let Some(text) = self.resource()? else {
            return Ok(self);
        };
        let resource: Object = serde_json::from_slice(&text).map_err(Failure::internal)?;
        Ok(Self {
            content: Content::Complete(shape.of(resource)),
            ..self
        })
    }

    /// The same without its resource, as `HEAD` has it.
    pub(crate) fn without_content(self) -> Self {
        Self {
            content: Content::Empty,
            ..self
        }
    }

    /// The JSON text of the resource, with the version and its time in `meta`.
    ///
    /// # Errors
    ///
    /// 500 when what is stored is not a resource.
    pub(crate) fn resource(&self) -> Result<Option<Vec<u8>>, Failure> {
        match (&self.content, &self.stamp) {
            (Content::Empty, _) => Ok(None),
            (Content::Special(special), _) => Ok(Some(special.body.to_vec())),
            (Content::Complete(object), _) => serde_json::to_vec(object)
                .map(Some)
                .map_err(Failure::internal),
            (Content::Stored(body), Some(stamp)) => {
                resource::present_bytes(body, stamp.version, stamp.last_updated)
                    .map(Some)
                    .map_err(Failure::internal)
            }
            (Content::Stored(_), None) => Err(Failure::internal("a stored body without a version")),
        }
    }
}
