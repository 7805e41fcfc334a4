//! One captured packet to one frame.
//!
//! ```text
//! SocketCAN        id with flags (4)  length  flags  reserved (2)  data
//! cooked (113)     type (2)  hardware (2)  address (10)  protocol (2)  then as SocketCAN
//! cooked 2 (276)   protocol (2)  reserved (2)  interface (4)  hardware (2)  type  address (9)  …
//! ```
//!
//! The identifier is big endian in `SocketCAN` captures. In cooked ones libpcap writes it so as well,
//! other programs in the byte order of the machine: it is taken as what it can be.

use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::endian::Endian::{self, Big, Little};
use crate::logs::SkipReason;
use crate::time::Timestamp;

/// More than a packet of any CAN takes with its heads.
pub(super) const MAX_CAN_PACKET: u32 = 4096;

/// What a capture says of its packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Link {
    SocketCan,
    Cooked,
    Cooked2,
    Other,
}

impl Link {
    pub(super) fn of(number: u32) -> Self {
        match number {
            227 => Self::SocketCan,
            113 => Self::Cooked,
            276 => Self::Cooked2,
            _ => Self::Other,
        }
    }
}

/// A frame; its channel index is 0 until the reader has looked the name up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Packet {
    pub(super) frame: CanFrame,
    /// Number of the interface, where the packet itself says it.
    pub(super) interface: Option<u32>,
}

/// How the identifiers of cooked packets are written, once one has told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct CookedOrder(Option<Endian>);

impl CookedOrder {
    fn read(&mut self, packet: &[u8]) -> Option<u32> {
        let (big, little) = (Big.u32(packet, 0)?, Little.u32(packet, 0)?);
        let order = match (is_possible(big), is_possible(little)) {
            (true, false) => Big,
            (false, true) => Little,
            _ => return self.0.unwrap_or(Big).u32(packet, 0),
        };
        self.0 = Some(order);
        order.u32(packet, 0)
    }
}

const EXTENDED_FLAG: u32 = 0x8000_0000;
const REMOTE_FLAG: u32 = 0x4000_0000;
const ERROR_FLAG: u32 = 0x2000_0000;
const MAX_NUMBER: u32 = CanId::MAX_EXTENDED;

/// Whether an identifier fits its flags. The classes of errors take few bits.
fn is_possible(id: u32) -> bool {
    id & EXTENDED_FLAG != 0 && id & ERROR_FLAG == 0 || id & MAX_NUMBER <= CanId::MAX_STANDARD
}

/// Reads the bytes of a packet. `None`: it belongs to another network.
pub(super) fn read(
    link: Link,
    packet: &[u8],
    timestamp: Timestamp,
    order: &mut CookedOrder,
) -> Option<Result<Packet, SkipReason>> {
    const OUTGOING: u16 = 4;
    let cut = Some(Err(SkipReason::RecordCut));
    let (head_len, protocol, kind) = match link {
        Link::Other => return None,
        Link::SocketCan => (0, None, None),
        Link::Cooked => (16, Big.u16(packet, 14), Big.u16(packet, 0)),
        Link::Cooked2 => (
            20,
            Big.u16(packet, 0),
            packet.get(10).map(|kind| u16::from(*kind)),
        ),
    };
    let Some(can) = packet.get(head_len..) else {
        return cut;
    };
    let is_fd = match (link, protocol) {
        (Link::SocketCan, _) | (_, Some(0x000C)) => false,
        (_, Some(0x000D)) => true,
        (_, Some(0x000E)) => return Some(Err(SkipReason::CanXl)),
        _ => return None,
    };
    let id = match link {
        Link::SocketCan => Big.u32(can, 0),
        _ => order.read(can),
    };
    let Some(frame) = id.and_then(|id| read_can(id, can, is_fd, timestamp)) else {
        return cut;
    };
    Some(frame.map(|mut frame| {
        frame.flags = frame.flags.with(FrameFlags::TX, kind == Some(OUTGOING));
        Packet {
            frame,
            interface: Big.u32(packet, 4).filter(|_| link == Link::Cooked2),
        }
    }))
}

