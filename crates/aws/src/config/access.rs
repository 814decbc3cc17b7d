//! The settings of access: whose tokens are believed, and what needs none.

use super::issuers;
use super::variable::Variable;

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_ISSUERS",
        meaning: "Whose tokens are believed: issuer, audience, JWKS (URL or file) and perhaps a token endpoint, separated by spaces; further issuers after a semicolon.",
        default: "`fyr serve`: none, it is in development mode. Lambda: none, it must be set",
        set: |config, value| {
            config.limits.auth.issuers = issuers::parse(value)?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_PUBLIC_READ",
        meaning: "Resource types that anybody may read and search, without a role and without a token, separated by spaces, or none.",
        default: "none",
        set: |config, value| {
            let words = if value == "none" { "" } else { value };
            let types = server::auth::Settings::types(words);
            config.limits.auth.public_read = types.ok_or("resource types of R4, or none")?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_TENANT_CLAIM",
        meaning: "Claim of the tokens that names the caller's tenant.",
        default: "none: there are no tenants",
        set: |config, value| {
            config.limits.auth.tenant_claim = Some(value.to_owned()).filter(|it| !it.is_empty());
            Ok(())
        },
    },
];
