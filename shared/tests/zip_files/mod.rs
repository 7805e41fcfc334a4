//! Builds zip archives of every kind that is read.

use std::io::Write as _;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Stored = 0,
    Deflated = 8,
    Zstd = 93,
}

/// An archive being built.
#[derive(Clone, Debug, Default)]
pub(crate) struct Zip {
    members: Vec<Member>,
    /// Sizes and places have 64 bits.
    pub(crate) is_zip64: bool,
    /// Sizes stand behind the bytes, not before.
    pub(crate) has_sizes_behind: bool,
}

#[derive(Clone, Debug)]
struct Member {
    name: String,
    method: Method,
    flags: u16,
    crc: u32,
    packed: Vec<u8>,
    len: u32,
}

impl Zip {
    pub(crate) fn folder(&mut self, name: &str) {
        self.add(name, Method::Stored, b"");
    }

    pub(crate) fn add(&mut self, name: &str, method: Method, bytes: &[u8]) {
        let mut crc = Crc::new();
        crc.update(bytes);
        let packed = match method {
            Method::Stored => bytes.to_vec(),
            Method::Deflated => {
                let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Method::Zstd => zstd::encode_all(bytes, 3).unwrap(),
        };
        self.members.push(Member {
            name: name.to_owned(),
            method,
            flags: 0,
            crc: crc.sum(),
            packed,
            len: bytes.len() as u32,
        });
    }

    pub(crate) fn add_encrypted(&mut self, name: &str, bytes: &[u8]) {
        self.add(name, Method::Stored, bytes);
        self.members.last_mut().unwrap().flags = 1;
    }

    pub(crate) fn finish(&self) -> Vec<u8> {
        let mut archive = Vec::new();
        let mut directory = Vec::new();
        for member in &self.members {
            let at = archive.len() as u32;
            let behind = self.has_sizes_behind && member.method != Method::Stored;
            let flags = member.flags | if behind { 8 } else { 0 };
            let sizes = [member.crc, member.packed.len() as u32, member.len];
            let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_le_bytes()).collect();
            let name_len = (member.name.len() as u16).to_le_bytes();

            let mut common = vec![20, 0];
            common.extend(flags.to_le_bytes());
            common.extend((member.method as u16).to_le_bytes());
            common.extend([0; 4]);
            archive.extend(b"PK\x03\x04");
            archive.extend(&common);
            archive.extend(if behind { vec![0; 12] } else { sizes.clone() });
            archive.extend(name_len);
            archive.extend([0, 0]);
            archive.extend(member.name.as_bytes());
            archive.extend(&member.packed);
            if behind {
                archive.extend(b"PK\x07\x08");
                archive.extend(&sizes);
            }

            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&common);
            let mut extra = Vec::new();
            if self.is_zip64 {
                directory.extend(member.crc.to_le_bytes());
                directory.extend([0xFF; 8]);
                extra.extend([9, 9, 2, 0, 7, 7, 1, 0, 24, 0]);
                extra.extend(u64::from(member.len).to_le_bytes());
                extra.extend((member.packed.len() as u64).to_le_bytes());
                extra.extend(u64::from(at).to_le_bytes());
            } else {
                directory.extend(&sizes);
            }
            directory.extend(name_len);
            directory.extend((extra.len() as u16).to_le_bytes());
            directory.extend([0; 10]);
            directory.extend(if self.is_zip64 { u32::MAX } else { at }.to_le_bytes());
            directory.extend(member.name.as_bytes());
            directory.extend(extra);
        }
        let (n, at) = (self.members.len() as u64, archive.len() as u64);
        let len = directory.len() as u64;
        archive.extend(directory);
        if self.is_zip64 {
            let end_at = archive.len() as u64;
            archive.extend(b"PK\x06\x06");
            archive.extend(44_u64.to_le_bytes());
            archive.extend([0; 12]);
            for field in [n, n, len, at] {
                archive.extend(field.to_le_bytes());
            }
            archive.extend(b"PK\x06\x07\0\0\0\0");
            archive.extend(end_at.to_le_bytes());
            archive.extend([1, 0, 0, 0]);
        }
        archive.extend(b"PK\x05\x06\0\0\0\0");
        archive.extend((n as u16).to_le_bytes());
        archive.extend((n as u16).to_le_bytes());
        archive.extend((len as u32).to_le_bytes());
        archive.extend(if self.is_zip64 { u32::MAX } else { at as u32 }.to_le_bytes());
        archive.extend([4, 0]);
        archive.extend(b"note");
        archive
    }
}

/// Where the directory begins.
pub(crate) fn directory_at(archive: &[u8]) -> usize {
    archive
        .windows(4)
        .position(|at| at == b"PK\x01\x02")
        .unwrap()
}
