//! Strings and their escapes.

use super::parser::Reader;
use super::problem::Problem;

/// Reads a string; the reader stands at its opening quote.
pub(super) fn read_string(reader: &mut Reader<'_>) -> Result<String, Problem> {
    reader.at += 1;
    let mut text = String::new();
    loop {
        let rest = reader.rest();
        let stop = rest
            .bytes()
            .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\');
        let (plain, stopper) = match stop {
            Some(stop) => (rest.get(..stop).unwrap_or(""), rest.as_bytes().get(stop)),
            None => return Err(Problem::new("a string has no end")),
        };
        text.push_str(plain);
        reader.at += plain.len() + 1;
        match stopper {
            Some(b'"') => return Ok(text),
            Some(b'\\') => text.push(read_escape(reader)?),
            _ => {
                let at = reader.at - 1;
                return Err(Problem::new(format!("a control character at byte {at}")));
            }
        }
    }
}

/// Reads what follows a backslash.
fn read_escape(reader: &mut Reader<'_>) -> Result<char, Problem> {
    let kind = reader.peek();
    reader.at += 1;
    match kind {
        Some(b'"') => Ok('"'),
        Some(b'\\') => Ok('\\'),
        Some(b'/') => Ok('/'),
        Some(b'n') => Ok('\n'),
        Some(b'r') => Ok('\r'),
        Some(b't') => Ok('\t'),
        Some(b'u') => read_unicode_escape(reader),
        Some(b'b' | b'f') => Err(control_character(reader)),
        _ => Err(Problem::new(format!(
            "an unknown escape before byte {}",
            reader.at
        ))),
    }
}

/// Reads the four digits after `\u`, and the low surrogate that a high one needs.
fn read_unicode_escape(reader: &mut Reader<'_>) -> Result<char, Problem> {
    let lone =
        |reader: &Reader<'_>| Problem::new(format!("a lone surrogate before byte {}", reader.at));
    let unit = read_four_digits(reader)?;
    let code = match unit {
        0xD800..=0xDBFF => {
            if !reader.rest().starts_with("\\u") {
                return Err(lone(reader));
            }
            reader.at += 2;
            match read_four_digits(reader)? {
                low @ 0xDC00..=0xDFFF => 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00),
                _ => return Err(lone(reader)),
            }
        }
        unit => unit,
    };
    match char::from_u32(code) {
        Some('\t' | '\r' | '\n') => char::from_u32(code).ok_or_else(|| lone(reader)),
        Some('\0'..='\u{1f}') => Err(control_character(reader)),
        Some(character) => Ok(character),
        None => Err(lone(reader)),
    }
}

fn read_four_digits(reader: &mut Reader<'_>) -> Result<u32, Problem> {
    let digits = reader
        .rest()
        .get(..4)
        .filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
    let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let text = format!("expected four hex digits at byte {}", reader.at);
    reader.at += 4;
    code.ok_or_else(|| Problem::new(text))
}

fn control_character(reader: &Reader<'_>) -> Problem {
    Problem::new(format!(
        "an escaped control character before byte {}",
        reader.at
    ))
}
