//! Payload bytes of one frame, without heap.

use std::fmt;
use std::ops::Deref;

/// More bytes than a frame can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("payload of {len} bytes is longer than the {max} that a CAN FD frame carries", max = Payload::MAX_LEN)]
pub struct PayloadError {
    /// Length as it was given, in bytes.
    pub len: usize,
}

/// Up to 64 payload bytes (8 in classic CAN).
#[derive(Clone, Copy)]
pub struct Payload {
    len: u8,
    bytes: [u8; Self::MAX_LEN],
}

impl Payload {
    /// The longest payload of a CAN FD frame, in bytes.
    pub const MAX_LEN: usize = 64;
    /// The longest payload of a classic frame, in bytes.
    pub const CLASSIC_LEN: usize = 8;
    /// No bytes at all.
    pub const EMPTY: Self = Self {
        len: 0,
        bytes: [0; Self::MAX_LEN],
    };

    /// Copies the bytes of one frame.
    pub fn new(data: &[u8]) -> Result<Self, PayloadError> {
        let mut payload = Self::EMPTY;
        match (
            payload.bytes.get_mut(..data.len()),
            u8::try_from(data.len()),
        ) {
            (Some(target), Ok(len)) => {
                target.copy_from_slice(data);
                payload.len = len;
                Ok(payload)
            }
            _ => Err(PayloadError { len: data.len() }),
        }
    }

    /// Length in bytes.
    pub const fn len_u8(&self) -> u8 {
        self.len
    }
}

impl Deref for Payload {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Payload {}

impl Default for Payload {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload(")?;
        for byte in &**self {
            write!(f, "{byte:02X}")?;
        }
        write!(f, ")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_up_to_64_bytes() {
        let bytes: Vec<u8> = (0..65).collect();
        assert_eq!(&*Payload::new(&bytes[..64]).unwrap(), &bytes[..64]);
        assert_eq!(Payload::new(&bytes), Err(PayloadError { len: 65 }));
        assert!(Payload::new(&[]).unwrap().is_empty());
    }
}
