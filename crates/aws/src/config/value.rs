//! How the value of a setting is read, or what was expected in its place.

pub(super) fn switch(value: &str, into: &mut bool) -> Result<(), String> {
    *into = match value {
        "on" | "true" | "1" => true,
        "off" | "false" | "0" => false,
        _ => return Err("on or off".to_owned()),
    };
    Ok(())
}

pub(super) fn number(value: &str, into: &mut u64) -> Result<(), String> {
    let number = value.parse().ok().filter(|number| *number > 0);
    *into = number.ok_or("a whole number above 0")?;
    Ok(())
}

pub(super) fn count(value: &str, into: &mut usize) -> Result<(), String> {
    let count = value.parse().ok().filter(|count| *count > 0);
    *into = count.ok_or("a whole number above 0")?;
    Ok(())
}

pub(super) fn name(value: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.';
    if !(3..=63).contains(&value.len()) || !value.chars().all(plain) {
        return Err("3 to 63 small letters, digits, '-' or '.'".to_owned());
    }
    Ok(value.to_owned())
}

pub(super) fn url(value: &str) -> Result<String, String> {
    let expected = || "a URL that starts with https:// or http://".to_owned();
    let parsed: http::Uri = value.parse().map_err(|_| expected())?;
    let usable = matches!(parsed.scheme_str(), Some("https" | "http")) && parsed.query().is_none();
    if !usable {
        return Err(expected());
    }
    Ok(value.trim_end_matches('/').to_owned())
}
