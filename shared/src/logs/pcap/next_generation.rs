//! pcapng.
//!
//! ```text
//! block       type (4)  length (4)  body  length again (4)
//! section     0A0D0D0A …  byte order 1A2B3C4D (4)  …
//! interface   1 …  link type (2)  …  options: 2 name, 3 description, 9 resolution, 14 offset
//! packet      6 …  interface (4)  time (4 + 4)  length captured (4)  length (4)  packet  options
//! ```

use super::packet::{self, CookedOrder, Link};
use crate::endian::Endian::{self, Big, Little};
use crate::logs::input::LogInput;
use crate::logs::records::RecordFormat;
use crate::logs::sink::{FrameSink, NumberedChannels};
use crate::logs::window::Window;
use crate::logs::{LogFormat, SkipReason, SkipReport};
use crate::time::{NS_PER_SEC, Timestamp};

const SECTION: &[u8] = &[0x0A, 0x0D, 0x0D, 0x0A];
const INTERFACE: u32 = 1;
const OLD_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;
const MIN_BLOCK: u32 = 12;
/// What a packet has before its bytes.
const PACKET_HEAD_BYTES: usize = 28;
/// A block larger than this is damage.
const MAX_BLOCK: u32 = 64 << 20;
/// More interfaces than any capture has.
const MAX_INTERFACES: usize = 4096;

/// Whether a section begins here.
pub(super) fn begins_section(head: &[u8]) -> bool {
    head.starts_with(SECTION) && section_order(head).is_some()
}

fn section_order(head: &[u8]) -> Option<Endian> {
    [Little, Big]
        .into_iter()
        .find(|order| order.u32(head, 8) == Some(0x1A2B_3C4D))
}

#[derive(Default)]
pub(super) struct PcapNg {
    section: Option<Section>,
    channels: NumberedChannels,
}

/// What holds until the next section begins.
struct Section {
    order: Endian,
    interfaces: Vec<Interface>,
}

impl RecordFormat for PcapNg {
    const FORMAT: LogFormat = LogFormat::PcapNg;

    fn read_piece(
        &mut self,
        log: &mut Window<LogInput>,
        frames: &mut FrameSink<'_>,
        skipped: &mut SkipReport,
    ) -> bool {
        let offset = log.offset();
        let seen = log.peek(PACKET_HEAD_BYTES);
        if seen.is_empty() {
            return false;
        }
        if let Some(order) = section_order(seen).filter(|_| seen.starts_with(SECTION)) {
            self.section = Some(Section {
                order,
                interfaces: Vec::new(),
            });
        }
        let Some(section) = &mut self.section else {
            return false;
        };
        let order = section.order;
        let kind = order.u32(seen, 0);
        let said = order
            .u32(seen, 4)
            .filter(|len| (MIN_BLOCK..=MAX_BLOCK).contains(len));
        let (Some(kind), Some(said)) = (kind, said) else {
            section.find_next(log, skipped);
            return true;
        };
        let len = said as usize;
        if len > Window::<LogInput>::MAX_BYTES {
            // Resolved names, secrets, another network; or a length that is not true.
            section.pass_large(len as u64, log, skipped);
            return true;
        }
        let block = log.peek(len).get(..len);
        let Some(block) = block.filter(|block| order.u32(block, len - 4) == Some(said)) else {
            section.find_next(log, skipped);
            return true;
        };
        let body = block.get(..len - 4).unwrap_or_default();
        match section.read_block(kind, body, &mut self.channels, frames) {
            Some(Ok(())) => {}
            Some(Err(reason)) => skipped.add(None, offset, reason, b""),
            None => skipped.add(None, offset, SkipReason::RecordDamaged, b""),
        }
        log.consume(len);
        true
    }
}

impl Section {
    /// `None` where the block is shorter than its type.
    fn read_block(
        &mut self,
        kind: u32,
        block: &[u8],
        channels: &mut NumberedChannels,
        frames: &mut FrameSink<'_>,
    ) -> Option<Result<(), SkipReason>> {
        let order = self.order;
        let number = match kind {
            INTERFACE => {
                if self.interfaces.len() < MAX_INTERFACES {
                    self.interfaces.push(Interface::read(order, block)?);
                }
                return Some(Ok(()));
            }
            PACKET => order.u32(block, 8)?,
            OLD_PACKET => u32::from(order.u16(block, 8)?),
            SIMPLE_PACKET => return Some(Err(SkipReason::BadTime)),
            _ => return Some(Ok(())),
        };
        let interface = self.interfaces.get_mut(usize::try_from(number).ok()?)?;
        let ticks = u64::from(order.u32(block, 12)?) << 32 | u64::from(order.u32(block, 16)?);
        let len = usize::try_from(order.u32(block, 20)?).ok()?;
        let bytes = block.get(PACKET_HEAD_BYTES..)?.get(..len)?;
        let Some(timestamp) = interface.clock.time(ticks) else {
            return Some(Err(SkipReason::BadTime));
        };
        let packet = packet::read(interface.link, bytes, timestamp, &mut interface.cooked);
        let mut packet = match packet {
            Some(Ok(packet)) => packet,
            Some(Err(reason)) => return Some(Err(reason)),
            None => return Some(Err(SkipReason::OtherNetwork)),
        };
        let options = block.get(PACKET_HEAD_BYTES + len.next_multiple_of(4)..);
        if is_outgoing(order, options.unwrap_or_default()) {
            packet.frame.flags = packet.frame.flags | crate::can::FrameFlags::TX;
        }
        let channel = match (&interface.name, packet.interface) {
            (_, Some(number)) => channels.zero_based(u64::from(number)),
            (Some(name), None) => name.as_slice(),
            (None, None) => channels.zero_based(u64::from(number)),
        };
        Some(frames.push(channel, packet.frame))
    }

