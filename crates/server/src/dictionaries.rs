//! What stored resources of a type have in common: dictionaries for their compression, as
//! `cargo xtask dictionaries` trains them.
//!
//! A stored resource names its dictionary by number. So a row here, once released, is never changed
//! and never removed; a better dictionary gets a row with a new number, and is used from then on
//! (docs/adr/0011).

use std::sync::LazyLock;

use store::{Dictionaries, Dictionary};

macro_rules! dictionaries {
    ($($number:literal $kinds:expr, $file:literal;)*) => {
        &[$(Dictionary {
            number: $number,
            kinds: &$kinds,
            bytes: include_bytes!(concat!("../dictionaries/", $file)),
        }),*]
    };
}

/// All that were ever used.
const ALL: &[Dictionary] = dictionaries![
    1 ["Organization"], "1-Organization.zdict";
    2 ["Patient"], "2-Patient.zdict";
    3 ["Practitioner"], "3-Practitioner.zdict";
    4 ["PractitionerRole"], "4-PractitionerRole.zdict";
    5 ["Location"], "5-Location.zdict";
    6 ["HealthcareService"], "6-HealthcareService.zdict";
    7 ["Observation"], "7-Observation.zdict";
    8 ["Encounter"], "8-Encounter.zdict";
    9 [], "9-mixed.zdict";
    10 ["Organization"], "10-Organization.zdict";
];

static DICTIONARIES: LazyLock<Dictionaries> = LazyLock::new(|| Dictionaries::new(ALL));

/// The dictionaries, the same ones in every process.
pub(crate) fn dictionaries() -> Dictionaries {
    *DICTIONARIES
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is stored can be read only as long as these are as they were.
    #[test]
    fn a_released_dictionary_is_never_changed() {
        let sums: Vec<(u16, usize, u32)> = ALL
            .iter()
            .map(|it| (it.number, it.bytes.len(), sum(it.bytes)))
            .collect();
        assert_eq!(sums, RELEASED);
    }

    #[test]
    fn an_organization_takes_less_than_half_of_what_it_takes_without_a_dictionary() {
        let text = r#"{"resourceType":"Organization","identifier":[{"system":"urn:oid:2.5.4.97","value":"2321000040"}],"active":true,"type":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/organization-type","code":"prov","display":"Healthcare Provider"}]}],"name":"Region Östergötland","partOf":{"reference":"Organization/0198f0c2-1111-4222-8333-444455556666"}}"#;
        let plain = Dictionaries::default().stored_bytes("Organization", text.as_bytes());
        let trained = dictionaries().stored_bytes("Organization", text.as_bytes());
        assert!(trained * 2 < plain, "{trained} of {plain} bytes");
    }

    fn sum(bytes: &[u8]) -> u32 {
        bytes
            .iter()
            .fold(0, |sum: u32, byte| sum.rotate_left(5) ^ u32::from(*byte))
    }

    const RELEASED: &[(u16, usize, u32)] = &[
        (1, 16_384, 0x2888_883f),
        (2, 16_384, 0x8bad_a282),
        (3, 16_384, 0x95f7_27dc),
        (4, 16_384, 0x5c10_23bf),
        (5, 16_384, 0xc373_c69d),
        (6, 16_384, 0x8fad_99d8),
        (7, 16_384, 0xec4b_ff13),
        (8, 16_384, 0x08fc_8acc),
        (9, 16_384, 0xc02d_6864),
        (10, 16_384, 0x0429_c679),
    ];
}
