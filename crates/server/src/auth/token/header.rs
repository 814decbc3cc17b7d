//! The header of a token: <https://www.rfc-editor.org/rfc/rfc7515>, section 4
//!
//! | member | |
//! | --- | --- |
//! | `alg` | needed; one of those in `algorithm.rs` |
//! | `kid` | needed; 256 bytes at most |
//! | `typ` | if there is one: `JWT` or `at+jwt`, with or without `application/`, in any case |
//! | `crit`, `b64` | refused: they ask for something that is not done here |
//! | anything else | not looked at: `jku`, `jwk`, `x5u`, `x5c` … |

use fhir::json;
use serde_json::Value;

use super::{Algorithm, Refusal};

/// The longest `kid`.
const MAX_KID_BYTES: usize = 256;

/// What a header proposes.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: Algorithm,
    pub(super) kid: String,
}

impl Header {
    pub(super) fn parse(text: &[u8]) -> Result<Self, Refusal> {
        let malformed = || Refusal::Invalid("the token's header is not a JSON object");
        let Ok(Value::Object(header)) = json::parse(text) else {
            return Err(malformed());
        };
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Refusal::Invalid("the token asks for an extension"));
        }
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        let is_ours = match header.get("typ") {
            None => true,
            Some(_) => text("typ").is_some_and(is_access_token),
        };
        if !is_ours {
            return Err(Refusal::Invalid("the token is not an access token"));
        }
        let algorithm = text("alg").and_then(Algorithm::named);
        let algorithm = algorithm.ok_or(Refusal::Invalid(
            "the token's algorithm is not one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384",
        ))?;
        let kid = text("kid").filter(|kid| (1..=MAX_KID_BYTES).contains(&kid.len()));
        let kid = kid.ok_or(Refusal::Invalid(
            "the token does not say which key signed it",
        ))?;
        Ok(Self {
            algorithm,
            kid: kid.to_owned(),
        })
    }
}

/// Whether a `typ` is that of access tokens: <https://www.rfc-editor.org/rfc/rfc9068>, section 2.1
fn is_access_token(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let kind = kind.strip_prefix("application/").unwrap_or(&kind);
    matches!(kind, "jwt" | "at+jwt")
}
