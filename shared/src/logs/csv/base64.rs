//! Base64 of at most one frame. Own code: it is a few lines, and writes where the frame is made or
//! its line.

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends bytes, padded.
pub(in crate::logs) fn encode(bytes: &[u8], text: &mut Vec<u8>) {
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - three.len()));
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place) & 0x3F) as usize;
            let is_padding = place > three.len();
            let digit = DIGITS.get(digit).copied().filter(|_| !is_padding);
            text.push(digit.unwrap_or(b'='));
        }
    }
}

/// Decodes into `target`. `None` where something else is in it, or more than `target` holds.
pub(in crate::logs) fn decode<'a>(text: &[u8], target: &'a mut [u8]) -> Option<&'a [u8]> {
    let end = text
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |at| at + 1);
    let (digits, padding) = text.split_at_checked(end)?;
    if padding.len() > 2 {
        return None;
    }
    let len = digits.len() * 6 / 8;
    let bytes = target.get_mut(..len)?;
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut out = bytes.iter_mut();
    for digit in digits {
        bits = (bits << 6 | u32::from(value(*digit)?)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            *out.next()? = ((bits >> count) & 0xFF) as u8;
        }
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648() {
        let cases: [(&str, &[u8]); 6] = [
            ("", b""),
            ("Zg==", b"f"),
            ("Zm8=", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9vYg==", b"foob"),
            ("//4A////AP8=", b"\xFF\xFE\x00\xFF\xFF\xFF\x00\xFF"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                decode(text.as_bytes(), &mut [0; 8]),
                Some(expected),
                "{text}"
            );
            let mut encoded = Vec::new();
            encode(expected, &mut encoded);
            assert_eq!(encoded, text.as_bytes());
        }
        for text in ["Z", "Zg===", "Z===", "Zm9vYmFyZm9v", "Zm 9", "=Zg="] {
            assert_eq!(decode(text.as_bytes(), &mut [0; 8]), None, "{text}");
        }
    }
}
