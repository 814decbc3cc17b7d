//! A registry imported by `fyr import-organizations`, twice: the second time nothing is written.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use super::process::{Server, run};

/// Organizations of the registry: 100,000 take minutes.
#[expect(
    clippy::disallowed_methods,
    reason = "the size of the registry is chosen by the environment"
)]
fn organizations() -> usize {
    let given = std::env::var("FYR_TEST_IMPORT").ok();
    given.map_or(1_100, |text| text.parse().unwrap())
}

/// Imports a file: what the command tells.
#[expect(clippy::print_stdout, reason = "the figures, for whoever runs it")]
fn import(file: &str, base: &str) -> String {
    let began = Instant::now();
    let (code, told, said) = run(&["import-organizations", file, "--base", base]);
    assert_eq!(code, Some(0), "{told}{said}");
    println!(
        "{:.1} s: {}",
        began.elapsed().as_secs_f64(),
        told.replace('\n', ", ")
    );
    told
}

#[test]
fn i14_a_registry_imported_again_writes_nothing() {
    let count = organizations();
    let server = Server::start_with(&["--ephemeral"], &[("FYR_COST_HEADERS", "on")]);
    let base = format!("http://{}/fhir", server.address);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("registry.ndjson");
    let (code, text, said) = run(&["registry", "--organizations", &count.to_string()]);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(&file, &text).unwrap();
    let file = file.to_str().unwrap();

    let first = import(file, &base);
    let expected = format!("{count} created, 0 updated, 0 unchanged, 0 refused\n");
    assert!(first.starts_with(&expected), "{first}");
    let again = import(file, &base);
    let expected = format!("0 created, 0 updated, {count} unchanged, 0 refused\n");
    assert!(again.starts_with(&expected), "{again}");
    assert!(again.ends_with(" RRU, 0 WRU\n"), "{again}");
}

#[test]
fn a_tree_that_is_refused_keeps_no_other_of_its_call_from_being_imported() {
    let server = Server::start(&["--ephemeral"]);
    let base = format!("http://{}/fhir", server.address);
    let place = tempfile::tempdir().unwrap();
    let (code, text, said) = run(&["registry", "--organizations", "4"]);
    assert_eq!(code, Some(0), "{said}");
    let wrong = r#"{"resourceType": "Organization", "name": "of no register"}"#;
    let file = place.path().join("registry.ndjson");
    std::fs::write(&file, format!("{wrong}\n{text}{wrong}\n")).unwrap();
    let file = file.to_str().unwrap();
    let (code, told, said) = run(&["import-organizations", file, "--base", &base]);
    assert_eq!(code, Some(3), "{told}{said}");
    assert!(
        told.contains("4 created, 0 updated, 0 unchanged, 2 refused"),
        "{told}"
    );
    for line in [1, 6] {
        let blamed = format!("registry.ndjson:{line}: Validation error: ");
        assert!(said.contains(&blamed), "{said}");
    }
}

/// A server that answers calls so, and afterwards creates whatever it gets: where it is, and how many
/// organizations were in each call.
fn answering(script: &'static [(&str, &str)], calls: usize) -> (String, JoinHandle<Vec<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/fhir", listener.local_addr().unwrap());
    let served = thread::spawn(move || {
        let mut sizes = Vec::new();
        for call in 0..calls {
            let mut stream = BufReader::new(listener.accept().unwrap().0);
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                stream.read_line(&mut line).unwrap();
                let header = line.to_ascii_lowercase();
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let size = String::from_utf8(body)
                .unwrap()
                .matches("\"fullUrl\"")
                .count();
            sizes.push(size);
            let created = vec![r#"{"response":{"status":"201 Created"}}"#; size].join(",");
            let created = format!("{{\"entry\":[{created}]}}");
            let (status, text) = script.get(call).copied().unwrap_or(("200 OK", &created));
            let length = text.len();
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"
            );
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
        }
        sizes
    });
    (base, served)
}

#[test]
fn a_call_that_takes_too_long_is_sent_in_halves_and_one_that_conflicts_again() {
    let slow =
        r#"{"resourceType":"OperationOutcome","issue":[{"severity":"error","code":"timeout"}]}"#;
    let script: &[_] = Box::leak(Box::new([
        ("503 Service Unavailable", slow),
        ("500 Internal Server Error", slow),
        ("409 Conflict", "{}"),
    ]));
    let (base, served) = answering(script, 6);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("registry.ndjson");
    let (code, text, said) = run(&["registry", "--organizations", "5"]);
    assert_eq!(code, Some(0), "{said}");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    let (code, told, said) = run(&["import-organizations", file, "--base", &base]);
    assert_eq!(
        (code, told.lines().last()),
        (
            Some(0),
            Some("5 created, 0 updated, 0 unchanged, 0 refused")
        ),
        "{said}"
    );
    // five, three of them, two of those, the same again, the third, and the rest
    assert_eq!(served.join().unwrap(), [5, 3, 2, 2, 1, 2]);
}
