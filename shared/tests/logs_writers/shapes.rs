//! What stands in the files, for those who know the formats.

use canlake_shared::can::{
    CanFrame, CanId, ChannelIdx, ChannelName, ChannelTable, FrameFlags, Payload,
};
use canlake_shared::logs::write::TargetFormat;
use canlake_shared::time::Timestamp;

use crate::differences::Recording;

/// One frame of every kind, from 2026-01-31T12:00:00.084Z on.
pub(crate) fn every_kind() -> Recording {
    let at = |us: i64| Timestamp::from_ns(1_769_860_800_084_000_000 + us * 1000);
    let standard = CanId::standard(0x123).unwrap();
    let extended = CanId::extended(0x18FE_F100).unwrap();
    let data = |us, channel, id, bytes: &[u8]| {
        let payload = Payload::new(bytes).unwrap();
        CanFrame::data(at(us), ChannelIdx(channel), id, payload)
    };
    let with = |frame: CanFrame, flags| CanFrame {
        flags: frame.flags | flags,
        ..frame
    };
    let remote = CanFrame {
        flags: FrameFlags::REMOTE,
        len: 4,
        ..data(3_000_000, 0, standard, &[])
    };
    let class = CanId::extended(0x88).unwrap();
    Recording {
        frames: vec![
            data(0, 0, standard, &[1, 2, 0xAB]),
            with(data(1_000_250, 1, extended, &[0xFF; 8]), FrameFlags::TX),
            data(2_000_000, 0, standard, &[]),
            remote,
            with(
                data(4_000_000, 1, extended, &[7; 12]),
                FrameFlags::BRS | FrameFlags::ESI,
            ),
            with(
                data(5_000_000, 1, standard, &[9; 3]),
                FrameFlags::FD | FrameFlags::TX,
            ),
            with(
                data(6_000_000, 0, class, &[0, 4, 0, 0, 0, 0, 0, 0]),
                FrameFlags::ERROR,
            ),
        ],
        channels: ChannelTable::new(["CAN1", "CAN2"].map(ChannelName::new)),
    }
}

fn text(format: TargetFormat) -> String {
    String::from_utf8(every_kind().write(format).0).unwrap()
}

#[test]
fn candump() {
    let expected = "\
(1769860800.084000) CAN1 123#0102AB
(1769860801.084250) CAN2 18FEF100#FFFFFFFFFFFFFFFF T
(1769860802.084000) CAN1 123#
(1769860803.084000) CAN1 123#R4
(1769860804.084000) CAN2 18FEF100##3070707070707070707070707
(1769860805.084000) CAN2 123##0090909 T
(1769860806.084000) CAN1 20000088#0004000000000000
";
    assert_eq!(text(TargetFormat::Candump), expected);
}

#[test]
fn asc() {
    let expected = "\
date Sat Jan 31 12:00:00.084 2026
base hex  timestamps absolute
internal events logged
// date in UTC
Begin Triggerblock Sat Jan 31 12:00:00.084 2026
    0.000000 Start of measurement
    0.000000 1  123              Rx   d 3 01 02 AB
    1.000250 2  18FEF100x        Tx   d 8 FF FF FF FF FF FF FF FF
    2.000000 1  123              Rx   d 0
    3.000000 1  123              Rx   r 4
    4.000000 CANFD   2 Rx 18FEF100x       1 1 9 12 07 07 07 07 07 07 07 07 07 07 07 07 0 0 7000 0 0 0 0 0
    5.000000 CANFD   2 Tx 123             0 0 3 3 09 09 09 0 0 1000 0 0 0 0 0
    6.000000 1  ErrorFrame
End TriggerBlock
";
    assert_eq!(text(TargetFormat::Asc), expected);
}

#[test]
fn csv() {
    let expected = "\
timestamp,arbitration_id,extended,remote,error,dlc,data
1769860800.084000,0x123,0,0,0,3,AQKr
1769860801.084250,0x18fef100,1,0,0,8,//////////8=
1769860802.084000,0x123,0,0,0,0,
1769860803.084000,0x123,0,1,0,4,
1769860804.084000,0x18fef100,1,0,0,12,BwcHBwcHBwcHBwcH
1769860805.084000,0x123,0,0,0,3,CQkJ
1769860806.084000,0x88,1,0,1,8,AAQAAAAAAAA=
";
    assert_eq!(text(TargetFormat::Csv), expected);
}

/// What a reader that goes by the head is told.
#[test]
fn head_of_blf() {
    let (file, _) = every_kind().write(TargetFormat::Blf);
    let u32_at = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    let u64_at = |at: usize| u64::from_le_bytes(file[at..at + 8].try_into().unwrap());
    let times: Vec<u16> = file[40..72]
        .chunks(2)
        .map(|bytes| u16::from_le_bytes(bytes.try_into().unwrap()))
        .collect();
    assert_eq!(&file[..4], b"LOGG");
    assert_eq!(u64_at(16), file.len() as u64);
    // The heads of the file and of a container, and the objects.
    assert_eq!(u64_at(24), 144 + 32 + 4 * 48 + 2 * 116 + 64);
    assert_eq!(u32_at(32), 7);
    let (start, stop) = times.split_at(8);
    assert_eq!(start, [2026, 1, 6, 31, 12, 0, 0, 84]);
    assert_eq!(stop, [2026, 1, 6, 31, 12, 0, 6, 84]);
}
