//! The files to load, read as far as they are needed: a line at a time, or a JSON file at once.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::place::Place;
use crate::failure::Failure;

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Piece {
    /// A resource, as it is to be stored.
    Resource(Place, Value),
    /// A bundle that says itself what is to be done.
    Bundle(Place, Value),
}

/// The pieces of all files, in the order of the files' names.
pub(crate) struct Sources {
    files: VecDeque<PathBuf>,
    lines: Option<Lines>,
    ready: VecDeque<Piece>,
}

/// The rest of an NDJSON file.
struct Lines {
    reader: BufReader<File>,
    place: Place,
}

impl Sources {
    /// These files, and the NDJSON and JSON files in these directories.
    pub(crate) fn of(paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut files = Vec::new();
        for path in paths {
            if !path.is_dir() {
                files.push(path.clone());
                continue;
            }
            let refused = |refusal| unreadable(path, &refusal);
            let mut inside = Vec::new();
            for entry in fs::read_dir(path).map_err(refused)? {
                inside.push(entry.map_err(refused)?.path());
            }
            inside.retain(|path| is_ndjson(path) || has_ending(path, "json"));
            inside.sort();
            files.extend(inside);
        }
        for file in &files {
            // Before anything is sent.
            File::open(file).map_err(|refusal| unreadable(file, &refusal))?;
        }
        if files.is_empty() {
            return Err(Failure::usage("there are no *.ndjson or *.json files"));
        }
        Ok(Self {
            files: files.into(),
            lines: None,
            ready: VecDeque::new(),
        })
    }

    fn open(&mut self, path: &Path) -> Result<(), Failure> {
        let place = Place {
            file: Arc::new(path.to_owned()),
            line: 0,
        };
        if is_ndjson(path) {
            let file = File::open(path).map_err(|refusal| unreadable(path, &refusal))?;
            let reader = BufReader::new(file);
            self.lines = Some(Lines { reader, place });
            return Ok(());
        }
        let text = fs::read(path).map_err(|refusal| unreadable(path, &refusal))?;
        self.ready.extend(pieces(&place, parse(&place, &text)?)?);
        Ok(())
    }
}

impl Iterator for Sources {
    type Item = Result<Piece, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Some(Ok(piece));
            }
            if let Some(lines) = &mut self.lines {
                match lines.next() {
                    None => self.lines = None,
                    Some(piece) => return Some(piece),
                }
                continue;
            }
            let path = self.files.pop_front()?;
            if let Err(failure) = self.open(&path) {
                return Some(Err(failure));
            }
        }
    }
}

impl Lines {
    fn next(&mut self) -> Option<Result<Piece, Failure>> {
        let mut line = Vec::new();
        loop {
            line.clear();
            self.place.line += 1;
            match self.reader.read_until(b'\n', &mut line) {
                Err(failure) => return Some(Err(unreadable(&self.place.file, &failure))),
                Ok(0) => return None,
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => break,
            }
        }
        let place = self.place.clone();
        let piece = parse(&place, &line).map(|resource| Piece::Resource(place, resource));
        Some(piece)
    }
}

/// What a JSON file holds.
fn pieces(place: &Place, json: Value) -> Result<Vec<Piece>, Failure> {
    let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("resourceType") != "Bundle" {
        return Ok(vec![Piece::Resource(place.clone(), json)]);
    }
    if matches!(text("type"), "transaction" | "batch") {
        return Ok(vec![Piece::Bundle(place.clone(), json)]);
    }
    let entries = json.get("entry").and_then(Value::as_array);
    let resources = entries.into_iter().flatten().map(|entry| {
        let resource = entry.get("resource").filter(|one| one.is_object());
        resource
            .map(|resource| Piece::Resource(place.clone(), resource.clone()))
            .ok_or_else(|| Failure::usage(format!("{place}: an entry has no resource")))
    });
    resources.collect()
}

fn parse(place: &Place, text: &[u8]) -> Result<Value, Failure> {
    let json: Value = serde_json::from_slice(text)
        .map_err(|error| Failure::usage(format!("{place} is not JSON: {error}")))?;
    match json.get("resourceType").and_then(Value::as_str) {
        Some(_) => Ok(json),
        None => Err(Failure::usage(format!("{place} is not a resource"))),
    }
}

fn unreadable(path: &Path, refusal: &std::io::Error) -> Failure {
    Failure::usage(format!("{}: {refusal}", path.display()))
}

fn is_ndjson(path: &Path) -> bool {
    has_ending(path, "ndjson") || has_ending(path, "jsonl")
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|own| own == ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let place = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(place.path().join(name), text).unwrap();
        }
        let told = |failure: Failure| {
            let folder = format!("{}/", place.path().display());
            failure.to_string().replace(&folder, "")
        };
        let sources = Sources::of(&[place.path().to_owned()]).map_err(told)?;
        sources
            .map(|piece| match piece.map_err(told)? {
                Piece::Resource(at, one) => Ok(format!("{} {}", at.line, one["id"])),
                Piece::Bundle(_, one) => Ok(format!("bundle {}", one["type"])),
            })
            .collect()
    }

    #[test]
    fn files_are_read_in_order_of_their_names_and_by_their_kind() {
        let pieces = read(&[
            (
                "b.ndjson",
                "{\"resourceType\":\"A\",\"id\":1}\n\n{\"resourceType\":\"A\",\"id\":2}",
            ),
            (
                "a.json",
                r#"{"resourceType":"Bundle","type":"transaction"}"#,
            ),
            (
                "c.json",
                r#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"A","id":3}}]}"#,
            ),
            ("d.json", r#"{"resourceType":"A","id":4}"#),
            ("e.txt", "not to be loaded"),
        ]);
        let expected = ["bundle \"transaction\"", "1 1", "3 2", "0 3", "0 4"];
        assert_eq!(pieces.unwrap(), expected);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        let broken = read(&[("a.ndjson", "{\"resourceType\":\"A\"}\n{")]);
        assert!(broken.unwrap_err().starts_with("a.ndjson:2 is not JSON"));
        let other = read(&[("a.json", "{}")]);
        assert_eq!(other.unwrap_err(), "a.json is not a resource");
        assert!(read(&[]).unwrap_err().contains("there are no"));
    }
}
