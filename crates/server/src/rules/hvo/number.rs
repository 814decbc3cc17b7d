//! organisationsnummer, personnummer and HSA-id (H7, H8).

/// Ten digits.
pub(super) fn has_form_of_organization_number(text: &str) -> bool {
    text.len() == 10 && digits(text).is_some()
}

/// Whether the last digit checks the others: the Luhn algorithm.
pub(super) fn has_check_digit(text: &str) -> bool {
    let Some(digits) = digits(text) else {
        return false;
    };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit * 2) {
            (0, _) => *digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Twelve digits that begin with a date; of a coordination number the day is 60 more.
pub(super) fn is_person_number(text: &str) -> bool {
    let number =
        |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok());
    if text.len() != 12 || digits(text).is_none() {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(4, 6), number(6, 8)) else {
        return false;
    };
    let day = if day > 60 { day - 60 } else { day };
    (1850..=2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// `SE`, an organisationsnummer, a dash, and 1 to 18 letters or digits.
pub(super) fn is_hsa_id(text: &str) -> bool {
    let Some((organization, unit)) = text
        .strip_prefix("SE")
        .and_then(|rest| rest.split_once('-'))
    else {
        return false;
    };
    has_form_of_organization_number(organization)
        && (1..=18).contains(&unit.len())
        && unit.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|digit| digit.to_digit(10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h7_an_organization_number_has_a_form_and_a_check_digit() {
        for (number, form, check) in [
            ("2321000040", true, true),
            ("5565932521", true, true),
            ("2948377738", true, false),
            ("1234567890", true, false),
            ("12345-6789", false, false),
            ("232100-0040", false, false),
        ] {
            assert_eq!(has_form_of_organization_number(number), form, "{number}");
            assert_eq!(has_check_digit(number), check, "{number}");
        }
    }

    #[test]
    fn h7_a_person_number_begins_with_a_date() {
        for (number, expected) in [
            ("191212121212", true),
            ("197010632391", true),
            ("191213121212", false),
            ("191212321212", false),
            ("121212121212", false),
            ("19121212-1212", false),
            ("1912121212", false),
        ] {
            assert_eq!(is_person_number(number), expected, "{number}");
        }
    }

    #[test]
    fn h8_an_hsa_id_names_an_organization_and_a_unit() {
        for (id, expected) in [
            ("SE2321000040-E234515111154", true),
            ("SE2321000131-P000000123457", true),
            ("SE2321000040-xxxxxx", true),
            ("2321000040-A1", false),
            ("SE2321000040-", false),
            ("SE232100004-A", false),
            ("SE2321000040-A_1", false),
        ] {
            assert_eq!(is_hsa_id(id), expected, "{id}");
        }
    }
}
