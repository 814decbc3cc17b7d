//! `fyr export`: asks a server for an export, waits for it, downloads its files and checks them.
//!
//! Works against any server of Bulk Data Access: <https://hl7.org/fhir/uv/bulkdata/export.html>.
//!
//! ```text
//! DIRECTORY/
//!   Organization.1.ndjson   the resources, a file of the server each
//!   deleted.1.ndjson        what was deleted since --since
//!   errors.1.ndjson         what the server could not export
//!   manifest.json           what the server said about them
//!   unfinished.json         while it is not finished: where to go on
//! ```
//!
//! Interrupted, and called again with the same directory and questions, it goes on where it was.

mod download;
mod job;
mod manifest;
mod unfinished;
mod verify;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::arguments::Export;
use crate::client::Client;
use crate::failure::Failure;
use crate::progress::{Progress, megabytes};
use job::Job;
use manifest::{File, Manifest};
use unfinished::Unfinished;
use verify::Checked;

/// How often the line on the terminal is renewed.
const RENEWAL: Duration = Duration::from_millis(250);

/// Runs the command.
pub(crate) async fn export(arguments: Export) -> Result<(), Failure> {
    let client = arguments.target.client()?;
    let started = Instant::now();
    let request = job::request(&client, &arguments)?;
    let unfinished = Unfinished::in_directory(&arguments.out, &request.to_string())?;
    let poll = Duration::from_secs(arguments.poll);
    let job = if let Some(status) = unfinished.status() {
        eprintln!("going on with the export of {}", arguments.out.display());
        Job::at(&client, status)?
    } else {
        let job = Job::start(&client, &request).await?;
        unfinished.keep(&job.status().to_string())?;
        job
    };
    let manifest = job.wait(poll).await?;
    let checked = fetch(&client, &manifest, &arguments).await?;
    write(&arguments.out.join("manifest.json"), &manifest.text)?;
    unfinished.is_over()?;
    tell(&manifest, &checked, started.elapsed());
    Ok(())
}

/// Downloads and checks every file of the manifest.
async fn fetch(
    client: &Client,
    manifest: &Manifest,
    arguments: &Export,
) -> Result<Vec<Checked>, Failure> {
    let received = AtomicU64::new(0);
    let mut progress = Progress::new();
    let files = stream::iter(&manifest.files)
        .map(|file| fetch_one(client, file, &arguments.out, &received))
        .buffer_unordered(usize::from(arguments.parallel))
        .try_collect::<Vec<_>>();
    tokio::pin!(files);
    let mut clock = tokio::time::interval(RENEWAL);
    let all = manifest.files.len();
    loop {
        tokio::select! {
            fetched = &mut files => return fetched,
            _ = clock.tick() => {
                let bytes = megabytes(received.load(Ordering::Relaxed));
                progress.show(&format!("downloading {all} files: {bytes}"));
            }
        }
    }
}

async fn fetch_one(
    client: &Client,
    file: &File,
    directory: &Path,
    received: &AtomicU64,
) -> Result<Checked, Failure> {
    let path = directory.join(&file.name);
    if !path.exists() {
        download::download(client, file, &path, received).await?;
    }
    verify::verify(file.clone(), path).await
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text)
        .map_err(|refusal| Failure::usage(format!("{}: {refusal}", path.display())))
}

#[expect(clippy::print_stdout, reason = "the output of the command")]
fn tell(manifest: &Manifest, checked: &[Checked], took: Duration) {
    for (title, count) in manifest::titles(checked) {
        println!("{count:>10}  {title}");
    }
    let bytes: u64 = checked.iter().map(|file| file.bytes).sum();
    let (files, seconds) = (checked.len(), took.as_secs_f64());
    let bytes = megabytes(bytes);
    println!("{files} files, {bytes}, in {seconds:.1} s; every line was checked");
    let time = &manifest.transaction_time;
    println!("state of {time}; the next export goes on with --since {time}");
}
