//! Captures of CAN: against the log of the same frames, in both formats and byte orders, and damage
//! of every kind.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod log;
mod python_can;
mod test_data;

use canlake_shared::can::{CanFrame, FrameFlags};
use canlake_shared::logs::{LogFormat, SkipReason};
use log::Log;
use proptest::prelude::*;
use python_can::{assert_equal, expected, read_file};

#[test]
fn frames_equal_those_of_the_log_beside() {
    let Some(dir) = test_data::data_dir("formats/css-multi/multiple_CAN.pcap") else {
        return;
    };
    let log = read_file(&dir.join("formats/css-multi/multiple_CAN.pcap"));
    assert_eq!(log.reader.format(), LogFormat::PcapNg);
    assert_eq!(log.skipped(), [""; 0]);
    let mut expected = expected(&dir, "css-multi/multiple_CAN.log");
    // The log has no mark for CAN FD frames of up to 8 bytes, the capture has.
    for (expected, frame) in expected.iter_mut().zip(&log.frames) {
        let is_fd = frame.flags.contains(FrameFlags::FD);
        assert!(is_fd || expected.len <= 8);
        expected.flags = expected.flags.with(FrameFlags::FD, is_fd);
    }
    let interface = |channel: &str| match channel {
        "can0" => "CAN 1".to_owned(),
        _ => "CAN 2".to_owned(),
    };
    assert_equal("multiple_CAN.pcap", &log, &expected, interface);
}

#[derive(Clone, Copy, Debug)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u32(self, number: u32) -> [u8; 4] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }

    fn u16(self, number: u16) -> [u8; 2] {
        match self {
            Self::Little => number.to_le_bytes(),
            Self::Big => number.to_be_bytes(),
        }
    }
}

/// A numbered frame as the kernel hands it out.
fn packet(i: u32) -> Vec<u8> {
    let id = 0x8000_0000 | i;
    let mut packet = id.to_be_bytes().to_vec();
    packet.extend([8, 0, 0, 0]);
    packet.extend(i.to_be_bytes());
    packet.extend([0xEE; 4]);
    packet
}

fn number(frame: &CanFrame) -> u32 {
    u32::from_be_bytes(*frame.payload.first_chunk().unwrap())
}

fn pcap_head(order: Order, magic: u32, link: u32) -> Vec<u8> {
    let mut head = order.u32(magic).to_vec();
    head.extend(order.u16(2));
    head.extend(order.u16(4));
    head.extend([0; 8]);
    head.extend(order.u32(65535));
    head.extend(order.u32(link));
    head
}

fn pcap_record(order: Order, secs: u32, fraction: u32, packet: &[u8]) -> Vec<u8> {
    let mut record = order.u32(secs).to_vec();
    record.extend(order.u32(fraction));
    record.extend(order.u32(packet.len() as u32));
    record.extend(order.u32(packet.len() as u32));
    record.extend(packet);
    record
}

fn pcap(order: Order, magic: u32, n: u32) -> Vec<u8> {
    let mut file = pcap_head(order, magic, 227);
    for i in 0..n {
        file.extend(pcap_record(order, 1_700_000_000, i, &packet(i)));
    }
    file
}

fn block(order: Order, kind: u32, body: &[u8]) -> Vec<u8> {
    let len = order.u32(12 + body.len().next_multiple_of(4) as u32);
    let mut block = order.u32(kind).to_vec();
    block.extend(len);
    block.extend(body);
    block.resize(block.len().next_multiple_of(4), 0);
    block.extend(len);
    block
}

fn section(order: Order) -> Vec<u8> {
    let mut body = order.u32(0x1A2B_3C4D).to_vec();
    body.extend([order.u16(1), order.u16(0)].concat());
    body.extend([0xFF; 8]);
    block(order, 0x0A0D_0D0A, &body)
}

fn option(order: Order, code: u16, value: &[u8]) -> Vec<u8> {
    let mut option = order.u16(code).to_vec();
    option.extend(order.u16(value.len() as u16));
    option.extend(value);
    option.resize(option.len().next_multiple_of(4), 0);
    option
}

fn interface(order: Order, link: u16, options: &[u8]) -> Vec<u8> {
    let mut body = order.u16(link).to_vec();
    body.extend([0; 6]);
    body.extend(options);
    block(order, 1, &body)
}

fn enhanced(order: Order, interface: u32, ticks: u64, packet: &[u8], options: &[u8]) -> Vec<u8> {
    let mut body = order.u32(interface).to_vec();
    body.extend(order.u32((ticks >> 32) as u32));
    body.extend(order.u32(ticks as u32));
    body.extend(order.u32(packet.len() as u32));
    body.extend(order.u32(packet.len() as u32));
    body.extend(packet);
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(options);
    block(order, 6, &body)
}

fn pcapng(order: Order, n: u32) -> Vec<u8> {
    let mut file = section(order);
    file.extend(interface(order, 227, &option(order, 2, b"can7")));
    for i in 0..n {
        file.extend(enhanced(order, 0, u64::from(i), &packet(i), &[]));
    }
    file
}

