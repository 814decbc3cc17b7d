//! A small HTTP/1.1 client over one connection, for a server that always sends `Content-Length`.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};

/// A connection to a server.
pub(super) struct Client(BufReader<TcpStream>);

/// A response: its status, its headers as they came, its body.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
    /// The body as it came.
    pub(super) text: String,
}

impl Reply {
    /// Where the status is of the job that was begun.
    pub(super) fn status_path(&self) -> String {
        let mut lines = self.head.lines();
        let place = lines.find_map(|line| line.strip_prefix("content-location: "));
        place.unwrap().split_once("/fhir").unwrap().1.to_owned()
    }
}

impl Client {
    pub(super) fn connect(address: &str) -> io::Result<Self> {
        Self::waiting(address, Duration::from_secs(30))
    }

    /// One that outwaits a server with all the time there is: see `Server::patient`.
    pub(super) fn patient(address: &str) -> io::Result<Self> {
        Self::waiting(address, Duration::from_mins(15))
    }

    fn waiting(address: &str, longest: Duration) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(longest))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a request without a body and with more headers, and reads its response.
    pub(super) fn ask(&mut self, method: &str, path: &str, more: &str) -> io::Result<Reply> {
        self.write(&head(method, path, 0, more))?;
        self.receive()
    }

    /// Sends a request and reads its response.
    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> io::Result<Reply> {
        self.write(&head(method, path, body.len(), ""))?;
        self.write(body)?;
        self.receive()
    }

    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        self.0.get_mut().write_all(text.as_bytes())
    }

    /// Puts organizations `number-0`, `number-1`, …, so many in a transaction.
    pub(super) fn fill(&mut self, organizations: usize, in_a_bundle: usize) {
        for start in (0..organizations).step_by(in_a_bundle) {
            let end = organizations.min(start + in_a_bundle);
            let entries = (start..end).map(|n| {
                let id = format!("number-{n}");
                json!({
                    "resource": {"resourceType": "Organization", "id": id, "name": id},
                    "request": {"method": "PUT", "url": format!("Organization/{id}")}
                })
            });
            let entries: Vec<Value> = entries.collect();
            let reply = self.send_bundle("transaction", &entries).unwrap();
            assert_eq!(reply.status, 200, "{}", reply.body);
        }
    }

    /// Sends a bundle of these entries and reads its response.
    pub(super) fn send_bundle(&mut self, kind: &str, entries: &[Value]) -> io::Result<Reply> {
        let bundle = json!({"resourceType": "Bundle", "type": kind, "entry": entries});
        self.send("POST", "", &bundle.to_string())
    }

    pub(super) fn receive(&mut self) -> io::Result<Reply> {
        self.receive_to("")
    }

    /// Reads the response to a request of this method: that to HEAD has no body.
    pub(super) fn receive_to(&mut self, method: &str) -> io::Result<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head
            .get(9..12)
            .and_then(|digits| digits.parse().ok())
            .unwrap();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length = length.filter(|_| method != "HEAD");
        let mut body = vec![0; length.map_or(0, |digits| digits.parse().unwrap())];
        self.0.read_exact(&mut body)?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Ok(Reply {
            status,
            head,
            body,
            text,
        })
    }
}

/// The head of a request with a body of so many bytes.
pub(super) fn head(method: &str, path: &str, length: usize, more: &str) -> String {
    format!(
        "{method} /fhir{path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\
         Content-Type: application/fhir+json\r\n{more}\r\n"
    )
}
