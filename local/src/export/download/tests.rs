//! Downloads from a server that cuts its connections.

use std::sync::Arc;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;

use super::*;

/// What a server sends to one request.
enum Sends {
    /// The rest from the asked place on, of which only so many bytes come before the end.
    Rest(usize),
    /// The same as if no place had been asked for.
    Whole(usize),
    /// A refusal with this status.
    Status(&'static str),
}

/// A server of one file, which notes from where on it was asked for it.
struct Cutting {
    url: String,
    asked: Arc<Mutex<Vec<usize>>>,
}

impl Cutting {
    async fn start(text: &'static str, sends: Vec<Sends>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/Binary/1", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&asked);
        tokio::spawn(async move {
            for one in sends {
                let (stream, _) = listener.accept().await.unwrap();
                let mut stream = BufReader::new(stream);
                let from = asked_from(&mut stream).await;
                noted.lock().await.push(from);
                answer(stream, text, from, one).await;
            }
        });
        Self { url, asked }
    }

    /// Downloads the file: what is there afterwards, and from where on each request asked.
    async fn download(&self) -> (Result<String, String>, Vec<usize>) {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("Organization.1.ndjson");
        let base = self.url.replace("/Binary/1", "/fhir");
        let client = Client::new(&base, None).unwrap();
        let file = File {
            name: "Organization.1.ndjson".to_owned(),
            title: "Organization".to_owned(),
            kind: "Organization".to_owned(),
            url: self.url.clone(),
            count: None,
        };
        let received = AtomicU64::new(0);
        let done = download(&client, &file, &path, &received).await;
        let text = done.map(|()| fs::read_to_string(&path).unwrap());
        let asked = self.asked.lock().await.clone();
        (text.map_err(|failure| failure.to_string()), asked)
    }
}

/// From where on a request asks for the file.
async fn asked_from(stream: &mut BufReader<TcpStream>) -> usize {
    let (mut from, mut line) = (0, String::new());
    while line != "\r\n" {
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        let asked = line.to_ascii_lowercase();
        if let Some(start) = asked.strip_prefix("range: bytes=") {
            from = start.trim().trim_end_matches('-').parse().unwrap();
        }
    }
    from
}

/// Answers a request and hangs up.
async fn answer(mut stream: BufReader<TcpStream>, text: &str, from: usize, sends: Sends) {
    let all = text.len();
    let partial = format!(
        "206 Partial Content\r\nContent-Range: bytes {from}-{}/{all}",
        all - 1
    );
    let beyond = format!("416 Range Not Satisfiable\r\nContent-Range: bytes */{all}");
    let (status, body, comes) = match sends {
        Sends::Rest(_) if from >= all => (beyond.as_str(), "", 0),
        Sends::Rest(comes) if from > 0 => (partial.as_str(), &text[from..], comes),
        Sends::Rest(comes) | Sends::Whole(comes) => ("200 OK", text, comes),
        Sends::Status(status) => (status, "", 0),
    };
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let sent = &body[..comes.min(length)];
    stream.write_all(sent.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
}

const TEXT: &str = "{\"resourceType\":\"Organization\",\"id\":\"1\"}\n\
                    {\"resourceType\":\"Organization\",\"id\":\"2\"}\n";

#[tokio::test]
async fn a_download_that_is_cut_goes_on_where_it_was() {
    let sends = vec![Sends::Rest(30), Sends::Rest(20), Sends::Rest(1_000)];
    let server = Cutting::start(TEXT, sends).await;
    let (text, asked) = server.download().await;
    assert_eq!(text.unwrap(), TEXT);
    assert_eq!(asked, [0, 30, 50]);
}

#[tokio::test]
async fn a_server_that_knows_no_ranges_is_asked_for_the_whole_file_again() {
    let sends = vec![Sends::Whole(30), Sends::Whole(1_000)];
    let server = Cutting::start(TEXT, sends).await;
    let (text, asked) = server.download().await;
    assert_eq!(text.unwrap(), TEXT);
    assert_eq!(asked, [0, 30]);
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_one_that_refuses_is_not() {
    let busy = "503 Service Unavailable\r\nRetry-After: 0";
    let sends = vec![
        Sends::Rest(30),
        Sends::Status(busy),
        Sends::Status("410 Gone"),
    ];
    let server = Cutting::start(TEXT, sends).await;
    let (text, asked) = server.download().await;
    assert!(text.unwrap_err().contains("410"));
    assert_eq!(asked, [0, 30, 30]);
}
