//! TLS in front of the engine's tables, with a certificate of its own for as long as the measurement takes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::events::process::{Process, await_listener, free_port, spawn};

/// What OpenSSL is asked for: a certificate of `localhost` that signs nothing else.
const REQUEST: &str = "[req]\nprompt=no\ndistinguished_name=name\nx509_extensions=extensions\n\
                       [name]\nCN=localhost\n\
                       [extensions]\nbasicConstraints=critical,CA:FALSE\n\
                       subjectAltName=DNS:localhost,IP:127.0.0.1\n";
/// Where systems keep the certificates that they trust: Debian and Ubuntu, Amazon Linux.
const SYSTEM_ROOTS: [&str; 2] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// A door that speaks TLS. It closes with this value.
pub(crate) struct Door {
    port: u16,
    certificate: PathBuf,
    roots: PathBuf,
    _process: Process,
}

impl Door {
    /// Opens one before a port of this machine; `tls` is the example of the benches.
    pub(crate) fn before(port: u16, tls: &Path, folder: &Path) -> Result<Self> {
        let (certificate, key) = (folder.join("tls.pem"), folder.join("tls.key"));
        let request = folder.join("tls.conf");
        std::fs::write(&request, REQUEST)?;
        make_certificate(&request, &certificate, &key)?;
        let roots = folder.join("roots.pem");
        std::fs::write(&roots, with_system_roots(&certificate)?)?;
        let listen = free_port()?;
        let mut serve = Command::new(tls);
        serve.arg("serve").args([&certificate, &key]);
        serve.args([format!("127.0.0.1:{listen}"), format!("127.0.0.1:{port}")]);
        let process = spawn(&mut serve, &folder.join("tls.log"))?;
        await_listener(listen, "the door with TLS")?;
        Ok(Self {
            port: listen,
            certificate,
            roots,
            _process: process,
        })
    }

    /// What a function is told to come in here: the roots of the system are read, as they are on Lambda.
    pub(crate) fn settings(&self) -> [(&'static str, String); 2] {
        [
            (
                "FYR_DYNAMODB_ENDPOINT",
                format!("https://localhost:{}", self.port),
            ),
            ("SSL_CERT_FILE", self.roots.display().to_string()),
        ]
    }

    /// CPU microseconds of the first handshakes of a process, from the first on.
    pub(crate) fn handshakes(&self, tls: &Path) -> Result<Vec<u64>> {
        let mut command = Command::new(tls);
        command.arg("handshake").arg(&self.certificate);
        command.args(["localhost", &format!("127.0.0.1:{}", self.port)]);
        let output = command.output().context("cannot start the example tls")?;
        if !output.status.success() {
            bail!("a handshake: {}", String::from_utf8_lossy(&output.stderr));
        }
        let text = String::from_utf8(output.stdout)?;
        let figures = text.lines().map(|line| line.parse().map_err(Into::into));
        figures.collect()
    }
}

fn make_certificate(request: &Path, certificate: &Path, key: &Path) -> Result<()> {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-nodes", "-days", "2", "-newkey", "ec"]);
    openssl.args(["-pkeyopt", "ec_paramgen_curve:P-256", "-config"]);
    openssl
        .arg(request)
        .arg("-keyout")
        .arg(key)
        .arg("-out")
        .arg(certificate);
    openssl.stderr(Stdio::null());
    let made = openssl.status().context("openssl")?;
    if !made.success() {
        bail!("openssl could not make a certificate: {made}");
    }
    Ok(())
}

fn with_system_roots(certificate: &Path) -> Result<Vec<u8>> {
    let mut all = std::fs::read(certificate)?;
    if let Some(roots) = SYSTEM_ROOTS
        .iter()
        .find_map(|path| std::fs::read(path).ok())
    {
        all.extend(roots);
    }
    Ok(all)
}
