//! The fields of one line.

use std::ops::Range;

/// More fields than any table that is looked at has.
const MAX_FIELDS: usize = 16_384;

/// Places of the fields of a line; kept from line to line, so that none allocates.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    places: Vec<Range<usize>>,
}

impl Fields {
    /// Splits a line. Fields beyond the most that are looked at are left out.
    pub(crate) fn split(&mut self, line: &[u8], delimiter: u8) {
        self.places.clear();
        let mut start = 0;
        let mut is_quoted = false;
        for (at, byte) in line.iter().enumerate() {
            if *byte == b'"' {
                is_quoted = !is_quoted;
            } else if *byte == delimiter && !is_quoted {
                if self.places.len() == MAX_FIELDS {
                    return;
                }
                self.places.push(start..at);
                start = at + 1;
            }
        }
        self.places.push(start..line.len());
    }

    /// A field of the line that was split, without blanks and quotes around it.
    pub(crate) fn get<'a>(&self, line: &'a [u8], column: usize) -> Option<&'a [u8]> {
        let field = line.get(self.places.get(column)?.clone())?.trim_ascii();
        Some(match field {
            [b'"', inner @ .., b'"'] => inner.trim_ascii(),
            field => field,
        })
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_blanks_and_empty_fields() {
        let mut fields = Fields::default();
        let line = b" a ,\"b,c\",, \" d\" ,";
        fields.split(line, b',');
        let all: Vec<&[u8]> = (0..fields.len())
            .filter_map(|at| fields.get(line, at))
            .collect();
        assert_eq!(all, [&b"a"[..], b"b,c", b"", b"d", b""]);
        assert_eq!(fields.get(line, 5), None);
        fields.split(&vec![b','; 100_000], b',');
        assert!(fields.len() <= MAX_FIELDS + 1);
        fields.split(b"", b',');
        assert_eq!(fields.get(b"", 0), Some(&b""[..]));
    }
}
