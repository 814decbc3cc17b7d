//! Texts without what a search does not look at.
//!
//! <http://hl7.org/fhir/R4/search.html#string>

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The text without case, accents and superfluous space: `"Hôpital  Saint-Jean "` is
/// `"hopital saint-jean"`.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if word.is_ascii() {
            folded.extend(word.chars().map(|character| character.to_ascii_lowercase()));
        } else {
            let base = word
                .nfd()
                .filter(|character| !is_combining_mark(*character));
            folded.extend(base.flat_map(char::to_lowercase));
        }
    }
    folded
}

/// How words sound, roughly: `phonetic` finds Pedersen for Petersen, Christoffer for Kristofer.
///
/// Not one of the published algorithms, which are made for English: letters that are exchanged in
/// Nordic, German and English spellings are one, vowels after the first letter and doubled letters
/// are left out.
pub(super) fn sounds(text: &str) -> Vec<String> {
    let folded = fold(text);
    let words = folded.split(|character: char| !character.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(sound).collect()
}

fn sound(word: &str) -> String {
    let mut spelled = word.to_owned();
    for (group, letter) in [
        ("sch", "s"),
        ("ch", "k"),
        ("ck", "k"),
        ("ph", "f"),
        ("th", "t"),
        ("sh", "s"),
        ("sj", "s"),
        ("hv", "v"),
        ("gh", "g"),
        ("qu", "kv"),
        ("x", "ks"),
    ] {
        spelled = spelled.replace(group, letter);
    }
    let mut sound = String::with_capacity(spelled.len());
    for (position, character) in spelled.chars().enumerate() {
        let letter = match character {
            'c' | 'q' | 'g' => 'k',
            'z' => 's',
            'w' => 'v',
            'd' => 't',
            'b' => 'p',
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'æ' | 'ø' | 'j' | 'h' if position > 0 => continue,
            'æ' => 'e',
            'ø' => 'o',
            'y' | 'j' => 'i',
            other => other,
        };
        if !sound.ends_with(letter) {
            sound.push(letter);
        }
    }
    sound
}

#[cfg(test)]
mod tests {
    use super::{fold, sounds};

    #[test]
    fn case_accents_and_space_do_not_count() {
        for (text, expected) in [
            ("Kardiologiska  Kliniken ", "kardiologiska kliniken"),
            ("ÖSTERGÖTLAND", "ostergotland"),
            ("Århus", "arhus"),
            ("Aarhus", "aarhus"),
            ("Ærø", "ærø"),
            ("Hôpital", "hopital"),
            ("o\u{308}", "o"),
            ("ΑΘΉΝΑ", "αθηνα"),
            (" ", ""),
        ] {
            assert_eq!(fold(text), expected, "{text}");
        }
    }

    #[test]
    fn words_that_sound_alike_are_one() {
        for (one, other) in [
            ("Petersen", "Pedersen"),
            ("Christoffer", "Kristofer"),
            ("Sophie", "Sofi"),
            ("Schmidt", "Smit"),
            ("Wilhelm", "Vilhelm"),
        ] {
            assert_eq!(sounds(one), sounds(other), "{one} {other}");
        }
        assert_ne!(sounds("Petersen"), sounds("Andersen"));
        assert_eq!(sounds("Region-Øst 1"), ["rkn", "ost", "1"]);
    }
}
