//! An expression as words and signs.

use super::Unsupported;

/// A word or a sign of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, or a keyword such as `as`.
    Name(String),
    /// `'…'`, with its escapes resolved.
    Text(String),
    /// Digits, with a sign and a point.
    Number(String),
    /// `.`, `|`, `(`, `)`, `[`, `]`, `=`, `%`, or `!` for `!=`.
    Sign(char),
}

/// Splits an expression.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Unsupported> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (token, after) = match first {
            _ if first.is_whitespace() => (None, rest.trim_start()),
            '.' | '|' | '(' | ')' | '[' | ']' | '=' | '%' => {
                (Some(Token::Sign(first)), rest.get(1..).unwrap_or(""))
            }
            '!' if rest.starts_with("!=") => (Some(Token::Sign('!')), rest.get(2..).unwrap_or("")),
            '\'' | '"' | '`' => quoted(rest, first)?,
            _ if first.is_ascii_digit() || first == '-' => {
                let (digits, after) = split(rest, |c| c.is_ascii_digit() || "-.".contains(c));
                (Some(Token::Number(digits.to_owned())), after)
            }
            _ if first.is_ascii_alphabetic() || first == '_' => {
                let (name, after) = split(rest, |c| c.is_ascii_alphanumeric() || c == '_');
                (Some(Token::Name(name.to_owned())), after)
            }
            _ => return Err(format!("'{first}' is not understood")),
        };
        tokens.extend(token);
        rest = after;
    }
    Ok(tokens)
}

/// Splits where the first character is that does not belong.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// A text in quotes, or a name in backticks.
fn quoted(text: &str, quote: char) -> Result<(Option<Token>, &str), Unsupported> {
    let mut plain = String::new();
    let mut characters = text.char_indices().skip(1);
    while let Some((position, character)) = characters.next() {
        if character == quote {
            let after = text.get(position + 1..).unwrap_or("");
            let token = match quote {
                '`' => Token::Name(plain),
                _ => Token::Text(plain),
            };
            return Ok((Some(token), after));
        }
        if character != '\\' {
            plain.push(character);
            continue;
        }
        plain.push(match characters.next().map(|(_, escaped)| escaped) {
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some(other @ ('\'' | '"' | '`' | '\\' | '/')) => other,
            _ => return Err("an escape other than \\' \\\" \\` \\\\ \\/ \\n \\r \\t".to_owned()),
        });
    }
    Err(format!("a {quote} is not closed"))
}
