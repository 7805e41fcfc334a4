//! Messages cut into frames, as senders do.

use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};
use canlake_shared::time::Timestamp;
use canlake_shared::transport::Frame;

/// One frame of a sender: identifier and bytes.
pub(crate) type Sent = (CanId, Vec<u8>);

pub(crate) fn standard(number: u32) -> CanId {
    CanId::standard(number).unwrap()
}

pub(crate) fn extended(number: u32) -> CanId {
    CanId::extended(number).unwrap()
}

/// ISO-TP in frames of `frame_bytes` (8, or up to 64 in CAN FD), behind a target address if any.
pub(crate) fn iso_tp(id: CanId, message: &[u8], frame_bytes: usize, address: &[u8]) -> Vec<Sent> {
    let frame = |parts: &[&[u8]]| {
        let mut bytes = [&[address], parts].concat().concat();
        // Padded, as most senders do.
        bytes.resize(frame_bytes.max(bytes.len()), 0xCC);
        (id, bytes)
    };
    let room = frame_bytes - address.len();
    let len = message.len();
    let length = u8::try_from(len);
    if let Ok(length) = length
        && len < room.min(8)
    {
        return vec![frame(&[&[length], message])];
    }
    if let Ok(length) = length
        && len <= room - 2
    {
        return vec![frame(&[&[0, length], message])];
    }
    let wide = u32::try_from(len).unwrap().to_be_bytes();
    let head = match u16::try_from(len) {
        Ok(len) if len < 0x1000 => (0x1000 | len).to_be_bytes().to_vec(),
        _ => [&[0x10, 0x00][..], &wide].concat(),
    };
    let (start, rest) = message.split_at(room - head.len());
    let mut frames = vec![frame(&[&head, start])];
    for (number, part) in (1_u8..=15).chain(0..=0).cycle().zip(rest.chunks(room - 1)) {
        frames.push(frame(&[&[0x20 | number], part]));
    }
    frames
}

fn announcement(control: u8, pgn: u32, message: &[u8]) -> Vec<u8> {
    let [low, high] = u16::try_from(message.len()).unwrap().to_le_bytes();
    let packets = u8::try_from(message.len().div_ceil(7)).unwrap();
    let [a, b, c, _] = pgn.to_le_bytes();
    vec![control, low, high, packets, 0xFF, a, b, c]
}

fn packets(message: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (1..=u8::MAX).zip(message.chunks(7)).map(|(number, part)| {
        let mut bytes = vec![number];
        bytes.extend(part);
        bytes.resize(8, 0xFF);
        bytes
    })
}

/// A broadcast of J1939.
pub(crate) fn bam(pgn: u32, source: u32, message: &[u8]) -> Vec<Sent> {
    let mut frames = vec![(
        extended(0x1CEC_FF00 | source),
        announcement(32, pgn, message),
    )];
    frames.extend(packets(message).map(|packet| (extended(0x1CEB_FF00 | source), packet)));
    frames
}

/// A message of J1939 to one node, which lets three packets come at a time.
pub(crate) fn rts_cts(pgn: u32, source: u32, destination: u32, message: &[u8]) -> Vec<Sent> {
    let there = destination << 8 | source;
    let back = source << 8 | destination;
    let [a, b, c, _] = pgn.to_le_bytes();
    let mut frames = vec![(
        extended(0x1CEC_0000 | there),
        announcement(16, pgn, message),
    )];
    for (at, packet) in packets(message).enumerate() {
        if at % 3 == 0 {
            let next = packet[0];
            let clear = vec![17, 3, next, 0xFF, 0xFF, a, b, c];
            frames.push((extended(0x1CEC_0000 | back), clear));
        }
        frames.push((extended(0x1CEB_0000 | there), packet));
    }
    let mut end = announcement(19, pgn, message);
    end[4] = 0xFF;
    frames.push((extended(0x1CEC_0000 | back), end));
    frames
}

/// A fast packet of NMEA 2000.
pub(crate) fn fast_packet(id: CanId, counter: u8, message: &[u8]) -> Vec<Sent> {
    let len = u8::try_from(message.len()).unwrap();
    let (start, rest) = message.split_at(message.len().min(6));
    let frame = |number: u8, parts: &[&[u8]]| {
        let mut bytes = vec![counter << 5 | number];
        bytes.extend(parts.concat());
        bytes.resize(8, 0xFF);
        (id, bytes)
    };
    let mut frames = vec![frame(0, &[&[len], start])];
    frames.extend(
        (1..)
            .zip(rest.chunks(7))
            .map(|(number, part)| frame(number, &[part])),
    );
    frames
}

/// What a listener gets: the frames of several senders by turns, in the order that `turns` says, one
/// every millisecond.
pub(crate) fn interleave(senders: Vec<Vec<Sent>>, turns: &[usize]) -> Vec<Sent> {
    let mut senders: Vec<_> = senders.into_iter().map(Vec::into_iter).collect();
    let mut heard = Vec::new();
    for turn in turns {
        let n_senders = senders.len();
        heard.extend(senders[turn % n_senders].next());
    }
    // Nobody is left half heard.
    heard.extend(senders.into_iter().flatten());
    heard
}

pub(crate) fn time(at: usize) -> Timestamp {
    Timestamp::from_ns(1_700_000_000_000_000_000 + i64::try_from(at).unwrap() * 1_000_000)
}

/// A frame heard as the `at`-th.
pub(crate) fn heard(at: usize, (id, payload): &Sent) -> Frame<'_> {
    Frame {
        time: time(at),
        channel: ChannelIdx(0),
        id: *id,
        payload,
    }
}

/// The same for a recording.
pub(crate) fn recorded(at: usize, (id, payload): &Sent) -> CanFrame {
    let payload = Payload::new(payload).unwrap();
    CanFrame::data(time(at), ChannelIdx(0), *id, payload)
}
