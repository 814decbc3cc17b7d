//! What the fuzz targets feed: the parsers that read what a stranger sends.
//!
//! Each function takes any bytes, must not panic, and holds what it reads against what must be true
//! of it. A test of the workspace feeds them the seeds, so that they cannot rot.

use fhir::{
    bundle::{Bundle, BundleKind},
    json, patch, query, rewrite,
    search::Criterion,
    search_parameter::Set,
};
use serde_json::Value;

/// Strict JSON: what is read is written and read again as the same.
pub fn json(data: &[u8]) {
    if let Ok(value) = json::parse(data) {
        let text = serde_json::to_vec(&value).unwrap_or_default();
        assert_eq!(json::parse(&text).ok(), Some(value), "read again");
    }
}

/// A bundle: checked, and the links of its resources rewritten. Rewriting twice changes nothing more.
pub fn bundle(data: &[u8]) {
    let Ok(Value::Object(object)) = json::parse(data) else {
        return;
    };
    let Ok((bundle, _)) = Bundle::parse_each(object, BundleKind::ALL) else {
        return;
    };
    for resource in bundle
        .entries
        .into_iter()
        .filter_map(|entry| entry.resource)
    {
        let mut once = resource.into_object();
        let links = rewrite::links(&once).len();
        let mut replace = |_, link: &str| link.starts_with("urn:").then(|| "Patient/1".to_owned());
        rewrite::rewrite(&mut once, &mut replace);
        assert_eq!(
            rewrite::links(&once).len(),
            links,
            "a link was lost or found"
        );
        let mut twice = once.clone();
        rewrite::rewrite(&mut twice, &mut replace);
        assert_eq!(twice, once, "rewritten twice");
    }
}

/// A query: each parameter as a criterion, held against a resource.
pub fn query(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let organization = r#"{"resourceType":"Organization","id":"1","active":true,"name":"Åse",
        "identifier":[{"system":"urn:a","value":"1"}],"partOf":{"reference":"Organization/2"},
        "meta":{"lastUpdated":"2026-04-16T11:26:48.316+00:00","tag":[{"code":"x"}]}}"#;
    let Ok(Value::Object(organization)) = json::parse(organization.as_bytes()) else {
        return;
    };
    let set = Set::default();
    for parameter in query::parse(text) {
        for alternative in query::alternatives(&parameter.value) {
            let _ = query::unescape(alternative);
        }
        for kind in ["Organization", "Observation", "Resource"] {
            let modifier = parameter.modifier.as_deref();
            let read = Criterion::parse(&set, kind, &parameter.name, modifier, &parameter.value);
            if let Ok(criterion) = read {
                let _ = criterion.matches(&organization);
                let _ = criterion.drivers();
            }
        }
    }
}

/// A resource and a patch of it, in an array: as `FHIRPath` Patch and as JSON Patch.
pub fn patch(data: &[u8]) {
    let Ok(Value::Array(pair)) = json::parse(data) else {
        return;
    };
    let [Value::Object(resource), changes] = pair.as_slice() else {
        return;
    };
    let patched = match changes {
        Value::Object(parameters) => patch::fhirpath(resource, parameters),
        operations => patch::json(resource, operations),
    };
    if let Ok(patched) = patched {
        let text = serde_json::to_vec(&patched).unwrap_or_default();
        assert!(
            serde_json::from_slice::<Value>(&text).is_ok(),
            "written and read"
        );
    }
}

/// A cursor: the bytes as a client sends them, and as what we have signed.
pub fn cursor(data: &[u8]) {
    server::simulated::read_cursor(data);
}

/// A token: the bytes as a client sends them, header and claims as an issuer signed them, and the keys of
/// an issuer.
pub fn jwt(data: &[u8]) {
    server::simulated::read_token(data);
}
