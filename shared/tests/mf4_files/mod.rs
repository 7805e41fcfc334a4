//! Builds MDF 4 files block by block, children before parents.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

/// A file being built.
#[derive(Clone, Debug)]
pub(crate) struct Mf4(pub(crate) Vec<u8>);

/// A channel: name, type, sync type, data type, first bit, first byte, bits, link to data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cn<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: u8,
    pub(crate) data_type: u8,
    pub(crate) bit: u8,
    pub(crate) byte: u32,
    pub(crate) n_bits: u32,
    pub(crate) data: u64,
}

impl<'a> Cn<'a> {
    pub(crate) fn unsigned(name: &'a str, byte: u32, bit: u8, n_bits: u32) -> Self {
        Self {
            name,
            kind: 0,
            data_type: 0,
            bit,
            byte,
            n_bits,
            data: 0,
        }
    }
}

impl Mf4 {
    /// The head of a file that starts at `start_ns`.
    pub(crate) fn new(start_ns: u64, unfinished: u16) -> Self {
        let name: &[u8] = if unfinished == 0 {
            b"MDF     4.10    "
        } else {
            b"UnFinMF 4.10    "
        };
        let mut bytes = name.to_vec();
        bytes.resize(28, 0);
        bytes.extend(410_u16.to_le_bytes());
        bytes.resize(60, 0);
        bytes.extend(unfinished.to_le_bytes());
        bytes.resize(64, 0);
        let mut file = Self(bytes);
        let mut data = start_ns.to_le_bytes().to_vec();
        data.resize(32, 0);
        file.block(*b"HD", &[0; 6], &data);
        file
    }

    pub(crate) fn block(&mut self, name: [u8; 2], links: &[u64], data: &[u8]) -> u64 {
        self.0.resize(self.0.len().next_multiple_of(8), 0);
        let at = self.0.len() as u64;
        let len = 24 + 8 * links.len() + data.len();
        self.0.extend([b'#', b'#', name[0], name[1], 0, 0, 0, 0]);
        self.0.extend((len as u64).to_le_bytes());
        self.0.extend((links.len() as u64).to_le_bytes());
        self.0
            .extend(links.iter().flat_map(|link| link.to_le_bytes()));
        self.0.extend(data);
        at
    }

    pub(crate) fn text(&mut self, text: &str) -> u64 {
        self.block(*b"TX", &[], format!("{text}\0").as_bytes())
    }

    /// `a + b * raw`.
    pub(crate) fn linear(&mut self, a: f64, b: f64) -> u64 {
        let mut data = vec![1, 0, 0, 0, 0, 0, 2, 0];
        data.resize(24, 0);
        data.extend(a.to_le_bytes());
        data.extend(b.to_le_bytes());
        self.block(*b"CC", &[0; 4], &data)
    }

    pub(crate) fn channel(&mut self, next: u64, parts: u64, conversion: u64, cn: Cn<'_>) -> u64 {
        let name = self.text(cn.name);
        let sync = u8::from(cn.kind == 2 || cn.kind == 3);
        let mut data = vec![cn.kind, sync, cn.data_type, cn.bit];
        data.extend(cn.byte.to_le_bytes());
        data.extend(cn.n_bits.to_le_bytes());
        data.resize(72, 0);
        let links = [next, parts, name, 0, conversion, cn.data, 0, 0];
        self.block(*b"CN", &links, &data)
    }

    pub(crate) fn group(&mut self, next: u64, first: u64, id: u64, flags: u16, len: u32) -> u64 {
        let mut data = id.to_le_bytes().to_vec();
        data.extend([0; 8]);
        data.extend(flags.to_le_bytes());
        data.extend([0; 6]);
        data.extend(len.to_le_bytes());
        data.extend([0; 4]);
        self.block(*b"CG", &[next, first, 0, 0, 0, 0], &data)
    }

    pub(crate) fn data_group(&mut self, next: u64, group: u64, data: u64, id_len: u8) -> u64 {
        self.block(
            *b"DG",
            &[next, group, data, 0],
            &[id_len, 0, 0, 0, 0, 0, 0, 0],
        )
    }

    /// Sets the link of the header to the first data group.
    pub(crate) fn finish(mut self, first: u64) -> Vec<u8> {
        self.0[88..96].copy_from_slice(&first.to_le_bytes());
        self.0
    }

    /// Bytes in a packed block; `n_columns` of 0 leaves them as they are.
    pub(crate) fn packed(&mut self, name: [u8; 2], bytes: &[u8], n_columns: usize) -> u64 {
        let n_rows = bytes.len().checked_div(n_columns).unwrap_or(0);
        let (table, rest) = bytes.split_at(n_rows * n_columns);
        let mut turned = Vec::new();
        for column in 0..n_columns {
            turned.extend(table.iter().skip(column).step_by(n_columns));
        }
        turned.extend(rest);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&turned).unwrap();
        let packed = encoder.finish().unwrap();
        let mut data = vec![name[0], name[1], u8::from(n_columns > 0), 0];
        data.extend((n_columns as u32).to_le_bytes());
        data.extend((bytes.len() as u64).to_le_bytes());
        data.extend((packed.len() as u64).to_le_bytes());
        data.extend(packed);
        self.block(*b"DZ", &[], &data)
    }

    /// A list of blocks, in two parts: links and how many bytes are behind each.
    pub(crate) fn list(&mut self, blocks: &[(u64, usize)]) -> u64 {
        let mut offset = 0;
        let mut part = |blocks: &[(u64, usize)]| {
            let mut data = vec![0; 4];
            data.extend((blocks.len() as u32).to_le_bytes());
            for (_, len) in blocks {
                data.extend((offset as u64).to_le_bytes());
                offset += len;
            }
            (
                blocks.iter().map(|(link, _)| *link).collect::<Vec<u64>>(),
                data,
            )
        };
        let (head, tail) = blocks.split_at(blocks.len() / 2);
        let (head, tail) = (part(head), part(tail));
        let second = self.block(*b"DL", &[&[0], tail.0.as_slice()].concat(), &tail.1);
        self.block(*b"DL", &[&[second], head.0.as_slice()].concat(), &head.1)
    }
}
