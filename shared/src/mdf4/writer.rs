//! Writes blocks, children before their parents: what a block links to is there already.

use std::io::{self, Seek, SeekFrom, Write};

use super::{BUS_CAN, HEADER_AT, ID_BYTES};
use crate::time::Timestamp;

/// What stands before every block, without links.
const HEAD_BYTES: usize = 24;
const HEADER_LINKS: usize = 6;
const HEADER_BYTES: usize = HEAD_BYTES + 8 * HEADER_LINKS + 32;

/// A file being written. The places that it returns are links.
#[derive(Debug)]
pub(crate) struct BlockWriter<W> {
    sink: W,
    at: u64,
}

/// A channel to be written: where in the record it is and what is in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChannelSpec<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: SpecKind,
    pub(crate) byte: u32,
    pub(crate) n_bytes: u32,
}

/// What a channel to be written is for, and how its values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SpecKind {
    /// Nanoseconds since the start, signed, low byte first.
    Time,
    /// An unsigned number, low byte first.
    Number,
    /// Bytes.
    Bytes,
}

/// One kind of record on a bus, to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GroupSpec<'a> {
    pub(crate) record_id: u8,
    pub(crate) n_records: u64,
    /// The frame, made of the parts.
    pub(crate) frame: ChannelSpec<'a>,
    pub(crate) parts: &'a [ChannelSpec<'a>],
}

impl<W: Write + Seek> BlockWriter<W> {
    /// Begins a file; its header is only true once it is [finished](Self::finish).
    pub(crate) fn begin(mut sink: W, program: &str) -> io::Result<Self> {
        const VERSION: u16 = 410;
        let mut id = b"MDF     4.10    ".to_vec();
        id.extend(program.bytes().chain([b' '; 8]).take(8));
        id.resize(28, 0);
        id.extend(VERSION.to_le_bytes());
        id.resize(ID_BYTES, 0);
        id.resize(ID_BYTES + HEADER_BYTES, 0);
        sink.write_all(&id)?;
        Ok(Self {
            sink,
            at: id.len() as u64,
        })
    }

    /// Writes a block where the next eight bytes begin.
    fn block(&mut self, name: [u8; 2], links: &[u64], data: &[&[u8]]) -> io::Result<u64> {
        let padding = self.at.next_multiple_of(8) - self.at;
        let n_data: usize = data.iter().map(|part| part.len()).sum();
        let len = (HEAD_BYTES + 8 * links.len() + n_data) as u64;
        let zeros = [0; 8];
        let padding_bytes = usize::try_from(padding).unwrap_or_default();
        self.sink
            .write_all(zeros.get(..padding_bytes).unwrap_or_default())?;
        let at = self.at + padding;
        self.sink.write_all(&head(name, len, links.len()))?;
        for link in links {
            self.sink.write_all(&link.to_le_bytes())?;
        }
        for part in data {
            self.sink.write_all(part)?;
        }
        self.at = at + len;
        Ok(at)
    }

    /// A text.
    fn text(&mut self, text: &str) -> io::Result<u64> {
        self.block(*b"TX", &[], &[text.as_bytes(), b"\0"])
    }

    /// Records, packed by zlib.
    pub(crate) fn packed_records(&mut self, packed: &[u8], n_bytes: usize) -> io::Result<u64> {
        let says = [
            &b"DT\0\0\0\0\0\0"[..],
            &(n_bytes as u64).to_le_bytes(),
            &(packed.len() as u64).to_le_bytes(),
        ];
        let [kind, unpacked, len] = says;
        self.block(*b"DZ", &[], &[kind, unpacked, len, packed])
    }

    /// A list of packed blocks, each with where it begins in the stream of records.
    pub(crate) fn list(&mut self, blocks: &[(u64, u64)]) -> io::Result<u64> {
        let links: Vec<u64> = std::iter::once(0)
            .chain(blocks.iter().map(|(link, _)| *link))
            .collect();
        let n_blocks = u32::try_from(blocks.len()).unwrap_or(u32::MAX);
        let mut data = vec![0; 4];
        data.extend(n_blocks.to_le_bytes());
        for (_, start) in blocks {
            data.extend(start.to_le_bytes());
        }
        let list = self.block(*b"DL", &links, &[&data])?;
        self.block(*b"HL", &[list], &[&[0; 8]])
    }

