//! One member of an archive, unpacked while reading.

use std::io::{self, BufReader, Read};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;

use super::directory::Member;
use crate::logs::SkipReason;
use crate::logs::input::{Consumed, CountingRead};
use crate::logs::packed::Bytes;
use crate::logs::read_at::{ReadAt, Section, Stretch};

const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const ZSTD: u16 = 93;

impl Member {
    /// The bytes of the member, and the same at any place where they are not packed.
    pub(super) fn open(
        &self,
        archive: &Arc<dyn ReadAt>,
        consumed: &Consumed,
    ) -> Result<(Bytes, Option<Arc<dyn ReadAt>>), SkipReason> {
        if self.is_encrypted {
            return Err(SkipReason::Encrypted);
        }
        let range = self.range(&**archive);
        let (start, end) = range.ok_or(SkipReason::ArchiveDamaged)?;
        let packed = CountingRead {
            inner: Stretch::new(Arc::clone(archive), start, end),
            consumed: consumed.clone(),
        };
        let mut plain: Option<Arc<dyn ReadAt>> = None;
        let bytes: Bytes = match self.method {
            STORED => {
                plain = Some(Arc::new(Section::new(Arc::clone(archive), start, end)));
                Box::new(packed)
            }
            DEFLATED => Box::new(DeflateDecoder::new(BufReader::new(packed))),
            ZSTD => {
                let decoder = zstd::stream::read::Decoder::new(packed);
                Box::new(decoder.map_err(|_no_memory| SkipReason::UnknownCompression)?)
            }
            _ => return Err(SkipReason::UnknownCompression),
        };
        let checked = Checked {
            bytes,
            crc: Crc::new(),
            expected: self.crc,
        };
        Ok((Box::new(checked), plain))
    }
}

/// Compares the checksum at the end.
struct Checked {
    bytes: Bytes,
    crc: Crc,
    expected: Option<u32>,
}

impl Read for Checked {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(target)?;
        self.crc.update(target.get(..n).unwrap_or_default());
        let is_end = n == 0 && !target.is_empty();
        match self.expected {
            Some(expected) if is_end && self.crc.sum() != expected => {
                self.expected = None; // told once
                Err(io::Error::new(io::ErrorKind::InvalidData, "wrong checksum"))
            }
            _ => Ok(n),
        }
    }
}
