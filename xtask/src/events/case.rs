//! One event and the answer that it expects.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::events::tokens::Tokens;
use crate::shape;

/// A case of `events/<function>/`.
pub(crate) struct Case {
    /// The file's name without its ending.
    pub(crate) name: String,
    /// The event, as Lambda gets it.
    event: Vec<u8>,
    expected: Value,
}

impl Case {
    /// All cases of a folder, by name.
    pub(crate) fn all(folder: &Path) -> Result<Vec<Self>> {
        let mut names = Vec::new();
        for file in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let file = file?.file_name().to_string_lossy().into_owned();
            let event = file
                .strip_suffix(".json")
                .filter(|name| !name.ends_with(".expected"));
            names.extend(event.map(str::to_owned));
        }
        names.sort();
        names
            .into_iter()
            .map(|name| Self::read(folder, name))
            .collect()
    }

    fn read(folder: &Path, name: String) -> Result<Self> {
        let path = folder.join(format!("{name}.expected.json"));
        let expected = std::fs::read(&path).with_context(|| path.display().to_string())?;
        let expected =
            serde_json::from_slice(&expected).with_context(|| path.display().to_string())?;
        let event = std::fs::read(folder.join(format!("{name}.json")))?;
        Ok(Self {
            name,
            event,
            expected,
        })
    }

    /// The event, with the jobs that earlier answers named in the places of `{job}` and `{reindex}`, and
    /// its tokens.
    pub(crate) fn event_about(&self, jobs: &Jobs, tokens: &mut Tokens) -> Result<Vec<u8>> {
        let event = String::from_utf8_lossy(&self.event);
        let event = event.replace("{reindex}", &jobs.reindex);
        Ok(tokens
            .fill(&event.replace("{job}", &jobs.other))?
            .into_bytes())
    }

    /// What is wrong with the answer.
    pub(crate) fn differences(&self, answer: &[u8]) -> Vec<String> {
        match serde_json::from_slice(answer) {
            Ok(answer) => shape::differences(&self.expected, &readable(answer)),
            Err(error) => {
                vec![format!(
                    "not JSON ({error}): {}",
                    String::from_utf8_lossy(answer)
                )]
            }
        }
    }
}

/// The jobs that answers named last, as `…?_jobId=…`.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    reindex: String,
    other: String,
}

impl Jobs {
    /// Keeps the job that an answer names, if it names one.
    pub(crate) fn learn_from(&mut self, answer: &[u8]) {
        let answer = String::from_utf8_lossy(answer);
        let Some((place, rest)) = answer.split_once("?_jobId=") else {
            return;
        };
        let is_of_id = |c: &char| c.is_ascii_hexdigit() || *c == '-';
        let job = rest.chars().take_while(is_of_id).collect();
        if place.ends_with("reindex-status") {
            self.reindex = job;
        } else {
            self.other = job;
        }
    }
}

/// The answer with names of headers in lower case, and the body parsed when it is JSON.
fn readable(mut answer: Value) -> Value {
    let Some(members) = answer.as_object_mut() else {
        return answer;
    };
    let mut headers = serde_json::Map::new();
    for group in ["multiValueHeaders", "headers"] {
        for (name, value) in members
            .get(group)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let value = value.get(0).unwrap_or(value).clone();
            headers.insert(name.to_lowercase(), value);
        }
    }
    members.insert("headers".to_owned(), Value::Object(headers));
    let body = members.get("body").and_then(Value::as_str);
    if let Some(Ok(body)) = body.map(serde_json::from_str::<Value>) {
        members.insert("body".to_owned(), body);
    }
    answer
}
