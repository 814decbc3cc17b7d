//! What comes in goes out: digits, order, letters.

use super::fyr::Fyr;

/// Stores a text as `kind/1` in a request of its own and in a transaction, and checks that each
/// gives the rest of the text back, letter by letter.
#[track_caller]
fn survives(kind: &str, rest: &str) {
    let fyr = Fyr::new();
    let text = |id: &str| format!("{{\"resourceType\":\"{kind}\",\"id\":\"{id}\",{rest}}}");
    let alone = fyr
        .ask("PUT", &format!("/{kind}/1"))
        .text(&text("1"))
        .send()
        .expect(201);
    let bundle = format!(
        "{{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{{\"resource\":{},\
         \"request\":{{\"method\":\"PUT\",\"url\":\"{kind}/2\"}}}}]}}",
        text("2")
    );
    let ask = fyr.ask("POST", "/").text(&bundle);
    let in_bundle = ask
        .header("prefer", "return=representation")
        .send()
        .expect(200);
    let tail = format!(",{rest}}}");
    assert!(alone.text.ends_with(&tail), "{}", alone.text);
    assert!(in_bundle.text.contains(&tail), "{}", in_bundle.text);
    for id in ["1", "2"] {
        for path in [format!("/{kind}/{id}"), format!("/{kind}/{id}/_history/1")] {
            let read = fyr.get(&path).expect(200);
            assert!(read.text.ends_with(&tail), "{}", read.text);
        }
        let history = fyr.get(&format!("/{kind}/{id}/_history")).expect(200);
        assert!(history.text.contains(&tail), "{}", history.text);
    }
}

#[test]
fn decimals_keep_their_digits() {
    for number in [
        "1.00",
        "0.0100000000000000000000001",
        "-0.0",
        "1.10e-3",
        "100000000000000000000000000000.5",
        "0",
    ] {
        let code = "\"status\":\"final\",\"code\":{\"text\":\"x\"}";
        survives(
            "Observation",
            &format!("{code},\"valueQuantity\":{{\"value\":{number}}}"),
        );
    }
}

#[test]
fn keys_keep_their_order() {
    survives(
        "Organization",
        "\"partOf\":{\"display\":\"p\",\"reference\":\"Organization/9\"},\"name\":\"A\",\
         \"alias\":[\"z\",\"a\"],\"active\":true",
    );
}

#[test]
fn letters_of_all_scripts_survive() {
    for text in [
        "Region Östergötland",
        "\u{1f3e5} 病院 مستشفى",
        "e\u{301} is not \u{e9}",
        "\\\"quotes\\\" and \\\\ and / and \\n\\t",
        "<b>&amp;</b>",
        "\u{2028}\u{2029}\u{feff}",
    ] {
        survives("Organization", &format!("\"name\":\"{text}\""));
    }
}

#[test]
fn nulls_beside_extensions_of_primitives_survive() {
    survives(
        "Organization",
        "\"alias\":[null,\"b\"],\"_alias\":[{\"extension\":[{\"url\":\"http://x\",\
         \"valueString\":\"v\"}]},null]",
    );
}

#[test]
fn the_stored_text_is_indifferent_to_white_space() {
    let fyr = Fyr::new();
    let spaced =
        "\n{ \"resourceType\" : \"Organization\" ,\r\n\t\"id\":\"1\", \"name\" : \"A\" }\n";
    fyr.ask("PUT", "/Organization/1")
        .text(spaced)
        .send()
        .expect(201);
    let dense = "{\"resourceType\":\"Organization\",\"id\":\"1\",\"name\":\"A\"}";
    let again = fyr
        .ask("PUT", "/Organization/1")
        .text(dense)
        .send()
        .expect(200);
    assert_eq!(again.header("etag"), Some("W/\"1\""));
}
