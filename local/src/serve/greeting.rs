//! What `fyr serve` says when it is ready.

use std::io::Write;

use server::Settings;

use super::Tables;
use crate::arguments::Serve;

/// Prints it to standard output; a closed output is no reason to stop.
pub(super) fn print(arguments: &Serve, settings: &Settings, tables: &Tables) {
    let mut lines = vec![
        format!("Fyr {} is ready.", env!("CARGO_PKG_VERSION")),
        String::new(),
    ];
    lines.push(format!("  FHIR R4 API   {}", settings.base_url));
    lines.push(format!("  Data          {}", data(arguments, tables)));
    if let Tables::Embedded { doors, .. } = tables {
        let doors = doors.addresses();
        lines.extend(doors.map(|(name, address)| format!("  {name:<13} http://{address}")));
    }
    lines.push(String::new());
    lines.extend(who_may(settings));
    if arguments.insecure_listen_beyond_this_machine {
        lines.push("  It listens beyond this machine. Do not keep real data in it.".to_owned());
    }
    lines.push(String::new());
    lines.push("Try it:".to_owned());
    lines.push(format!(
        "  curl -X POST {}/Organization -H 'Content-Type: application/fhir+json' \\\n       \
         -d '{{\"resourceType\":\"Organization\",\"name\":\"Vårdcentralen\"}}'",
        settings.base_url
    ));
    let _ = writeln!(std::io::stdout().lock(), "{}", lines.join("\n"));
}

/// Whose tokens are believed, or that there is nobody to believe.
fn who_may(settings: &Settings) -> Vec<String> {
    let issuers = &settings.auth.issuers;
    if issuers.is_empty() {
        return vec![
            "  DEVELOPMENT MODE: anyone who can reach this address may do everything.".to_owned(),
        ];
    }
    let told = issuers.iter().map(|issuer| {
        let audiences = issuer.audiences.join(" or ");
        format!("  Tokens of     {} for {audiences}", issuer.issuer)
    });
    told.collect()
}

fn data(arguments: &Serve, tables: &Tables) -> String {
    match tables {
        Tables::Outside(url) => format!("DynamoDB at {url}"),
        Tables::Embedded {
            directory: None, ..
        } => "in memory only; gone when this process ends".to_owned(),
        Tables::Embedded {
            directory: Some(directory),
            ..
        } => {
            let survives = if arguments.fsync {
                "a power failure"
            } else {
                "a killed process"
            };
            let path = directory.path();
            let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            format!(
                "{} (a write that was answered survives {survives})",
                path.display()
            )
        }
    }
}
