//! The MD5 sums by which clients check that a message arrived as it was sent:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation>.

use std::collections::BTreeMap;
use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use super::message::Attribute;

/// The sum of a message's body.
pub(super) fn of_body(body: &str) -> String {
    hex(Md5::digest(body))
}

/// The sum of a message's attributes; none when there are none. Each is its name, its type, a byte
/// that tells text from bytes, and its value, all but the byte preceded by their length.
pub(super) fn of_attributes(attributes: &BTreeMap<String, Attribute>) -> Option<String> {
    if attributes.is_empty() {
        return None;
    }
    let mut sum = Md5::new();
    for (name, attribute) in attributes {
        add(&mut sum, name.as_bytes());
        add(&mut sum, attribute.data_type.as_bytes());
        if let Some(encoded) = &attribute.binary_value {
            sum.update([2]);
            add(&mut sum, &STANDARD.decode(encoded).unwrap_or_default());
        } else {
            sum.update([1]);
            add(
                &mut sum,
                attribute
                    .string_value
                    .as_deref()
                    .unwrap_or_default()
                    .as_bytes(),
            );
        }
    }
    Some(hex(sum.finalize()))
}

fn add(sum: &mut Md5, bytes: &[u8]) {
    sum.update(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    sum.update(bytes);
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    let mut text = String::new();
    for byte in bytes.as_ref() {
        // Writing to a `String` does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_sum_that_aws_gives_it() {
        // The example of SendMessage in AWS's API reference.
        assert_eq!(
            of_body("This is a test message"),
            "fafb00f5732ab283681e124bf8747ed1"
        );
    }

    #[test]
    fn attributes_are_summed_in_the_order_of_their_names() {
        let attribute = |data_type: &str, text: &str| Attribute {
            data_type: data_type.to_owned(),
            string_value: Some(text.to_owned()),
            binary_value: None,
        };
        let attributes = BTreeMap::from([
            ("n".to_owned(), attribute("Number", "12")),
            ("a".to_owned(), attribute("String", "b")),
        ]);
        let plain = b"\0\0\0\x01a\0\0\0\x06String\x01\0\0\0\x01b\
            \0\0\0\x01n\0\0\0\x06Number\x01\0\0\0\x0212";
        assert_eq!(of_attributes(&attributes), Some(hex(Md5::digest(plain))));
        assert_eq!(of_attributes(&BTreeMap::new()), None);
    }
}