    /// Passes over a block that is too large to be looked at. Its length is true if no packet of CAN
    /// begins before its end.
    fn pass_large(&self, len: u64, log: &mut Window<LogInput>, skipped: &mut SkipReport) {
        let offset = log.offset();
        if self.skip_to_next(log) < len {
            let is_cut = log.peek(1).is_empty();
            skipped.add(None, offset, SkipReason::lost(is_cut), b"");
        }
    }

    /// Goes on where a block of a capture of CAN begins.
    fn find_next(&self, log: &mut Window<LogInput>, skipped: &mut SkipReport) {
        let offset = log.offset();
        self.skip_to_next(log);
        let is_cut = log.peek(1).is_empty();
        skipped.add(None, offset, SkipReason::lost(is_cut), b"");
    }

    fn skip_to_next(&self, log: &mut Window<LogInput>) -> u64 {
        let offset = log.offset();
        log.consume(1);
        log.skip_to(PACKET_HEAD_BYTES, |at| self.is_plausible(at));
        log.offset() - offset
    }

    fn is_plausible(&self, at: &[u8]) -> bool {
        const MAX_LEN: u32 = 4096;
        let field = |place| self.order.u32(at, place);
        let (Some(kind), Some(len)) = (field(0), field(4)) else {
            return false;
        };
        if begins_section(at) {
            return true;
        }
        let is_len = len % 4 == 0 && (20..=MAX_LEN).contains(&len);
        is_len
            && match kind {
                INTERFACE => self.order.u16(at, 10) == Some(0),
                PACKET => {
                    let (number, captured) = (field(8), field(20).unwrap_or(u32::MAX));
                    number.is_some_and(|number| (number as usize) < self.interfaces.len())
                        && captured < len
                        && field(24).is_some_and(|whole| captured <= whole && whole <= MAX_LEN)
                }
                _ => false,
            }
    }
}

struct Interface {
    link: Link,
    name: Option<Vec<u8>>,
    clock: Clock,
    cooked: CookedOrder,
}

impl Interface {
    fn read(order: Endian, block: &[u8]) -> Option<Self> {
        const NAME: u16 = 2;
        const DESCRIPTION: u16 = 3;
        const RESOLUTION: u16 = 9;
        const OFFSET: u16 = 14;
        let mut interface = Self {
            link: Link::of(u32::from(order.u16(block, 8)?)),
            name: None,
            clock: Clock {
                resolution: 6,
                offset_secs: 0,
            },
            cooked: CookedOrder::default(),
        };
        for (code, value) in options(order, block.get(16..)?) {
            let text = || Some(value.trim_ascii().to_vec()).filter(|text| !text.is_empty());
            match code {
                NAME => interface.name = text(),
                DESCRIPTION if interface.name.is_none() => interface.name = text(),
                RESOLUTION => interface.clock.resolution = *value.first().unwrap_or(&6),
                OFFSET => {
                    let offset = order.u64(value, 0).map(u64::cast_signed);
                    interface.clock.offset_secs = offset.unwrap_or_default();
                }
                _ => {}
            }
        }
        Some(interface)
    }
}

/// What the time stamps of an interface count.
#[derive(Clone, Copy, Debug)]
struct Clock {
    /// A power of ten, or with the highest bit set of two: so many parts has a second.
    resolution: u8,
    offset_secs: i64,
}

impl Clock {
    fn time(self, ticks: u64) -> Option<Timestamp> {
        const NS: u128 = NS_PER_SEC.unsigned_abs() as u128;
        let power = u32::from(self.resolution & 0x7F);
        let ticks = u128::from(ticks) * NS;
        let ns = if self.resolution & 0x80 == 0 {
            ticks / 10_u128.checked_pow(power)?
        } else {
            ticks >> power
        };
        let offset = self.offset_secs.checked_mul(NS_PER_SEC)?;
        let ns = i64::try_from(ns).ok()?.checked_add(offset)?;
        Some(Timestamp::from_ns(ns))
    }
}

fn is_outgoing(order: Endian, bytes: &[u8]) -> bool {
    const FLAGS: u16 = 2;
    let flags = options(order, bytes).find(|(code, _)| *code == FLAGS);
    flags
        .and_then(|(_, value)| order.u32(value, 0))
        .is_some_and(|flags| flags & 3 == 2)
}

/// Codes and values, up to the end or damage.
fn options(order: Endian, bytes: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (code, len) = (order.u16(rest, 0)?, usize::from(order.u16(rest, 2)?));
        let value = rest.get(4..4 + len)?;
        rest = rest.get(4 + len.next_multiple_of(4)..).unwrap_or_default();
        (code != 0).then_some((code, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_of_all_kinds() {
        let cases = [
            (6, 0, 1_700_000_000_123_456, Some(1_700_000_000_123_456_000)),
            (
                9,
                0,
                1_700_000_000_123_456_789,
                Some(1_700_000_000_123_456_789),
            ),
            (0, 5, 7, Some(12_000_000_000)),
            (12, 0, 1_999, Some(1)),
            (0x8A, -1, 1536, Some(500_000_000)),
            (0xFF, 0, u64::MAX, Some(0)),
            (38, 0, u64::MAX, Some(0)),
            (39, 0, 1, None),
            (0, 0, u64::MAX, None),
            (6, i64::MAX, 0, None),
        ];
        for (resolution, offset_secs, ticks, expected) in cases {
            let clock = Clock {
                resolution,
                offset_secs,
            };
            let time = clock.time(ticks).map(Timestamp::as_ns);
            assert_eq!(time, expected, "{resolution} {offset_secs} {ticks}");
        }
    }
}
