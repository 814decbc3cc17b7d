//! A token in its three parts: <https://www.rfc-editor.org/rfc/rfc7515>, section 7.1
//!
//! Strict: base64url without padding, line breaks or stray bits at the end, so that no two texts are
//! the same token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Refusal;

/// The longest token. API Gateway takes 10 KB of headers, `fyr serve` more.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

const MALFORMED: Refusal = Refusal::Invalid("the token is not a signed JSON Web Token");

/// A token, decoded.
pub(super) struct Compact<'a> {
    /// What the signature is of.
    pub(super) signed: &'a str,
    pub(super) header: Vec<u8>,
    pub(super) claims: Vec<u8>,
    pub(super) signature: Vec<u8>,
}

impl<'a> Compact<'a> {
    pub(super) fn parse(token: &'a str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(Refusal::Invalid("the token is too long"));
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(MALFORMED)?;
        let (header, claims) = signed.split_once('.').ok_or(MALFORMED)?;
        if signature.is_empty() {
            return Err(Refusal::Invalid("the token is not signed"));
        }
        Ok(Self {
            signed,
            header: decode(header)?,
            claims: decode(claims)?,
            signature: decode(signature)?,
        })
    }
}

/// A part. Five parts, as an encrypted token has, fail here too: a dot is no base64.
fn decode(part: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| MALFORMED)
}
