//! Texts as parts of links and addresses.

pub(super) use canlake_shared::percent::decode;

/// Escapes every byte that is neither unreserved (RFC 3986 §2.3) nor one of `/` and `:`.
pub(super) fn encode(text: &str) -> String {
    canlake_shared::percent::encode(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte)
    })
}
