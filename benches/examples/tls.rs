//! TLS for the measurements of cold starts: a door in front of an endpoint that speaks plain HTTP, and the CPU time of
//! handshakes, of which the first one pays for what AWS-LC does once (docs/adr/0005).
//!
//! ```text
//! tls serve     CERTIFICATE KEY 127.0.0.1:8443 127.0.0.1:8000     what comes in at the first goes out at the second
//! tls handshake CERTIFICATE localhost 127.0.0.1:8443              CPU microseconds, one line for each handshake
//! ```
#![expect(
    clippy::print_stdout,
    reason = "a command line tool speaks on standard output"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};

/// Handshakes whose time is told.
const HANDSHAKES: usize = 5;
/// A side that waits for the other gives way to what goes the other way.
const TURN: Duration = Duration::from_micros(200);

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve", certificate, key, listen, to] => serve(certificate, key, listen, to),
        ["handshake", certificate, name, address] => handshake(certificate, name, address),
        _ => bail!("tls serve CERTIFICATE KEY LISTEN TO | tls handshake CERTIFICATE NAME ADDRESS"),
    }
}

fn serve(certificate: &str, key: &str, listen: &str, to: &str) -> Result<()> {
    let certificate = CertificateDer::from_pem_file(certificate)?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let config = ServerConfig::builder().with_no_client_auth();
    let config = Arc::new(config.with_single_cert(vec![certificate], key)?);
    let listener = TcpListener::bind(listen)?;
    for stream in listener.incoming().flatten() {
        let (config, to) = (Arc::clone(&config), to.to_owned());
        // A connection that breaks off is its client's matter.
        std::thread::spawn(move || relay(stream, &config, &to));
    }
    Ok(())
}

/// Hands on, both ways in turn, until one side has ended.
fn relay(outer: TcpStream, config: &Arc<ServerConfig>, to: &str) -> Result<()> {
    let mut inner = TcpStream::connect(to)?;
    let mut tls = rustls::StreamOwned::new(ServerConnection::new(Arc::clone(config))?, outer);
    tls.sock.set_nodelay(true)?;
    inner.set_nodelay(true)?;
    tls.sock.set_read_timeout(Some(TURN))?;
    inner.set_read_timeout(Some(TURN))?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if let Some(read) = unless_quiet(tls.read(&mut buffer))? {
            inner.write_all(buffer.get(..read).unwrap_or_default())?;
        }
        if let Some(read) = unless_quiet(inner.read(&mut buffer))? {
            tls.write_all(buffer.get(..read).unwrap_or_default())?;
            tls.flush()?;
        }
    }
}

/// How much was read; nothing when there was nothing to read yet.
fn unless_quiet(read: std::io::Result<usize>) -> Result<Option<usize>> {
    use std::io::ErrorKind::{TimedOut, WouldBlock};
    match read {
        Ok(0) => bail!("the end"),
        Ok(read) => Ok(Some(read)),
        Err(error) if matches!(error.kind(), TimedOut | WouldBlock) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn handshake(certificate: &str, name: &str, address: &str) -> Result<()> {
    for _ in 0..HANDSHAKES {
        // All that a first connection does, except for reading the roots of the system.
        let before = cpu()?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(certificate)?)?;
        let config = ClientConfig::builder().with_root_certificates(roots);
        let config = Arc::new(config.with_no_client_auth());
        let name = ServerName::try_from(name.to_owned())?;
        let mut connection = ClientConnection::new(config, name)?;
        let mut stream = TcpStream::connect(address)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut stream)?;
        }
        println!("{}", cpu()?.saturating_sub(before) / 1_000);
    }
    Ok(())
}

/// Nanoseconds of CPU that this thread, the only one, has had.
fn cpu() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/schedstat")?;
    let first = text.split(' ').next().context("an empty schedstat")?;
    Ok(first.parse()?)
}
