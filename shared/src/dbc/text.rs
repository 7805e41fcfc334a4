//! From the bytes of a DBC file to text: finds the encoding and takes off what is no text.
//!
//! The format names no encoding. Vector's tools write the code page of the machine (nearly always
//! Windows-1252), others UTF-8; UTF-16 comes from spreadsheets and PowerShell.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::warning::{DbcWarningKind, Warnings};

/// The text of the file, without byte order mark and NUL characters.
pub(super) fn decode_text<'a>(bytes: &'a [u8], warnings: &mut Warnings) -> Cow<'a, str> {
    let (encoding, bom_len) =
        Encoding::for_bom(bytes).unwrap_or_else(|| (utf_16_by_zeros(bytes).unwrap_or(UTF_8), 0));
    let body = bytes.get(bom_len..).unwrap_or_default();
    let text = if encoding == UTF_8 {
        if bom_len > 0 {
            warnings.push(
                None,
                DbcWarningKind::Encoding,
                "starts with a UTF-8 byte order mark, which is skipped",
            );
        }
        utf_8_or_cp1252(body, warnings)
    } else {
        warnings.push(
            None,
            DbcWarningKind::Encoding,
            format!("is {} text, converted", encoding.name()),
        );
        encoding.decode_without_bom_handling(body).0
    };
    without_nuls(text, warnings)
}

fn utf_8_or_cp1252<'a>(body: &'a [u8], warnings: &mut Warnings) -> Cow<'a, str> {
    match str::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            let line = count_lines(body.get(..error.valid_up_to()).unwrap_or_default());
            warnings.push(
                line,
                DbcWarningKind::Encoding,
                "is not UTF-8 from here on, the file is read as Windows-1252",
            );
            WINDOWS_1252.decode_without_bom_handling(body).0
        }
    }
}

/// UTF-16 without a byte order mark: DBC text is mostly ASCII, so every other byte is zero.
fn utf_16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    const SAMPLE_BYTES: usize = 1024;
    const MIN_BYTES: usize = 16;
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    if sample.len() < MIN_BYTES {
        return None;
    }
    let mut zeros = [0_usize; 2];
    for pair in sample.chunks_exact(2) {
        for (byte, n) in pair.iter().zip(&mut zeros) {
            *n += usize::from(*byte == 0);
        }
    }
    let n_pairs = sample.len() / 2;
    let [zeros_first, zeros_second] = zeros;
    let mostly = |n: usize| n * 5 >= n_pairs * 4;
    let rarely = |n: usize| n * 5 <= n_pairs;
    if mostly(zeros_second) && rarely(zeros_first) {
        Some(UTF_16LE)
    } else if mostly(zeros_first) && rarely(zeros_second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn without_nuls<'a>(text: Cow<'a, str>, warnings: &mut Warnings) -> Cow<'a, str> {
    let n_all = text.bytes().filter(|byte| *byte == 0).count();
    if n_all == 0 {
        return text;
    }
    let n_kept = text.trim_end_matches('\0').len();
    let n_trailing = text.len() - n_kept;
    if n_trailing > 0 {
        warnings.push(
            None,
            DbcWarningKind::Encoding,
            format!("ends with {n_trailing} NUL characters, which are skipped"),
        );
    }
    let n_inside = n_all - n_trailing;
    if n_inside > 0 {
        warnings.push(
            None,
            DbcWarningKind::Encoding,
            format!("contains {n_inside} NUL characters, read as blanks"),
        );
    }
    Cow::Owned(text.trim_end_matches('\0').replace('\0', " "))
}

/// The line number, from 1, of what follows `bytes`.
fn count_lines(bytes: &[u8]) -> u32 {
    let count = |wanted: u8| bytes.split(|byte| *byte == wanted).count() - 1;
    let (n_lf, n_cr) = (count(b'\n'), count(b'\r'));
    // A file has CR LF, LF or CR line ends; the larger count is right for all three.
    u32::try_from(n_lf.max(n_cr)).map_or(u32::MAX, |n| n.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "VERSION \"\"\nBO_ 1 Tür: 8 X\n";

    fn decode(bytes: &[u8]) -> (String, Vec<String>) {
        let mut warnings = Warnings::default();
        let text = decode_text(bytes, &mut warnings).into_owned();
        let warnings = warnings.finish();
        (text, warnings.iter().map(ToString::to_string).collect())
    }

    fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let cp1252: Vec<u8> = TEXT
            .chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect();
        let with_bom = format!("\u{feff}{TEXT}");
        let cases: [(&str, Vec<u8>, &str); 8] = [
            ("UTF-8", TEXT.into(), ""),
            ("UTF-8 with BOM", with_bom.clone().into(), "byte order mark"),
            ("cp1252", cp1252, "line 2: is not UTF-8"),
            (
                "UTF-16LE with BOM",
                utf_16(&with_bom, u16::to_le_bytes),
                "UTF-16LE",
            ),
            (
                "UTF-16BE with BOM",
                utf_16(&with_bom, u16::to_be_bytes),
                "UTF-16BE",
            ),
            ("UTF-16LE", utf_16(TEXT, u16::to_le_bytes), "UTF-16LE"),
            ("UTF-16BE", utf_16(TEXT, u16::to_be_bytes), "UTF-16BE"),
            ("NULs", format!("{TEXT}\0\0\0").into(), "ends with 3 NUL"),
        ];
        for (name, bytes, warning) in cases {
            let (text, warnings) = decode(&bytes);
            assert_eq!(text, TEXT, "{name}");
            assert_eq!(
                warnings.is_empty(),
                warning.is_empty(),
                "{name}: {warnings:?}"
            );
            assert!(warnings.concat().contains(warning), "{name}: {warnings:?}");
        }
    }

    #[test]
    fn nuls_inside_become_blanks() {
        assert_eq!(decode(b"BO_\x001 A: 8 X").0, "BO_ 1 A: 8 X");
    }
}
