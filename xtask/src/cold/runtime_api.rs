//! The Lambda Runtime API, as far as invocations need it: a function asks for the next event and posts its answer.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
//!
//! The official emulator does the same and more, and takes milliseconds for it. Here the two instants that count are
//! taken as close to the function as can be.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long an invocation may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// The end of an invocation, in milliseconds: the year 2100. Functions keep their own deadlines.
const DEADLINE_MS: u64 = 4_102_444_800_000;

/// One function's side of Lambda.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    events: Sender<Vec<u8>>,
    answers: Receiver<Answer>,
}

/// What a function posted.
struct Answer {
    at: Instant,
    /// `response` or `error`.
    kind: String,
    body: Vec<u8>,
}

/// The events that wait to be asked for; connections share them.
type Waiting = Arc<Mutex<Receiver<Vec<u8>>>>;

impl RuntimeApi {
    /// Listens, with no event yet.
    pub(crate) fn start() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let (events, waiting) = channel();
        let (post, answers) = channel();
        let waiting: Waiting = Arc::new(Mutex::new(waiting));
        // Ends with the process: a function may open a connection at any time.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (waiting, post) = (Arc::clone(&waiting), post.clone());
                // A connection that breaks off is that of a function that ended.
                std::thread::spawn(move || serve(stream, &waiting, &post));
            }
        });
        Ok(Self {
            address,
            events,
            answers,
        })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Has an event ready for whenever the function asks.
    pub(crate) fn offer(&self, event: &[u8]) -> Result<()> {
        self.events.send(event.to_vec())?;
        Ok(())
    }

    /// Waits for the answer, and says when it came.
    pub(crate) fn answered(&self) -> Result<Instant> {
        let answer = self.answers.recv_timeout(PATIENCE);
        let answer = answer.context("the function does not answer")?;
        if answer.kind != "response" || is_conflict(&answer.body) {
            bail!(
                "the function failed: {}",
                String::from_utf8_lossy(&answer.body)
            );
        }
        Ok(answer.at)
    }
}

/// Whether it is refused for what is stored already: then it is not what is to be measured.
fn is_conflict(answer: &[u8]) -> bool {
    let answer = String::from_utf8_lossy(answer);
    let conflicts = ["\"statusCode\":409", "\"statusCode\":422"];
    conflicts.iter().any(|conflict| answer.contains(conflict))
}

fn serve(stream: TcpStream, waiting: &Waiting, post: &Sender<Answer>) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut out = stream.try_clone()?;
    let mut requests = BufReader::new(stream);
    loop {
        let (path, body) = read(&mut requests)?;
        let at = Instant::now();
        if path.ends_with("/invocation/next") {
            let event = waiting.lock().ok().and_then(|waiting| waiting.recv().ok());
            let event = event.context("there are no more events")?;
            let length = event.len();
            let mut answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
                 Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                 Lambda-Runtime-Deadline-Ms: {DEADLINE_MS}\r\n\
                 Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-north-1:123456789012:function:cold\r\n\r\n"
            )
            .into_bytes();
            answer.extend_from_slice(&event);
            out.write_all(&answer)?;
        } else {
            let kind = path.rsplit('/').next().unwrap_or_default().to_owned();
            post.send(Answer { at, kind, body })?;
            out.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
        }
    }
}

/// The path and the body of a request.
fn read(requests: &mut impl BufRead) -> Result<(String, Vec<u8>)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if requests.read_line(&mut head)? == 0 {
            bail!("the connection has ended");
        }
    }
    let path = head.split(' ').nth(1).context("no path")?.to_owned();
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    };
    let mut body = vec![0; head.lines().find_map(named).unwrap_or(0)];
    requests.read_exact(&mut body)?;
    Ok((path, body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_handed_out_when_asked_for_and_the_answer_is_taken() {
        let api = RuntimeApi::start().unwrap();
        api.offer(b"{}").unwrap();
        let mut function = TcpStream::connect(api.address()).unwrap();
        let next = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
        function.write_all(next).unwrap();
        let mut answers = BufReader::new(function.try_clone().unwrap());
        let (status, event) = read(&mut answers).unwrap();
        assert_eq!((status.as_str(), event.as_slice()), ("200", &b"{}"[..]));
        let refused = r#"{"statusCode":422}"#;
        for (kind, body, good) in [
            ("response", "ok", true),
            ("error", "ok", false),
            ("response", refused, false),
        ] {
            let length = body.len();
            write!(
                function,
                "POST /2018-06-01/runtime/invocation/1/{kind} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            assert_eq!(api.answered().is_ok(), good);
        }
    }
}
