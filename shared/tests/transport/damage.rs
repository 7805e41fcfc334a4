//! What is missing, wrong or cut is told by reason; the rest is whole.

use canlake_shared::can::ChannelIdx;
use canlake_shared::transport::{FastPacket, Frame, IsoTp, J1939Tp, LossReason, Reassembled, Role};

use crate::segment::{Sent, bam, extended, fast_packet, heard, iso_tp, rts_cts, standard, time};

use LossReason::{Aborted, Malformed, NoStart, OutOfSequence, Unfinished};

/// Any of the protocols.
trait Protocol {
    fn take(&mut self, frame: &Frame<'_>, out: &mut Reassembled) -> Role;
    fn end(&mut self, out: &mut Reassembled);
}

macro_rules! protocol {
    ($($name:ty),*) => {$(
        impl Protocol for $name {
            fn take(&mut self, frame: &Frame<'_>, out: &mut Reassembled) -> Role {
                self.push(frame, out)
            }
            fn end(&mut self, out: &mut Reassembled) {
                self.finish(out);
            }
        }
    )*};
}
protocol!(IsoTp, J1939Tp, FastPacket);

/// What is done to the frames of a message.
type Change<'a> = &'a dyn Fn(&mut Vec<Sent>);

/// Its name, what it is, how many of two messages are whole, and what is lost.
type Case<'a> = (&'a str, Change<'a>, usize, &'a [(LossReason, u32)]);

/// Lengths of the messages, and what was lost.
type Outcome = (Vec<usize>, Vec<(LossReason, u32)>);

fn outcome(mut protocol: impl Protocol, frames: &[Sent]) -> Outcome {
    let mut out = Reassembled::default();
    for (at, frame) in frames.iter().enumerate() {
        protocol.take(&heard(at, frame), &mut out);
    }
    protocol.end(&mut out);
    let messages = out.messages.iter().map(|message| message.payload.len());
    let losses = out.losses.iter().map(|loss| (loss.reason, loss.frames));
    (messages.collect(), losses.collect())
}

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

/// Two messages one after the other, changed.
fn changed(message: &[Sent], change: impl FnOnce(&mut Vec<Sent>)) -> Vec<Sent> {
    let mut frames = message.to_vec();
    change(&mut frames);
    frames.extend_from_slice(message);
    frames
}

