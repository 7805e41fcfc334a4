//! Streams that are packed as a whole: gzip and zstd, undone while reading.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;

use super::peek::peek;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
const MAGIC_BYTES: u64 = 4;
/// A log in gzip in zstd is possible; more is a trap.
const MAX_LAYERS: usize = 2;

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Unpacks a stream, whatever number of members or frames it consists of. Says whether there was
/// anything to unpack.
pub(super) fn unpack(mut bytes: Bytes) -> io::Result<(Bytes, bool)> {
    let mut is_packed = false;
    for _ in 0..MAX_LAYERS {
        let (magic, rest) = peek(bytes, MAGIC_BYTES)?;
        bytes = if magic.starts_with(GZIP) {
            Box::new(MultiGzDecoder::new(rest))
        } else if magic.starts_with(ZSTD) {
            Box::new(zstd::stream::read::Decoder::with_buffer(rest)?)
        } else {
            return Ok((Box::new(rest), is_packed));
        };
        is_packed = true;
    }
    Ok((bytes, is_packed))
}
