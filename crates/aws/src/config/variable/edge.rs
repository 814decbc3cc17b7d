//! The settings of the edge: who may call from where, what is recorded, tenants, and how long and how
//! many requests may take.

use server::{Audit, Origins, Tenancy, Tenant};

use super::Variable;
use crate::config::value::{count, number};

pub(super) const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_CORS_ORIGINS",
        meaning: "Origins whose pages may call the API from a browser, such as https://app.example, separated by spaces; * for all.",
        default: "none",
        set: |config, value| {
            config.limits.origins = origins(value)?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_AUDIT",
        meaning: "Where requests are recorded: off, log (a line each), or store (there, and as AuditEvent resources).",
        default: "log",
        set: |config, value| {
            config.limits.audit = match value {
                "off" => Audit::Off,
                "log" => Audit::Log,
                "store" => Audit::Store,
                _ => return Err("off, log or store".to_owned()),
            };
            Ok(())
        },
    },
    Variable {
        name: "FYR_TENANCY",
        meaning: "Whether there are tenants, and what names that of a request: off, claim (of the token), or path (the first segment below the base, and the claim).",
        default: "off",
        set: |config, value| {
            config.limits.tenancy = match value {
                "off" => Tenancy::Off,
                "claim" => Tenancy::Claim,
                "path" => Tenancy::Path,
                _ => return Err("off, claim or path".to_owned()),
            };
            Ok(())
        },
    },
    Variable {
        name: "FYR_TENANTS",
        meaning: "Names of the tenants, separated by spaces: 1 to 32 small letters, digits or '-'.",
        default: "none",
        set: |config, value| {
            let names = value.split_whitespace().filter(|name| *name != "none");
            let tenants: Result<Vec<Tenant>, _> = names.map(str::parse).collect();
            config.limits.tenants = tenants.map_err(|wrong| wrong.to_string())?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_BODY_SECONDS",
        meaning: "How long `fyr serve` waits for the body of a request. Lambda gets it whole.",
        default: "30",
        set: |config, value| number(value, &mut config.network.body_seconds),
    },
    Variable {
        name: "FYR_REQUESTS_AT_A_TIME",
        meaning: "Requests that `fyr serve` has under way; more are answered 503. On Lambda that is the concurrency of the function.",
        default: "256",
        set: |config, value| count(value, &mut config.network.requests_at_a_time),
    },
];

/// Origins are compared as browsers write them: scheme, host and port, no path.
fn origins(value: &str) -> Result<Origins, String> {
    let names: Vec<&str> = value.split_whitespace().collect();
    let is_origin = |name: &&str| {
        let (scheme, host) = name.split_once("://").unwrap_or_default();
        ["http", "https"].contains(&scheme) && !host.is_empty() && !host.contains(['/', '*'])
    };
    match names.as_slice() {
        [] | ["none"] => Ok(Origins::None),
        ["*"] => Ok(Origins::Any),
        names if names.iter().all(is_origin) => {
            let names = names.iter().map(|name| (*name).to_owned());
            Ok(Origins::These(names.collect()))
        }
        _ => Err("origins such as https://app.example, or *".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_no_path_and_no_pattern() {
        assert_eq!(origins("*"), Ok(Origins::Any));
        assert_eq!(origins(""), Ok(Origins::None));
        let two = origins("https://a.example http://localhost:3000").unwrap();
        assert!(matches!(two, Origins::These(origins) if origins.len() == 2));
        for wrong in [
            "a.example",
            "https://a.example/",
            "https://*.example",
            "* https://a",
        ] {
            assert!(origins(wrong).is_err(), "{wrong}");
        }
    }
}
