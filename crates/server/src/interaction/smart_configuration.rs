//! `GET [base]/.well-known/smart-configuration`: how clients get tokens.
//!
//! <http://hl7.org/fhir/smart-app-launch/conformance.html#using-well-known>
//!
//! ```json
//! {"issuer": "https://login.example/realms/fyr", "token_endpoint": "…", "grant_types_supported": ["client_credentials"], …}
//! ```
//!
//! Of the first issuer, which is the main one. Launches are not offered, only backend services.

use fhir::outcome::IssueType;
use http::StatusCode;
use serde_json::json;

use crate::{
    auth::token::Algorithm,
    failure::{Failure, Kind},
    interaction::{Answer, Context, Special},
};

/// The configuration.
///
/// # Errors
///
/// 404 on a server without an issuer.
pub(super) fn smart_configuration(context: &Context) -> Result<Answer, Failure> {
    let Some(issuer) = context.settings.auth.issuers.first() else {
        let text = "this server has no issuer of tokens";
        return Err(Failure::new(Kind::NotFound, IssueType::NotFound, text));
    };
    let algorithms: Vec<&str> = Algorithm::ALL.iter().map(|one| one.name()).collect();
    let mut configuration = json!({
        "issuer": issuer.issuer,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "scopes_supported": ["system/*.read", "system/*.write", "system/*.*", "system/*.rs", "system/*.cruds"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"]
    });
    if let Some(members) = configuration.as_object_mut() {
        if issuer.jwks.contains("://") {
            members.insert("jwks_uri".to_owned(), json!(issuer.jwks));
        }
        if let Some(endpoint) = &issuer.token_endpoint {
            members.insert("token_endpoint".to_owned(), json!(endpoint));
        }
    }
    let special = Special::default().body("application/json", configuration.to_string());
    Ok(special.answer(StatusCode::OK))
}
