//! Checks a downloaded file: every line is a resource of the file's type, and there are as many as the
//! server said.

use std::borrow::Cow;
use std::fs::File as OpenFile;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::manifest::File;
use crate::failure::Failure;

/// Bytes that are read at once.
const BUFFER: usize = 1024 * 1024;

/// A file that is as it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) title: String,
    pub(super) lines: u64,
    pub(super) bytes: u64,
}

/// The rest of the line is checked to be JSON, and skipped.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "resourceType", borrow)]
    kind: Cow<'a, str>,
}

/// Checks a file, on a thread that may take its time.
pub(super) async fn verify(file: File, path: PathBuf) -> Result<Checked, Failure> {
    let checking = tokio::task::spawn_blocking(move || {
        let open = OpenFile::open(&path).map_err(Failure::unexpected)?;
        check(&file, &path, BufReader::with_capacity(BUFFER, open))
    });
    checking.await.map_err(Failure::unexpected)?
}

fn check(file: &File, path: &Path, mut reader: impl BufRead) -> Result<Checked, Failure> {
    let wrong = |reason: String| Failure::wrong(format!("{}: {reason}", path.display()));
    let mut checked = Checked {
        title: file.title.clone(),
        lines: 0,
        bytes: 0,
    };
    let mut line = Vec::new();
    while read_line(&mut reader, &mut line).map_err(Failure::unexpected)? {
        checked.lines += 1;
        checked.bytes += u64::try_from(line.len()).unwrap_or_default();
        let number = checked.lines;
        let Some(text) = line.strip_suffix(b"\n") else {
            return Err(wrong(format!("line {number} is cut off")));
        };
        let line: Line<'_> = serde_json::from_slice(text)
            .map_err(|error| wrong(format!("line {number} is not a resource: {error}")))?;
        if line.kind != file.kind {
            let (found, kind) = (line.kind, &file.kind);
            return Err(wrong(format!("line {number} has type {found}, not {kind}")));
        }
    }
    match file.count {
        Some(count) if count != checked.lines => {
            let lines = checked.lines;
            Err(wrong(format!("{lines} lines; the server said {count}")))
        }
        _ => Ok(checked),
    }
}

fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(reader.read_until(b'\n', line)? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, count: Option<u64>) -> Result<u64, String> {
        let file = File {
            name: "Organization.1.ndjson".to_owned(),
            title: "Organization".to_owned(),
            kind: "Organization".to_owned(),
            url: "http://h/b".to_owned(),
            count,
        };
        let checked = check(&file, Path::new("f"), text.as_bytes());
        checked
            .map(|checked| checked.lines)
            .map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_file_is_as_the_server_said() {
        let line = "{\"resourceType\":\"Organization\",\"name\":\"Åsa\"}\n";
        assert_eq!(verdict(&line.repeat(3), Some(3)), Ok(3));
        assert_eq!(verdict(line, None), Ok(1));
        assert_eq!(verdict("", Some(0)), Ok(0));
        let fewer = verdict(line, Some(2)).unwrap_err();
        assert_eq!(fewer, "f: 1 lines; the server said 2");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_told_with_its_number() {
        let good = "{\"resourceType\":\"Organization\"}\n";
        let broken = format!("{good}{{\"resourceType\":\"Organization\"\n");
        let broken = verdict(&broken, None).unwrap_err();
        assert!(
            broken.starts_with("f: line 2 is not a resource"),
            "{broken}"
        );
        let cut_off = format!("{good}{{\"resourceType\":\"Organization\"}}");
        let cut_off = verdict(&cut_off, None).unwrap_err();
        assert_eq!(cut_off, "f: line 2 is cut off");
        let other = verdict("{\"resourceType\":\"Location\"}\n", None).unwrap_err();
        assert_eq!(other, "f: line 1 has type Location, not Organization");
    }
}
