//! What a file says of its records.

use super::block::{Block, Blocks};
use super::field::{Field, Kind};
use crate::endian::Endian::Little;

/// The number of CAN among the buses.
pub(crate) const BUS_CAN: u8 = 2;
/// Channels within channels within channels.
const MAX_DEPTH: usize = 8;

/// Records in one stream.
#[derive(Clone, Debug)]
pub(crate) struct DataGroup {
    /// Bytes before every record that tell its kind: 0, 1, 2, 4 or 8.
    pub(crate) id_len: u8,
    /// Link to the records.
    pub(crate) data: u64,
    pub(crate) groups: Vec<ChannelGroup>,
}

/// One kind of record.
#[derive(Clone, Debug)]
pub(crate) struct ChannelGroup {
    pub(crate) record_id: u64,
    /// Where this block is: how values of variable length name the kind of record they are in.
    pub(crate) at: u64,
    pub(crate) name: String,
    /// The number of the kind of bus, and the name of the source.
    pub(crate) bus: Option<u8>,
    pub(crate) source: String,
    /// Holds values of variable length of another kind of record.
    pub(crate) is_variable: bool,
    /// Its records are events on a bus.
    pub(crate) is_bus_event: bool,
    /// Bytes of the values.
    pub(crate) data_len: u32,
    /// Bytes behind the values that tell which are not valid.
    pub(crate) invalid_len: u32,
    pub(crate) channels: Vec<Channel>,
}

/// A value in a record.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) unit: String,
    pub(crate) comment: String,
    pub(crate) kind: ChannelKind,
    pub(crate) field: Field,
    /// The bit that tells that the value is not valid, where there is one.
    pub(crate) invalid_bit: Option<u32>,
    /// Whether no value is valid.
    pub(crate) is_invalid: bool,
    pub(crate) conversion: Option<Conversion>,
    /// Link to values that are not in the record.
    pub(crate) data: u64,
    pub(crate) parts: Vec<Self>,
}

/// What a channel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelKind {
    Value,
    /// The record has the place of a value of variable length.
    Variable,
    /// Time.
    Time,
    /// Time that is the number of the record.
    RecordNumber,
    /// Another axis than time, or nothing that is known here.
    Other,
}

/// How raw values become physical ones, as it stands in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Conversion {
    pub(crate) kind: u8,
    pub(crate) unit: String,
    pub(crate) parameters: Vec<f64>,
    /// Texts of values; a value whose text is a scale of its own has none.
    pub(crate) texts: Vec<Option<String>>,
}

/// Reads all groups from the first on. `true`: not all could be read.
pub(super) fn read(blocks: &mut Blocks, first: u64) -> (Vec<DataGroup>, bool) {
    let mut groups = Vec::new();
    let mut is_damaged = false;
    let mut at = first;
    while at != 0 {
        let Some(block) = blocks.read(at, *b"DG") else {
            return (groups, true);
        };
        let (channel_groups, is_part) = read_groups(blocks, block.link(1));
        is_damaged |= is_part;
        groups.push(DataGroup {
            id_len: block.data.first().copied().unwrap_or(0),
            data: block.link(2),
            groups: channel_groups,
        });
        at = block.link(0);
    }
    (groups, is_damaged)
}

fn read_groups(blocks: &mut Blocks, first: u64) -> (Vec<ChannelGroup>, bool) {
    let mut groups = Vec::new();
    let mut at = first;
    while at != 0 {
        let block = blocks.read(at, *b"CG");
        let Some(group) = block
            .as_ref()
            .and_then(|block| read_group(blocks, block, at))
        else {
            return (groups, true);
        };
        at = block.map_or(0, |block| block.link(0));
        groups.push(group);
    }
    (groups, false)
}

