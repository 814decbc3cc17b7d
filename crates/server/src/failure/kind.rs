//! What a failure means, and its HTTP status: <http://hl7.org/fhir/R4/http.html#Status-Codes>.

use http::StatusCode;

/// The meaning of a failure. Its HTTP status is [`Kind::status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request cannot be understood.
    Malformed,
    /// Nobody is calling, or nobody we know.
    Unauthenticated,
    /// The caller may not do this.
    Forbidden,
    /// There is no such resource, version, type or endpoint.
    NotFound,
    /// The interaction is not offered here.
    NotAllowed,
    /// No representation that the client accepts.
    NotAcceptable,
    /// Somebody else is changing the same resources.
    Conflict,
    /// The resource was deleted.
    Gone,
    /// The stored state is not what the request asked for.
    PreconditionFailed,
    /// More than a limit allows.
    TooLarge,
    /// A URL of more bytes than a limit allows.
    UrlTooLong,
    /// Headers of more bytes than a limit allows.
    HeadersTooLarge,
    /// The request did not arrive in time.
    TooSlow,
    /// The body is in a format that is not supported.
    UnsupportedMedia,
    /// Understood, and against a rule.
    Unprocessable,
    /// A fault on our side: nothing was written.
    Internal,
    /// A fault on our side after which it is not known whether the write took effect.
    Unknown,
    /// Not now: nothing was written, try again.
    Unavailable,
    /// The caller has too much under way already.
    TooMany,
}

impl Kind {
    /// The HTTP status. The quoted sentences are those of the R4 specification where it has one.
    pub fn status(self) -> StatusCode {
        match self {
            // "resource could not be parsed or failed basic FHIR validation rules"
            Self::Malformed => StatusCode::BAD_REQUEST,
            // "authorization is required for the interaction that was attempted"
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            // "resource type not supported, or not a FHIR end-point"
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::NotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            // "version conflict management" between writers we could not put in order in time
            Self::Conflict => StatusCode::CONFLICT,
            // "a GET for a deleted resource returns a 410 status code"
            Self::Gone => StatusCode::GONE,
            // "if the version id given in the If-Match header does not match, the server returns a
            // 412 Precondition Failed"; "the client's criteria were not selective enough"
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UrlTooLong => StatusCode::URI_TOO_LONG,
            Self::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            // "the proposed resource violated applicable FHIR profiles or server business rules"
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Internal | Self::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            // Bulk Data: "should respond with a 429 Too Many Requests"
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
        }
    }
}
