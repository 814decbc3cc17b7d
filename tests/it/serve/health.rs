//! `GET /health`, for whoever keeps the server running.

use super::client::{Client, Reply};
use super::process::{Server, free_address};

fn ask(server: &Server, method: &str) -> Reply {
    let mut client = Client::connect(&server.address).unwrap();
    let request = format!("{method} /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.write(&request).unwrap();
    client.receive_to(method).unwrap()
}

#[test]
fn a_server_whose_tables_answer_is_in_good_health_and_tells_its_version() {
    let server = Server::start(&["--ephemeral"]);
    let healthy = ask(&server, "GET");
    assert_eq!(healthy.status, 200);
    assert_eq!(healthy.body["status"], "pass");
    assert_eq!(healthy.body["tables"], "reachable");
    assert_eq!(healthy.body["version"], env!("CARGO_PKG_VERSION"));
    assert!(healthy.head.contains("cache-control: no-store"));
    assert_eq!(ask(&server, "HEAD").status, 200);
    // Everything else there is as if there were nothing.
    let refused = ask(&server, "POST");
    assert_eq!(refused.status, 404);
    assert_eq!(refused.body["resourceType"], "OperationOutcome");
}

#[test]
fn no_token_is_asked_for_and_the_base_path_may_be_the_root() {
    let server = Server::start(&["--ephemeral", "--base-path", "/"]);
    assert_eq!(ask(&server, "GET").status, 200);
}

#[test]
fn a_server_whose_tables_are_gone_is_not_in_good_health_and_well_again_when_they_are_back() {
    let door = free_address();
    let engine = Server::start(&["--ephemeral", "--dynamodb-listen", &door]);
    let server = Server::start(&["--dynamodb-endpoint", &format!("http://{door}")]);
    assert_eq!(ask(&server, "GET").status, 200);
    engine.kill();
    // For a second the last answer counts.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let ill = ask(&server, "GET");
    assert_eq!(ill.status, 503);
    assert_eq!(ill.body["status"], "fail");
    let why = ill.body["tables"].as_str().unwrap();
    assert!(why.contains("fyr-heads"), "{why}");
    let _engine = Server::start(&["--ephemeral", "--dynamodb-listen", &door]);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(ask(&server, "GET").status, 200);
}