#[test]
fn pcap_in_both_orders_and_resolutions() {
    for order in [Order::Little, Order::Big] {
        for (magic, ns) in [(0xA1B2_C3D4, 1000), (0xA1B2_3C4D, 1)] {
            let log = Log::read(pcap(order, magic, 5));
            assert_eq!(log.reader.format(), LogFormat::Pcap);
            assert!(log.frames.iter().map(number).eq(0..5));
            assert_eq!(
                log.frames[3].timestamp.as_ns(),
                1_700_000_000_000_000_000 + 3 * ns
            );
            assert_eq!(log.channel(&log.frames[0]), "can0");
            assert_eq!(log.skipped(), [""; 0]);
        }
    }
}

#[test]
fn pcapng_with_names_resolutions_and_directions() {
    for order in [Order::Little, Order::Big] {
        let mut file = section(order);
        let named = [
            option(order, 3, b"a bus"),
            option(order, 2, b"can1"),
            option(order, 9, &[9]),
        ];
        file.extend(interface(order, 227, &named.concat()));
        file.extend(interface(order, 227, &option(order, 3, b"Body CAN")));
        file.extend(interface(order, 227, &[]));
        file.extend(interface(order, 1, &[]));
        file.extend(enhanced(
            order,
            0,
            1_700_000_000_123_456_789,
            &packet(0),
            &[],
        ));
        let sent = option(order, 2, &order.u32(2));
        file.extend(enhanced(order, 1, 5, &packet(1), &sent));
        file.extend(enhanced(order, 2, 6, &packet(2), &[]));
        file.extend(enhanced(order, 3, 6, &[0; 60], &[]));
        file.extend(enhanced(order, 9, 6, &packet(3), &[]));
        file.extend(block(order, 5, &[7; 16]));
        file.extend(block(order, 0x0BAD, &vec![7; 300_000]));
        file.extend(enhanced(order, 2, 7, &packet(4), &[]));
        let log = Log::read(file);
        let found: Vec<String> = (log.frames.iter())
            .map(|frame| {
                let at = frame.timestamp.as_ns();
                format!(
                    "{} {at} {} {:?}",
                    number(frame),
                    log.channel(frame),
                    frame.flags
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                "0 1700000000123456789 can1 {}",
                r#"1 5000 Body CAN {"TX"}"#,
                "2 6000 can2 {}",
                "4 7000 can2 {}",
            ]
        );
        let skipped = log.reader.skipped();
        assert_eq!(skipped.count(SkipReason::OtherNetwork), 1);
        assert_eq!(skipped.count(SkipReason::RecordDamaged), 1);
        assert_eq!(skipped.total(), 2);
    }
}

#[test]
fn captures_put_one_after_the_other_are_both_read() {
    let mut file = pcap(Order::Little, 0xA1B2_C3D4, 2);
    file.extend(pcap(Order::Big, 0xA1B2_3C4D, 2));
    let log = Log::read(file);
    assert!(log.frames.iter().map(number).eq([0, 1, 0, 1]));
    let mut file = pcapng(Order::Big, 2);
    file.extend(pcapng(Order::Little, 2));
    let log = Log::read(file);
    assert!(log.frames.iter().map(number).eq([0, 1, 0, 1]));
    assert_eq!(log.skipped(), [""; 0]);
}

fn files() -> [Vec<u8>; 2] {
    [
        pcap(Order::Little, 0xA1B2_C3D4, 200),
        pcapng(Order::Big, 200),
    ]
}

#[test]
fn a_capture_that_was_cut_gives_what_is_there() {
    for file in files() {
        let per_packet = file.len() / 200;
        for len in (200..file.len()).step_by(31) {
            let log = Log::read(file[..len].to_vec());
            let n = log.frames.len();
            assert!(log.frames.iter().map(number).eq(0..n as u32));
            assert!(n + 4 >= len / per_packet, "{n} in {len}");
            let skipped = log.reader.skipped();
            assert_eq!(skipped.count(SkipReason::RecordCut), skipped.total());
            assert!(skipped.total() <= 1);
        }
    }
}

#[test]
fn damage_costs_the_packets_it_is_in() {
    for mut file in files() {
        let middle = file.len() / 2;
        file[middle..middle + 50].fill(0xA5);
        let log = Log::read(file);
        assert!(log.frames.len() >= 195, "{}", log.frames.len());
        assert_eq!(log.frames.last().map(number), Some(199));
        let skipped = log.reader.skipped().total();
        assert!((1..=3).contains(&skipped), "{:?}", log.skipped());
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>, which in 0_usize..2, cut in 24_usize..60) {
        let mut file = files()[which][..cut].to_vec();
        file.extend(bytes);
        Log::read(file);
    }

    #[test]
    fn damaged_bytes_never_panic_and_cost_little(
        damage in proptest::collection::vec((0_usize..10_000, any::<u8>()), 1..4),
        which in 0_usize..2,
    ) {
        let mut file = files()[which].clone();
        for (at, byte) in damage {
            let at = 100 + at % (file.len() - 100);
            file[at] = byte;
        }
        let log = Log::read(file);
        // A wrong length may take some that follow along.
        prop_assert!(log.frames.len() > 20, "{} {:?}", log.frames.len(), log.skipped());
    }
}