fn read_group(blocks: &mut Blocks, block: &Block, at: u64) -> Option<ChannelGroup> {
    const IS_VARIABLE: u16 = 1;
    const IS_BUS_EVENT: u16 = 1 << 1;
    let flags = Little.u16(&block.data, 16)?;
    let source = blocks.read(block.link(3), *b"SI");
    let bus = source
        .as_ref()
        .and_then(|source| source.data.get(1).copied());
    let source = source.map(|source| blocks.text(source.link(0)));
    Some(ChannelGroup {
        record_id: Little.u64(&block.data, 0)?,
        at,
        name: blocks.text(block.link(2)),
        bus,
        source: source.unwrap_or_default(),
        is_variable: flags & IS_VARIABLE != 0,
        is_bus_event: flags & IS_BUS_EVENT != 0,
        data_len: Little.u32(&block.data, 24)?,
        invalid_len: Little.u32(&block.data, 28)?,
        channels: read_channels(blocks, block.link(1), 0),
    })
}

/// What is whole of a chain of channels.
fn read_channels(blocks: &mut Blocks, first: u64, depth: usize) -> Vec<Channel> {
    let mut channels = Vec::new();
    let mut at = first;
    while let Some(block) = blocks.read(at, *b"CN") {
        at = block.link(0);
        channels.extend(read_channel(blocks, &block, depth));
    }
    channels
}

fn read_channel(blocks: &mut Blocks, block: &Block, depth: usize) -> Option<Channel> {
    const IS_INVALID: u32 = 1;
    const HAS_INVALID_BIT: u32 = 1 << 1;
    let byte = |at: usize| block.data.get(at).copied();
    let flags = Little.u32(&block.data, 12)?;
    let is_structure = depth < MAX_DEPTH && blocks.name(block.link(1)) == Some(*b"CN");
    let parts = if is_structure {
        read_channels(blocks, block.link(1), depth + 1)
    } else {
        Vec::new()
    };
    let conversion = read_conversion(blocks, block.link(4));
    let mut unit = blocks.text(block.link(6));
    if let Some(conversion) = conversion.as_ref().filter(|_| unit.is_empty()) {
        unit.clone_from(&conversion.unit);
    }
    let is_time = byte(1)? == 1;
    Some(Channel {
        name: blocks.text(block.link(2)),
        unit,
        comment: blocks.text(block.link(7)),
        kind: match byte(0)? {
            0 | 5 => ChannelKind::Value,
            1 => ChannelKind::Variable,
            2 if is_time => ChannelKind::Time,
            3 if is_time => ChannelKind::RecordNumber,
            _ => ChannelKind::Other,
        },
        field: Field {
            byte: usize::try_from(Little.u32(&block.data, 4)?).ok()?,
            bit: byte(3)?,
            n_bits: Little.u32(&block.data, 8)?,
            kind: Kind::of(byte(2)?),
        },
        invalid_bit: (flags & HAS_INVALID_BIT != 0)
            .then(|| Little.u32(&block.data, 16))
            .flatten(),
        is_invalid: flags & IS_INVALID != 0,
        conversion,
        data: block.link(5),
        parts,
    })
}

fn read_conversion(blocks: &mut Blocks, at: u64) -> Option<Conversion> {
    let block = blocks.read(at, *b"CC")?;
    let n_texts = usize::from(Little.u16(&block.data, 4)?);
    let n_parameters = usize::from(Little.u16(&block.data, 6)?);
    let parameters = block.data.get(24..).unwrap_or_default().chunks_exact(8);
    let parameters = parameters.filter_map(|bytes| Little.u64(bytes, 0));
    let links: Vec<u64> = block
        .links()
        .iter()
        .skip(4)
        .take(n_texts)
        .copied()
        .collect();
    let text = |link: u64| match blocks.name(link) {
        Some(name) if name == *b"TX" => Some(blocks.text(link)),
        _ => None,
    };
    let texts = links.into_iter().map(text).collect();
    Some(Conversion {
        kind: *block.data.first()?,
        unit: blocks.text(block.link(1)),
        parameters: parameters.take(n_parameters).map(f64::from_bits).collect(),
        texts,
    })
}