fn check<P: Protocol>(new: fn() -> P, message: &[Sent], cases: &[Case<'_>]) {
    for (what, change, n_whole, losses) in cases {
        let frames = changed(message, change);
        let expected = (vec![30; *n_whole], losses.to_vec());
        assert_eq!(outcome(new(), &frames), expected, "{what}");
    }
}

#[test]
fn iso_tp_messages() {
    let message = iso_tp_message();
    let cases: [Case<'_>; 10] = [
        ("nothing", &|_| (), 2, &[]),
        (
            "first frame missing",
            &|f| drop(f.remove(0)),
            1,
            &[(NoStart, 1); 4],
        ),
        (
            "one missing",
            &|f| drop(f.remove(2)),
            1,
            &[(OutOfSequence, 3), (NoStart, 1)],
        ),
        ("last missing", &|f| f.truncate(4), 1, &[(Unfinished, 4)]),
        (
            "two swapped",
            &|f| f.swap(2, 3),
            1,
            &[(OutOfSequence, 3), (NoStart, 1), (NoStart, 1)],
        ),
        (
            "one twice",
            &|f| f.insert(2, f[1].clone()),
            1,
            &[(OutOfSequence, 3), (NoStart, 1), (NoStart, 1), (NoStart, 1)],
        ),
        (
            "one cut",
            &|f| f[2].1.truncate(7),
            1,
            &[(Malformed, 3), (NoStart, 1), (NoStart, 1)],
        ),
        (
            "first one cut",
            &|f| f[0].1.truncate(7),
            1,
            &[
                (Malformed, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
            ],
        ),
        (
            "impossible length",
            &|f| f[0].1[..2].copy_from_slice(&[0x10, 3]),
            1,
            &[
                (Malformed, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
            ],
        ),
        (
            "flow control between",
            &|f| f.insert(1, (f[0].0, vec![0x30, 0, 0])),
            2,
            &[],
        ),
    ];
    check(IsoTp::default, &message, &cases);
    // A single frame ends what was not whole.
    let mut frames = message[..3].to_vec();
    frames.push((standard(0x7E8), vec![2, 0x41, 0]));
    assert_eq!(
        outcome(IsoTp::default(), &frames),
        (vec![2], vec![(Unfinished, 3)])
    );
    // 4 GiB are announced and not believed.
    let huge = [(standard(0x7E8), vec![0x10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 2])];
    assert_eq!(
        outcome(IsoTp::default(), &huge),
        (vec![], vec![(Malformed, 1)])
    );
    let empty = [
        (standard(0x7E8), vec![0x00; 8]),
        (standard(0x7E8), vec![5, 1, 2]),
    ];
    assert_eq!(
        outcome(IsoTp::default(), &empty),
        (vec![], vec![(Malformed, 1); 2])
    );
}

fn iso_tp_message() -> Vec<Sent> {
    let frames = iso_tp(standard(0x7E8), &bytes(30), 8, &[]);
    assert_eq!(frames.len(), 5);
    frames
}

#[test]
fn j1939_broadcasts() {
    let message = bam(0xFECA, 0, &bytes(30));
    assert_eq!(message.len(), 6);
    let cases: [Case<'_>; 9] = [
        ("nothing", &|_| (), 2, &[]),
        (
            "announcement missing",
            &|f| drop(f.remove(0)),
            1,
            &[(NoStart, 1); 5],
        ),
        (
            "packet missing",
            &|f| drop(f.remove(2)),
            1,
            &[(OutOfSequence, 5)],
        ),
        ("last missing", &|f| f.truncate(5), 1, &[(Unfinished, 5)]),
        ("two swapped", &|f| f.swap(2, 3), 2, &[]),
        ("one twice", &|f| f.insert(2, f[1].clone()), 2, &[]),
        (
            "one cut",
            &|f| f[2].1.truncate(7),
            1,
            &[(Malformed, 1), (OutOfSequence, 5)],
        ),
        (
            "number too high",
            &|f| f[5].1[0] = 9,
            1,
            &[(OutOfSequence, 6)],
        ),
        (
            "wrong length",
            &|f| f[0].1[1] = 90,
            1,
            &[
                (Malformed, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
            ],
        ),
    ];
    check(J1939Tp::new, &message, &cases);
}

#[test]
fn j1939_connections() {
    let message = rts_cts(0xFECA, 1, 2, &bytes(30));
    // The receiver missed packet 2 and asks for it again.
    let mut again = message.clone();
    let clear = again[1].clone();
    let packet = again[3].clone();
    again.splice(6..6, [clear, packet]);
    assert_eq!(outcome(J1939Tp::new(), &again), (vec![30], vec![]));
    // Either side may break it off; the other conversation of the two goes on.
    for from in [0x1CEC_0201, 0x1CEC_0102] {
        let mut frames = message[..4].to_vec();
        frames.extend(rts_cts(0xFECB, 2, 1, &bytes(20)));
        let abort = vec![255, 1, 0xFF, 0xFF, 0xFF, 0xCA, 0xFE, 0x00];
        frames.insert(6, (extended(from), abort));
        assert_eq!(
            outcome(J1939Tp::new(), &frames),
            (vec![20], vec![(Aborted, 4)])
        );
    }
    // A broadcast and a conversation of the same node do not disturb each other.
    let mut frames = message[..4].to_vec();
    frames.extend(bam(0xFEE3, 1, &bytes(20)));
    frames.extend_from_slice(&message[4..]);
    assert_eq!(outcome(J1939Tp::new(), &frames), (vec![20, 30], vec![]));
}

#[test]
fn fast_packets() {
    let id = extended(0x19F8_0523);
    let message = fast_packet(id, 3, &bytes(30));
    assert_eq!(message.len(), 5);
    let cases: [Case<'_>; 8] = [
        ("nothing", &|_| (), 2, &[]),
        (
            "first missing",
            &|f| drop(f.remove(0)),
            1,
            &[(NoStart, 1); 4],
        ),
        (
            "one missing",
            &|f| drop(f.remove(2)),
            1,
            &[(OutOfSequence, 4)],
        ),
        ("last missing", &|f| f.truncate(4), 1, &[(Unfinished, 4)]),
        ("two swapped", &|f| f.swap(2, 3), 2, &[]),
        (
            "one twice",
            &|f| f.insert(2, f[1].clone()),
            1,
            &[(OutOfSequence, 3), (NoStart, 1), (NoStart, 1), (NoStart, 1)],
        ),
        (
            "one cut",
            &|f| f[2].1.truncate(7),
            1,
            &[(Malformed, 3), (NoStart, 1), (NoStart, 1)],
        ),
        (
            "too long",
            &|f| f[0].1[1] = 224,
            1,
            &[
                (Malformed, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
                (NoStart, 1),
            ],
        ),
    ];
    check(FastPacket::new, &message, &cases);
}

#[test]
fn silence_ends_a_message() {
    let cases: [(Box<dyn Protocol>, Vec<Sent>, i64); 3] = [
        (Box::new(IsoTp::default()), iso_tp_message(), 5_000_000_000),
        (
            Box::new(J1939Tp::new()),
            bam(0xFECA, 0, &bytes(30)),
            1_250_000_000,
        ),
        (
            Box::new(FastPacket::new()),
            fast_packet(extended(0x19F8_0523), 3, &bytes(30)),
            1_250_000_000,
        ),
    ];
    for (mut protocol, frames, longest_ns) in cases {
        for (pause_ns, is_whole) in [
            (longest_ns, true),
            (longest_ns + 1, false),
            (-longest_ns, true),
        ] {
            let mut out = Reassembled::default();
            let mut at = time(0);
            for (i, frame) in frames.iter().enumerate() {
                at = at + if i == 2 { pause_ns } else { 1000 };
                let frame = Frame {
                    time: at,
                    ..heard(0, frame)
                };
                protocol.take(&frame, &mut out);
            }
            assert_eq!(out.messages.len() == 1, is_whole, "{pause_ns}");
            assert_eq!(out.losses.is_empty(), is_whole, "{pause_ns}");
        }
    }
}

#[test]
fn channels_are_apart_and_open_messages_bounded() {
    let mut out = Reassembled::default();
    let mut protocol = IsoTp::default();
    let frames = iso_tp_message();
    for frame in &frames {
        for channel in 0..3 {
            let frame = Frame {
                channel: ChannelIdx(channel),
                ..heard(0, frame)
            };
            protocol.push(&frame, &mut out);
        }
    }
    assert_eq!((out.messages.len(), out.losses.len()), (3, 0));

    let mut out = Reassembled::default();
    for at in 0..3000_u32 {
        let first = (extended(at), frames[0].1.clone());
        protocol.push(&heard(at as usize, &first), &mut out);
    }
    assert_eq!(out.losses.len(), 3000 - 1024);
    assert_eq!(out.losses[0].id, extended(0));
    protocol.finish(&mut out);
    assert_eq!(out.losses.len(), 3000);
}
