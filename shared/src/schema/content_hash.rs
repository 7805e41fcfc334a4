//! SHA-256 of a file's bytes: how recordings and DBC files are recognised whatever they are called.

use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A text that is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a content hash of 64 hexadecimal digits")]
pub struct ContentHashError {
    /// The text as it was given.
    pub text: String,
}

/// The SHA-256 of some bytes; printed as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash of the bytes given.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first twelve digits: what file names carry.
    pub fn short(&self) -> String {
        let mut text = self.to_string();
        text.truncate(12);
        text
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentHash({self})")
    }
}

impl FromStr for ContentHash {
    type Err = ContentHashError;

    fn from_str(text: &str) -> Result<Self, ContentHashError> {
        let error = || ContentHashError {
            text: text.chars().take(80).collect(),
        };
        let mut digits = text.chars().map(|digit| digit.to_digit(16));
        let mut bytes = [0_u8; 32];
        for byte in &mut bytes {
            let (Some(Some(high)), Some(Some(low))) = (digits.next(), digits.next()) else {
                return Err(error());
            };
            *byte = u8::try_from(high << 4 | low).ok().ok_or_else(error)?;
        }
        digits
            .next()
            .is_none()
            .then_some(Self(bytes))
            .ok_or_else(error)
    }
}

impl From<ContentHash> for String {
    fn from(hash: ContentHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for ContentHash {
    type Error = ContentHashError;
    fn try_from(text: String) -> Result<Self, ContentHashError> {
        text.parse()
    }
}

/// Passes bytes on to a writer and hashes them on the way, for files that are named by their content.
#[derive(Debug)]
pub struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
}

impl<W> HashingWriter<W> {
    /// Wraps a writer that nothing was written to.
    pub fn new(inner: W) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    /// The writer, and the hash of everything written through.
    pub fn finish(self) -> (W, ContentHash) {
        (self.inner, ContentHash(self.hash.finalize().into()))
    }
}

impl<W: Write> Write for HashingWriter<W> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the caller's `write_all` loops; exactly what the inner writer took is hashed"
    )]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        self.hash.update(bytes.get(..taken).unwrap_or(bytes));
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_and_parses() {
        let hash = ContentHash::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(hash.short(), "ba7816bf8f01");
        for broken in ["", "ba78", &format!("{text}00"), &text.replace('b', "g")] {
            assert!(broken.parse::<ContentHash>().is_err());
        }
    }

    #[test]
    fn what_is_written_is_hashed() {
        let mut writer = HashingWriter::new(Vec::new());
        writer.write_all(b"a").unwrap();
        writer.write_all(b"bc").unwrap();
        assert_eq!(writer.finish(), (b"abc".to_vec(), ContentHash::of(b"abc")));
    }
}
