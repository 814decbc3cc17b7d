//! A very cheap HTTP/1.1 client: one request at a time on a kept connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Longer than any answer takes, so that a stuck server ends the run.
const PATIENCE: Duration = Duration::from_mins(2);

/// A kept connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer, whose text lives in the connection's buffer until the next exchange.
pub(crate) struct Answer<'a> {
    /// The status code.
    pub(crate) status: u16,
    head: &'a str,
    /// The body.
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects.
    pub(crate) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream,
            buffer: vec![0; 1 << 16],
        })
    }

    /// Sends a request and reads its answer.
    pub(crate) fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let body_at = loop {
            let before = filled;
            filled += self.read_some(filled)?;
            // The end of the headers may lie across two reads.
            let from = before.saturating_sub(3);
            if let Some(end) = find(
                self.buffer.get(from..filled).unwrap_or_default(),
                b"\r\n\r\n",
            ) {
                break from + end + 4;
            }
        };
        let length = content_length(head(&self.buffer, body_at)?)?;
        while filled < body_at + length {
            filled += self.read_some(filled)?;
        }
        let head = head(&self.buffer, body_at)?;
        let status = head
            .get(9..12)
            .and_then(|code| code.parse().ok())
            .context("no status")?;
        let body = self
            .buffer
            .get(body_at..body_at + length)
            .unwrap_or_default();
        Ok(Answer { status, head, body })
    }

    fn read_some(&mut self, filled: usize) -> Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self
            .stream
            .read(self.buffer.get_mut(filled..).unwrap_or_default())?
        {
            0 => bail!("the server closed the connection"),
            read => Ok(read),
        }
    }
}

impl Answer<'_> {
    /// The value of a header whose name is given in lower case, as the server writes names.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }
}

fn head(buffer: &[u8], end: usize) -> Result<&str> {
    std::str::from_utf8(buffer.get(..end).unwrap_or_default()).context("headers are not text")
}

fn content_length(head: &str) -> Result<usize> {
    match header(head, "content-length") {
        Some(length) => length
            .parse()
            .with_context(|| format!("Content-Length: {length}")),
        None if header(head, "transfer-encoding").is_some() => bail!("chunks are not understood"),
        None => Ok(0),
    }
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.split("\r\n").skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}