    /// A data group over records whose first byte is their kind. The groups and the source have no
    /// name but those of their frames.
    pub(crate) fn data_group(&mut self, groups: &[GroupSpec<'_>], data: u64) -> io::Result<u64> {
        const BUS: u8 = 2;
        const ID_LEN: u8 = 1;
        let name = self.text("CAN")?;
        let source = self.block(
            *b"SI",
            &[name, name, 0],
            &[&[BUS, BUS_CAN, 0, 0, 0, 0, 0, 0]],
        )?;
        let mut next = 0;
        for group in groups.iter().rev() {
            next = self.channel_group(group, source, next)?;
        }
        self.block(
            *b"DG",
            &[0, next, data, 0],
            &[&[ID_LEN, 0, 0, 0, 0, 0, 0, 0]],
        )
    }

    fn channel_group(&mut self, group: &GroupSpec<'_>, source: u64, next: u64) -> io::Result<u64> {
        const IS_BUS_EVENT: u16 = 1 << 1;
        const IS_PLAIN_BUS_EVENT: u16 = 1 << 2;
        const DOT: u16 = b'.' as u16;
        let mut part = 0;
        for spec in group.parts.iter().rev() {
            part = self.channel(*spec, part, 0)?;
        }
        let frame = self.channel(group.frame, 0, part)?;
        let time = ChannelSpec {
            name: "Timestamp",
            kind: SpecKind::Time,
            byte: 0,
            n_bytes: group.frame.byte,
        };
        let time = self.channel(time, frame, 0)?;
        let name = self.text(group.frame.name)?;
        let mut data = u64::from(group.record_id).to_le_bytes().to_vec();
        data.extend(group.n_records.to_le_bytes());
        data.extend((IS_BUS_EVENT | IS_PLAIN_BUS_EVENT).to_le_bytes());
        data.extend(DOT.to_le_bytes());
        data.extend([0; 4]);
        data.extend((group.frame.byte + group.frame.n_bytes).to_le_bytes());
        data.extend([0; 4]);
        self.block(*b"CG", &[next, time, name, source, 0, 0], &[&data])
    }

    fn channel(&mut self, spec: ChannelSpec<'_>, next: u64, parts: u64) -> io::Result<u64> {
        const IS_BUS_EVENT: u32 = 1 << 10;
        const DATA_BYTES: usize = 72;
        // Kind of channel and of synchronisation, data type.
        let (kinds, flags) = match spec.kind {
            SpecKind::Time => ([2, 1, 2], 0),
            SpecKind::Number => ([0, 0, 0], IS_BUS_EVENT),
            SpecKind::Bytes => ([0, 0, 10], IS_BUS_EVENT),
        };
        let (conversion, unit) = if spec.kind == SpecKind::Time {
            (self.nanoseconds()?, self.text("s")?)
        } else {
            (0, 0)
        };
        let name = self.text(spec.name)?;
        let mut data = kinds.to_vec();
        data.push(0);
        data.extend(spec.byte.to_le_bytes());
        data.extend((spec.n_bytes * 8).to_le_bytes());
        data.extend(flags.to_le_bytes());
        data.resize(DATA_BYTES, 0);
        let links = [next, parts, name, 0, conversion, 0, unit, 0];
        self.block(*b"CN", &links, &[&data])
    }

    /// Seconds of nanoseconds.
    fn nanoseconds(&mut self) -> io::Result<u64> {
        // Linear, of two parameters.
        let mut data = vec![1, 0, 0, 0, 0, 0, 2, 0];
        data.resize(24, 0);
        data.extend(0_f64.to_le_bytes());
        data.extend(1e-9_f64.to_le_bytes());
        self.block(*b"CC", &[0; 4], &[&data])
    }

    /// Ends the file: writes who made it, and the header with what it links to.
    pub(crate) fn finish(
        mut self,
        data_group: u64,
        start: Timestamp,
        program: &str,
    ) -> io::Result<()> {
        const HAS_OFFSETS: u8 = 2; // both zero: UTC
        let start = start.as_ns().max(0).unsigned_abs().to_le_bytes();
        let (name, version) = program.split_once(' ').unwrap_or((program, ""));
        let comment = format!(
            "<FHcomment><TX>CAN bus logging</TX><tool_id>{}</tool_id><tool_vendor>{}</tool_vendor>\
             <tool_version>{}</tool_version></FHcomment>\0",
            escaped(name),
            escaped(name),
            escaped(version)
        );
        let comment = self.block(*b"MD", &[], &[comment.as_bytes()])?;
        // There is no clock here: the history begins when the recording did.
        let times = [&start[..], &[0, 0, 0, 0, HAS_OFFSETS, 0, 0, 0]].concat();
        let history = self.block(*b"FH", &[0, comment], &[&times])?;
        self.sink.seek(SeekFrom::Start(HEADER_AT))?;
        let mut header = head(*b"HD", HEADER_BYTES as u64, HEADER_LINKS);
        for link in [data_group, history, 0, 0, 0, 0] {
            header.extend(link.to_le_bytes());
        }
        header.extend(times);
        header.resize(HEADER_BYTES, 0);
        self.sink.write_all(&header)?;
        self.sink.seek(SeekFrom::End(0))?;
        self.sink.flush()
    }
}

fn head(name: [u8; 2], len: u64, n_links: usize) -> Vec<u8> {
    let mut head = b"##".to_vec();
    head.extend(name);
    head.extend([0; 4]);
    head.extend(len.to_le_bytes());
    head.extend((n_links as u64).to_le_bytes());
    head
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}
