//! Percent-escapes as Hive paths, S3 event keys, signal names and links use them (RFC 3986 §2.1).
//!
//! Which characters must be escaped is the caller's business.

use std::fmt::Write as _;

/// Resolves `%XX`; `None` when a `%` stands alone or the bytes are no UTF-8.
pub fn decode(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = hex_digit(rest.next()?)?;
            let low = hex_digit(rest.next()?)?;
            bytes.push(high << 4 | low);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Replaces every byte for which `is_plain` is false by `%XX`.
pub fn encode(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii() && is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            write!(encoded, "%{byte:02X}").unwrap_or_default();
        }
    }
    encoded
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>()) {
            let encoded = encode(&text, |byte| byte.is_ascii_alphanumeric());
            prop_assert!(encoded.is_ascii());
            prop_assert_eq!(decode(&encoded), Some(text));
        }
    }

    #[test]
    fn escapes_are_resolved_once() {
        assert_eq!(decode("a%3Db%2f%C3%A4").as_deref(), Some("a=b/ä"));
        assert_eq!(decode("%253D").as_deref(), Some("%3D"));
        for broken in ["%", "%3", "%zz", "%FF", "%+1"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
        assert_eq!(
            encode("a/ä", |byte| byte.is_ascii_alphanumeric()),
            "a%2F%C3%A4"
        );
    }
}
