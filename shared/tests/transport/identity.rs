//! What is cut into frames comes back as it was.

use canlake_shared::can::CanId;
use canlake_shared::transport::{
    Addressing, FastPacket, IsoTp, J1939Tp, Message, Reassembled, Role,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::segment::{
    Sent, bam, extended, fast_packet, heard, interleave, iso_tp, rts_cts, standard,
};

fn messages_of(frames: &[Sent], mut push: impl FnMut(usize, &mut Reassembled)) -> Vec<Message> {
    let mut out = Reassembled::default();
    for at in 0..frames.len() {
        push(at, &mut out);
    }
    assert_eq!(out.losses, []);
    out.messages
}

/// Identifier and bytes of each message, in any order.
fn sorted(messages: impl IntoIterator<Item = (CanId, Vec<u8>)>) -> Vec<(CanId, Vec<u8>)> {
    let mut messages: Vec<_> = messages.into_iter().collect();
    messages.sort();
    messages
}

fn content(messages: Vec<Message>) -> Vec<(CanId, Vec<u8>)> {
    sorted(
        messages
            .into_iter()
            .map(|message| (message.id, message.payload)),
    )
}

fn turns() -> impl Strategy<Value = Vec<usize>> {
    vec(0_usize..8, 0..400)
}

proptest! {
    #[test]
    fn iso_tp_of_several_units(
        messages in vec(vec(any::<u8>(), 1..600), 1..6),
        frame_bytes in prop_oneof![Just(8_usize), Just(12), Just(64)],
        is_extended in any::<bool>(),
        turns in turns(),
    ) {
        let id = |i: usize| standard(0x7E8 + u32::try_from(i).unwrap());
        let address: &[u8] = if is_extended { &[0xF1] } else { &[] };
        let senders = messages.iter().enumerate();
        let senders = senders
            .map(|(i, message)| iso_tp(id(i), message, frame_bytes, address))
            .collect();
        let frames = interleave(senders, &turns);
        let mut protocol = IsoTp::new(if is_extended { Addressing::Extended } else { Addressing::Normal });
        let found = messages_of(&frames, |at, out| {
            assert_eq!(protocol.push(&heard(at, &frames[at]), out), Role::Part);
        });
        let n_frames: u32 = found.iter().map(|message| message.frames).sum();
        prop_assert_eq!(n_frames as usize, frames.len());
        let expected = messages.into_iter().enumerate().map(|(i, message)| (id(i), message));
        prop_assert_eq!(content(found), sorted(expected));
    }

    #[test]
    fn j1939_of_several_nodes(
        messages in vec((vec(any::<u8>(), 9..=1785), any::<bool>()), 1..6),
        turns in turns(),
    ) {
        let source = |i: usize| u32::try_from(i).unwrap() + 0x10;
        let senders = messages.iter().enumerate().map(|(i, (message, is_broadcast))| {
            if *is_broadcast {
                bam(0xFEE3, source(i), message)
            } else {
                // The same destination for all, and a group that is addressed.
                rts_cts(0xDA00, source(i), 0x0B, message)
            }
        });
        let frames = interleave(senders.collect(), &turns);
        let mut protocol = J1939Tp::new();
        let found = messages_of(&frames, |at, out| {
            assert_ne!(protocol.push(&heard(at, &frames[at]), out), Role::Foreign);
        });
        let expected = messages.iter().enumerate().map(|(i, (message, is_broadcast))| {
            let id = if *is_broadcast { 0x18FE_E300 } else { 0x18DA_0B00 };
            (extended(id | source(i)), message.clone())
        });
        prop_assert_eq!(content(found), sorted(expected));
    }

    #[test]
    fn fast_packets_with_several_counters(
        messages in vec(vec(any::<u8>(), 1..=223), 1..8),
        turns in turns(),
    ) {
        let id = extended(0x19F8_0523);
        let senders = (0..).zip(&messages);
        let senders = senders.map(|(counter, message)| fast_packet(id, counter, message)).collect();
        let frames = interleave(senders, &turns);
        let mut protocol = FastPacket::new();
        let found = messages_of(&frames, |at, out| {
            assert_eq!(protocol.push(&heard(at, &frames[at]), out), Role::Part);
        });
        prop_assert_eq!(content(found), sorted(messages.into_iter().map(|message| (id, message))));
    }

    /// Bytes of any kind: nothing panics, and every frame is accounted for once.
    #[test]
    fn rubbish_is_accounted_for(
        frames in vec((0_u32..6, vec(prop_oneof![0_u8..0x40, any::<u8>()], 0..12)), 0..200),
    ) {
        let ids = [0x1CEC_FF01, 0x1CEB_FF01, 0x1CEC_0B01, 0x1CEB_0B01, 0x1CEC_010B, 0x19F8_0523];
        let frames: Vec<Sent> = frames
            .into_iter()
            .map(|(i, payload)| (extended(ids[i as usize]), payload))
            .collect();
        let (mut iso, mut j1939, mut fast) = (IsoTp::default(), J1939Tp::new(), FastPacket::new());
        let mut outs = [Reassembled::default(), Reassembled::default(), Reassembled::default()];
        let mut others = [0_usize; 3];
        for (at, frame) in frames.iter().enumerate() {
            let frame = heard(at, frame);
            let roles = [
                iso.push(&frame, &mut outs[0]),
                j1939.push(&frame, &mut outs[1]),
                fast.push(&frame, &mut outs[2]),
            ];
            for (others, role) in others.iter_mut().zip(roles) {
                *others += usize::from(role != Role::Part);
            }
        }
        iso.finish(&mut outs[0]);
        j1939.finish(&mut outs[1]);
        fast.finish(&mut outs[2]);
        for (out, others) in outs.iter().zip(others) {
            let whole: u32 = out.messages.iter().map(|message| message.frames).sum();
            let lost: u32 = out.losses.iter().map(|loss| loss.frames).sum();
            prop_assert_eq!(whole as usize + lost as usize + others, frames.len());
        }
    }
}

#[test]
fn lengths_at_the_borders_of_every_form() {
    let id = standard(0x7E8);
    for frame_bytes in [8, 64] {
        for len in [1, 6, 7, 8, 61, 62, 63, 64, 4095, 4096, 65_535] {
            let message: Vec<u8> = (0..len).map(|i: usize| (i % 251) as u8).collect();
            let frames = iso_tp(id, &message, frame_bytes, &[]);
            let mut protocol = IsoTp::default();
            let found = messages_of(&frames, |at, out| {
                protocol.push(&heard(at, &frames[at]), out);
            });
            assert_eq!(content(found), [(id, message)], "{len} in {frame_bytes}");
        }
    }
}
