//! What the organizations of a made-up registry are called.

pub(super) const PROFILE: &str =
    "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization";
pub(super) const TYPES: &str = "http://snomed.info/sct";

/// By level: what it is, and its code in SNOMED CT.
pub(super) const KINDS: [(&str, &str); 3] = [
    ("Region", "394571004"),
    ("Hospital", "22232009"),
    ("afdeling", "309904001"),
];

/// What is below them.
pub(super) const UNIT: (&str, &str) = ("afsnit", "225728007");

pub(super) const TOWNS: [&str; 24] = [
    "Aalborg",
    "Aarhus",
    "Esbjerg",
    "Faaborg",
    "Fredericia",
    "Frederikshavn",
    "Grenaa",
    "Haderslev",
    "Herning",
    "Hillerød",
    "Hjørring",
    "Holbæk",
    "Horsens",
    "Kolding",
    "København",
    "Køge",
    "Næstved",
    "Odense",
    "Randers",
    "Roskilde",
    "Silkeborg",
    "Svendborg",
    "Vejle",
    "Viborg",
];

pub(super) const FIELDS: [&str; 20] = [
    "Akutmedicin",
    "Anæstesiologi",
    "Billeddiagnostik",
    "Blodprøver",
    "Børn og Unge",
    "Fysioterapi",
    "Geriatri",
    "Gynækologi og Obstetrik",
    "Hjertesygdomme",
    "Infektionsmedicin",
    "Kirurgi",
    "Klinisk Biokemi",
    "Lungesygdomme",
    "Neurologi",
    "Nyresygdomme",
    "Onkologi",
    "Ortopædkirurgi",
    "Psykiatri",
    "Urologi",
    "Øjensygdomme",
];

pub(super) const STREETS: [&str; 12] = [
    "Algade",
    "Bredgade",
    "Havnegade",
    "Hospitalsvej",
    "Jernbanegade",
    "Kirkevej",
    "Nørregade",
    "Parkallé",
    "Skolegade",
    "Søndergade",
    "Vestergade",
    "Østergade",
];
