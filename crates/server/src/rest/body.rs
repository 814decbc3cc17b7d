//! The body of a request: decompressed within its limit, and read as what its route takes.

use bytes::Bytes;
use fhir::{
    json::{self, Object},
    outcome::IssueType,
    query::{self, Parameter},
};
use http::{HeaderMap, header};
use serde_json::Value;

use super::{content, encoding, lines, request::text};
use crate::{
    Settings,
    failure::{Failure, Kind},
    interaction::Manner,
    route::Route,
    write::{JSON_PATCH, Patch},
};

/// The content type of a search that is posted.
const FORM: &str = "application/x-www-form-urlencoded";

/// Bytes that a body may have: an import that is a job may be larger than a transaction.
pub(super) fn most_bytes(settings: &Settings, route: &Route, manner: &Manner) -> usize {
    if *route == Route::ImportOrganizations && manner.is_async {
        settings.largest_body_bytes()
    } else {
        settings.max_body_bytes
    }
}

pub(super) fn read_body(
    limit: usize,
    route: &Route,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Object, Failure> {
    let content_type = text(headers, header::CONTENT_TYPE.as_str());
    let is_import = *route == Route::ImportOrganizations;
    let is_lines = is_import && lines::is(content_type);
    if !is_lines {
        content::check_content_type(content_type)?;
    }
    let body = decoded(limit, headers, body).map_err(|failure| {
        if is_import && failure.kind == Kind::TooLarge {
            lines::suggest(failure)
        } else {
            failure
        }
    })?;
    if is_lines {
        return lines::bundle(&body, limit);
    }
    let parsed = json::parse(&body).map_err(|issue| {
        let issue = if is_import {
            lines::instead(issue)
        } else {
            issue
        };
        Failure::of(Kind::Malformed, issue)
    })?;
    let Value::Object(object) = parsed else {
        let text = "the body must be a resource: a JSON object";
        return Err(Failure::new(Kind::Malformed, IssueType::Structure, text));
    };
    Ok(object)
}

/// JSON Patch has a media type of its own; a `FHIRPath` Patch is a resource.
pub(super) fn read_patch(
    settings: &Settings,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Patch, Failure> {
    let content_type = text(headers, header::CONTENT_TYPE.as_str());
    if !content::is(content_type, JSON_PATCH) {
        content::check_content_type(content_type)?;
    }
    Patch::of(read_json(settings, headers, body)?)
}

fn read_json(settings: &Settings, headers: &HeaderMap, body: Bytes) -> Result<Value, Failure> {
    let body = decoded(settings.max_body_bytes, headers, body)?;
    json::parse(&body).map_err(|issue| Failure::of(Kind::Malformed, issue))
}

/// The parameters of a search that is posted. Nothing at all is no parameters.
pub(super) fn read_form(
    settings: &Settings,
    headers: &HeaderMap,
    body: Bytes,
) -> Result<Vec<Parameter>, Failure> {
    let content_type = text(headers, header::CONTENT_TYPE.as_str());
    if body.is_empty() && content_type.is_none() {
        return Ok(Vec::new());
    }
    if !content::is(content_type, FORM) {
        let given = content_type.unwrap_or_default();
        let text = format!("the parameters of a search are {FORM}, not \"{given}\"");
        return Err(Failure::new(
            Kind::UnsupportedMedia,
            IssueType::NotSupported,
            text,
        ));
    }
    let body = decoded(settings.max_body_bytes, headers, body)?;
    let body = std::str::from_utf8(&body).map_err(|_| {
        let text = "the parameters of a search are not in UTF-8";
        Failure::new(Kind::Malformed, IssueType::Value, text)
    })?;
    Ok(query::parse(body.trim()))
}

fn decoded(limit: usize, headers: &HeaderMap, body: Bytes) -> Result<Bytes, Failure> {
    let encoding = text(headers, header::CONTENT_ENCODING.as_str());
    encoding::decode(body, encoding, limit)
}
