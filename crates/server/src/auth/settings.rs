//! Whom the server trusts to say who is calling, and what it shows to anybody.

use std::collections::BTreeSet;

use fhir::schema;

/// Settings of access. The default trusts nobody and shows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whose tokens are believed. The first one's users keep their ids as they are; those of others
    /// have the issuer in front, so that two issuers' `u1` are two users.
    pub issuers: Vec<Issuer>,
    /// The types of resources that anybody may read and search, with a token or without.
    pub public_read: BTreeSet<String>,
    /// The claim that names the caller's tenant.
    pub tenant_claim: Option<String>,
}

/// A trusted issuer of tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer {
    /// `iss`, exactly.
    pub issuer: String,
    /// What a token must be meant for: one of these must be in its `aud`.
    pub audiences: Vec<String>,
    /// Where its keys are: a URL, or the path of a file.
    pub jwks: String,
    /// Where clients get tokens; only told to them.
    pub token_endpoint: Option<String>,
}

impl Settings {
    /// Resource types out of a list of words; none when one of them is no type of R4.
    pub fn types(words: &str) -> Option<BTreeSet<String>> {
        let kinds = words.split_whitespace();
        let kinds = kinds.map(|kind| schema::is_resource_type(kind).then(|| kind.to_owned()));
        kinds.collect()
    }
}
