//! Values, objects, arrays and numbers. Strings are next door.

use serde_json::{Number, Value};

use super::problem::{Problem, Step};
use super::string::read_string;
use super::{MAX_DEPTH, MAX_KEYS, MAX_VALUES, Object};
use crate::outcome::Issue;

/// The text that is left to read, and how deep the reader is.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    /// The byte at which the next token starts.
    pub(super) at: usize,
    depth: usize,
    /// How many values there have been.
    values: usize,
    /// The root's `resourceType`, once read.
    root: String,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Value, Issue> {
    let mut reader = Reader {
        text: "",
        at: 0,
        depth: 0,
        values: 0,
        root: String::new(),
    };
    let value = read_text(bytes).and_then(|text| {
        reader.text = text;
        reader.read_document()
    });
    value.map_err(|problem| problem.into_issue(&reader.root))
}

fn read_text(bytes: &[u8]) -> Result<&str, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Problem::new(format!("not UTF-8 at byte {}", error.valid_up_to())))?;
    if text.starts_with('\u{feff}') {
        return Err(Problem::new("the text starts with a byte order mark"));
    }
    Ok(text)
}

impl<'a> Reader<'a> {
    fn read_document(&mut self) -> Result<Value, Problem> {
        let value = self.read_value()?;
        self.skip_space();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(Problem::new(format!(
                "text after the end at byte {}",
                self.at
            ))),
        }
    }

    fn read_value(&mut self) -> Result<Value, Problem> {
        self.values += 1;
        if self.values > MAX_VALUES {
            let text = format!("more than {MAX_VALUES} values");
            return Err(Problem::too_costly(text));
        }
        self.skip_space();
        match self.peek() {
            Some(b'{') => self.nested(Self::read_object),
            Some(b'[') => self.nested(Self::read_array),
            Some(b'"') => read_string(self).map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.read_number(),
            Some(b't') => self.read_word("true", Value::Bool(true)),
            Some(b'f') => self.read_word("false", Value::Bool(false)),
            Some(b'n') => self.read_word("null", Value::Null),
            _ => Err(self.unexpected("a value")),
        }
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Value, Problem>,
    ) -> Result<Value, Problem> {
        if self.depth == MAX_DEPTH {
            let text = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Problem::too_costly(text));
        }
        self.depth += 1;
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn read_object(&mut self) -> Result<Value, Problem> {
        self.at += 1;
        let mut object = Object::new();
        self.skip_space();
        if self.skip(b'}') {
            return Ok(Value::Object(object));
        }
        loop {
            let (key, value) = self.read_member(&object)?;
            object.insert(key, value);
            if object.len() > MAX_KEYS {
                let text = format!("an object with more than {MAX_KEYS} keys");
                return Err(Problem::too_costly(text));
            }
            self.skip_space();
            if self.skip(b'}') {
                return Ok(Value::Object(object));
            }
            self.expect(b',', "',' or '}'")?;
        }
    }

    fn read_member(&mut self, object: &Object) -> Result<(String, Value), Problem> {
        self.skip_space();
        if self.peek() != Some(b'"') {
            return Err(self.unexpected("a key"));
        }
        let key = read_string(self)?;
        if object.contains_key(&key) {
            return Err(Problem::new("the key occurs twice").inside(Step::Field(key)));
        }
        // serde_json reads an object with such a key as a number, not as an object
        if key.starts_with("$serde_json::") {
            return Err(Problem::new(format!("the key '{key}' is reserved")));
        }
        self.skip_space();
        self.expect(b':', "':'")?;
        match self.read_value() {
            Ok(value) => {
                if self.depth == 1 && key == "resourceType" {
                    value.as_str().unwrap_or("").clone_into(&mut self.root);
                }
                Ok((key, value))
            }
            Err(problem) => Err(problem.inside(Step::Field(key))),
        }
    }

    fn read_array(&mut self) -> Result<Value, Problem> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_space();
        if self.skip(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            let item = self.read_value();
            items.push(item.map_err(|problem| problem.inside(Step::Index(items.len())))?);
            self.skip_space();
            if self.skip(b']') {
                return Ok(Value::Array(items));
            }
            self.expect(b',', "',' or ']'")?;
        }
    }

    /// Reads `-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?` and keeps its text.
    fn read_number(&mut self) -> Result<Value, Problem> {
        let start = self.at;
        self.skip(b'-');
        if !self.skip(b'0') {
            self.digits()?;
        }
        if self.skip(b'.') {
            self.digits()?;
        }
        if self.skip(b'e') || self.skip(b'E') {
            let _signed = self.skip(b'+') || self.skip(b'-');
            self.digits()?;
        }
        let text = self.text.get(start..self.at).unwrap_or("");
        let number: Number = text.parse().map_err(|_| self.unexpected("a number"))?;
        Ok(Value::Number(number))
    }

    fn digits(&mut self) -> Result<(), Problem> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start {
            Err(self.unexpected("a digit"))
        } else {
            Ok(())
        }
    }

    fn read_word(&mut self, word: &str, value: Value) -> Result<Value, Problem> {
        if !self.rest().starts_with(word) {
            return Err(self.unexpected("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<(), Problem> {
        if self.skip(byte) {
            Ok(())
        } else {
            Err(self.unexpected(what))
        }
    }

    fn unexpected(&self, expected: &str) -> Problem {
        let found = match self.rest().chars().next() {
            Some(character) => format!("{character:?}"),
            None => "the end".to_owned(),
        };
        Problem::new(format!(
            "expected {expected} at byte {}, found {found}",
            self.at
        ))
    }
}