/// `None` where it is shorter than any frame.
fn read_can(
    id: u32,
    can: &[u8],
    is_fd: bool,
    timestamp: Timestamp,
) -> Option<Result<CanFrame, SkipReason>> {
    const XL: u8 = 0x80;
    /// The whole structure of a CAN FD frame, as the kernel hands it out.
    const FD_BYTES: usize = 72;
    let (len, flags, data) = (*can.get(4)?, *can.get(5)?, can.get(8..)?);
    if len & XL != 0 {
        return Some(Err(SkipReason::CanXl));
    }
    let is_error = id & ERROR_FLAG != 0;
    let is_remote = id & REMOTE_FLAG != 0 && !is_error;
    let is_extended = id & EXTENDED_FLAG != 0 || is_error;
    let is_fd = is_fd || flags & 4 != 0 || len > 8 || can.len() == FD_BYTES;
    let Ok(number) = CanId::new(id & MAX_NUMBER, is_extended) else {
        return Some(Err(SkipReason::BadIdentifier));
    };
    let bytes = if is_remote {
        Some(&[][..])
    } else {
        data.get(..usize::from(len))
    };
    let payload = match bytes.map(Payload::new) {
        Some(Ok(payload)) => payload,
        Some(Err(_)) => return Some(Err(SkipReason::BadPayload)),
        None => return Some(Err(SkipReason::RecordCut)),
    };
    Some(Ok(CanFrame {
        timestamp,
        channel: ChannelIdx(0),
        id: number,
        flags: FrameFlags::NONE
            .with(FrameFlags::ERROR, is_error)
            .with(FrameFlags::REMOTE, is_remote)
            .with(FrameFlags::FD, is_fd)
            .with(FrameFlags::BRS, is_fd && flags & 1 != 0)
            .with(FrameFlags::ESI, is_fd && flags & 2 != 0),
        len,
        payload,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(link: Link, packet: &[u8]) -> String {
        let mut order = CookedOrder::default();
        match read(link, packet, Timestamp::default(), &mut order) {
            Some(Ok(Packet { frame, interface })) => {
                format!(
                    "{} {:?} {} {:?} {interface:?}",
                    frame.id, frame.flags, frame.len, frame.payload
                )
            }
            Some(Err(reason)) => reason.to_string(),
            None => "other".to_owned(),
        }
    }

    #[test]
    fn kinds_of_frames() {
        let fd = [[0, 0, 7, 0xFF, 12, 0b111, 0, 0], [5; 8]].concat();
        let fd = [fd, vec![6; 4]].concat();
        let cases: [(&[u8], &str); 9] = [
            (
                &[0, 0, 1, 0x23, 2, 0, 0, 0, 8, 9],
                "123 {} 2 Payload(0809) None",
            ),
            (
                &[0x98, 0xFE, 0xF1, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0],
                "18FEF100 {} 1 Payload(07) None",
            ),
            (
                &[0x40, 0, 0, 5, 3, 0, 0, 0],
                r#"005 {"REMOTE"} 3 Payload() None"#,
            ),
            (
                &[0x20, 0, 0, 4, 2, 0, 0, 0, 0, 1],
                r#"00000004 {"ERROR"} 2 Payload(0001) None"#,
            ),
            (
                &fd,
                r#"7FF {"FD", "BRS", "ESI"} 12 Payload(050505050505050506060606) None"#,
            ),
            (
                &[0, 0, 8, 0, 0, 0, 0, 0],
                "arbitration id is not hexadecimal or out of range",
            ),
            (
                &[0, 0, 1, 0, 4, 0, 0, 0, 1],
                "the log ends in the middle of a record",
            ),
            (&[0, 0, 1, 0, 0x80, 0, 0, 0], "CAN XL frame, not supported"),
            (&[0, 0, 1], "the log ends in the middle of a record"),
        ];
        for (packet, expected) in cases {
            assert_eq!(show(Link::SocketCan, packet), expected, "{packet:?}");
        }
        assert_eq!(show(Link::Other, &[0; 64]), "other");
    }

    #[test]
    fn cooked_packets_in_both_byte_orders() {
        let cooked = |kind, protocol, can: &[u8]| {
            let mut packet = vec![0, kind, 1, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, protocol];
            packet.extend(can);
            packet
        };
        let big = cooked(4, 0x0C, &[0x80, 0, 0, 5, 1, 0, 0, 0, 7]);
        assert_eq!(
            show(Link::Cooked, &big),
            r#"00000005 {"TX"} 1 Payload(07) None"#
        );
        let little = cooked(1, 0x0C, &[0x23, 1, 0, 0, 1, 0, 0, 0, 7]);
        assert_eq!(show(Link::Cooked, &little), "123 {} 1 Payload(07) None");
        let fd = cooked(1, 0x0D, &[0x23, 1, 0, 0, 1, 0, 0, 0, 7]);
        assert_eq!(show(Link::Cooked, &fd), r#"123 {"FD"} 1 Payload(07) None"#);
        assert_eq!(show(Link::Cooked, &cooked(1, 8, &[0; 40])), "other");
        let mut second = vec![
            0, 0x0C, 0, 0, 0, 0, 0, 3, 1, 0x18, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        ];
        second.extend([0, 0, 0, 9, 0, 0, 0, 0]);
        assert_eq!(
            show(Link::Cooked2, &second),
            r#"009 {"TX"} 0 Payload() Some(3)"#
        );
    }
}
