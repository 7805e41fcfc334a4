//! Logs packed by zstd and zip: whole, damaged, several in one, and traps. gzip stands with candump.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod log;
mod zip_files;

use bytes::Bytes;
use canlake_shared::can::{CanFrame, CanId, ChannelIdx, ChannelName, Payload};
use canlake_shared::logs::{self, LogError, SkipReason, candump};
use canlake_shared::time::Timestamp;
use log::Log;
use proptest::prelude::*;
use zip_files::{Method, Zip};

/// Numbered frames from `from` on, on a channel.
fn some_log(from: u32, n: u32, channel: &str) -> Vec<u8> {
    let mut text = Vec::new();
    for i in from..from + n {
        let at = Timestamp::from_ns(1_700_000_000_000_000_000 + i64::from(i) * 1_000_000);
        let id = CanId::extended(i).unwrap();
        let payload = Payload::new(&i.wrapping_mul(2_654_435_761).to_be_bytes()).unwrap();
        let frame = CanFrame::data(at, ChannelIdx(0), id, payload);
        candump::write_line(&mut text, &frame, channel).unwrap();
    }
    text
}

fn numbers(log: &Log) -> Vec<u32> {
    log.frames.iter().map(|frame| frame.id.number()).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

#[test]
fn zstd_is_undone_also_in_several_frames() {
    let mut frames = zstd(&some_log(0, 3000, "can0"));
    frames.extend(zstd(&some_log(3000, 2000, "can1")));
    let log = Log::read(frames.clone());
    assert!(numbers(&log).into_iter().eq(0..5000));
    assert_eq!(log.skipped(), [""; 0]);
    assert_eq!(log.reader.bytes_read(), frames.len() as u64);
    let log = Log::read(zstd(&zstd(&some_log(0, 10, "can0"))));
    assert_eq!(log.frames.len(), 10);
}

#[test]
fn a_truncated_or_damaged_zstd_gives_what_is_there() {
    let whole = zstd(&some_log(0, 50_000, "can0"));
    let log = Log::read(whole[..whole.len() / 2].to_vec());
    let n = log.frames.len() as u32;
    assert!(n > 10_000, "{n}");
    assert!(numbers(&log).into_iter().eq(0..n));
    let skipped = log.reader.skipped();
    assert_eq!(skipped.count(SkipReason::CompressedDataCut), 1);
    let mut damaged = whole;
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xFF);
    let log = Log::read(damaged);
    assert!((1000..50_000).contains(&log.frames.len()));
    assert!(log.reader.skipped().total() >= 1);
}

fn archive() -> Zip {
    let mut zip = Zip::default();
    zip.folder("drive/");
    zip.add(
        "drive/readme.txt",
        Method::Stored,
        b"Nothing here is a log.",
    );
    zip.add("drive/1.log", Method::Stored, &some_log(0, 1000, "can0"));
    zip.add(
        "drive/2.log.zst",
        Method::Stored,
        &zstd(&some_log(1000, 1000, "can1")),
    );
    zip.add(
        "drive/3.log",
        Method::Deflated,
        &some_log(2000, 1000, "can0"),
    );
    zip.add("drive/4.log", Method::Zstd, &some_log(3000, 1000, "can2"));
    zip.add("drive/empty.log", Method::Stored, b"");
    zip
}

#[test]
fn the_logs_of_an_archive_are_one() {
    let log = Log::read(archive().finish());
    assert!(numbers(&log).into_iter().eq(0..4000));
    let names: Vec<&str> = (log.reader.channels().names().iter())
        .map(ChannelName::as_str)
        .collect();
    assert_eq!(names, ["can0", "can1", "can2"]);
    assert_eq!(log.channel(&log.frames[2500]), "can0");
    assert_eq!(
        log.skipped(),
        [
            "drive/readme.txt: byte 0: not a log of a known format: \"Nothing here is a log.\"",
            "drive/empty.log: byte 0: not a log of a known format",
        ]
    );
}

#[test]
fn an_archive_may_stand_behind_other_bytes_or_be_large() {
    let mut zip = archive();
    zip.is_zip64 = true;
    let log = Log::read(zip.finish());
    assert!(numbers(&log).into_iter().eq(0..4000));
    // Sizes behind the bytes: only the directory has them.
    let mut zip = archive();
    zip.has_sizes_behind = true;
    let log = Log::read(zip.finish());
    assert!(numbers(&log).into_iter().eq(0..4000));
}

#[test]
fn faults_in_a_member_name_it() {
    let mut zip = Zip::default();
    zip.add("a.log", Method::Deflated, b"(1.0) can0 1#11\nrubbish\n");
    zip.add("b.log", Method::Stored, b"(2.0) can0 1#11\n(x) can0 1#\n");
    let log = Log::read(zip.finish());
    assert_eq!(
        log.skipped(),
        [
            "a.log: line 2 (byte 16): not a frame: \"rubbish\"",
            "b.log: line 2 (byte 16): time is not a number in range: \"(x) can0 1#\"",
        ]
    );
}

#[test]
fn without_its_directory_an_archive_is_read_as_it_stands() {
    for has_sizes_behind in [false, true] {
        let mut zip = archive();
        zip.has_sizes_behind = has_sizes_behind;
        let whole = zip.finish();
        let directory = zip_files::directory_at(&whole);
        let log = Log::read(whole[..directory].to_vec());
        assert!(numbers(&log).into_iter().eq(0..4000));
        assert_eq!(log.reader.skipped().count(SkipReason::ArchiveDamaged), 1);
        for len in (200..directory).step_by(1501) {
            if let Ok(mut reader) = logs::open(Bytes::from(whole[..len].to_vec()), "cut.zip") {
                let mut frames = Vec::new();
                while reader.read(&mut frames, 1000).unwrap() > 0 {}
                assert!(frames.iter().map(|frame| frame.id.number()).is_sorted());
                assert!(reader.skipped().total() >= 1);
            }
        }
    }
}

#[test]
fn a_damaged_member_costs_no_other() {
    let whole = archive().finish();
    let at = whole.len() - zip_files::directory_at(&whole);
    assert!(at > 0);
    let third = whole
        .windows(11)
        .position(|name| name == b"drive/3.log")
        .unwrap();
    let mut damaged = whole.clone();
    damaged[third + 2000..third + 2050].fill(0xFF);
    let log = Log::read(damaged);
    let found = numbers(&log);
    assert!(found.iter().copied().filter(|n| *n < 2000).eq(0..2000));
    assert!(found.iter().copied().filter(|n| *n >= 3000).eq(3000..4000));
    assert!(
        log.skipped()
            .iter()
            .any(|line| line.starts_with("drive/3.log: "))
    );
    // A wrong byte in a stored member is told by its checksum.
    let first = whole
        .windows(11)
        .position(|name| name == b"drive/1.log")
        .unwrap();
    let mut damaged = whole;
    let hash = damaged[first..]
        .iter()
        .position(|byte| *byte == b'#')
        .unwrap();
    damaged[first + hash + 1] ^= 1;
    let log = Log::read(damaged);
    assert_eq!(log.frames.len(), 4000);
    assert!(
        log.skipped()
            .iter()
            .any(|line| line.starts_with("drive/1.log: "))
    );
}

#[test]
fn an_archive_without_a_log_names_what_is_in_it() {
    let mut zip = Zip::default();
    zip.add("a.txt", Method::Stored, b"text");
    zip.add("b.pdf", Method::Stored, b"%PDF");
    zip.add_encrypted("c.log", &some_log(0, 1, "can0"));
    let error = logs::open(Bytes::from(zip.finish()), "x.zip").unwrap_err();
    assert!(matches!(error, LogError::NoLogInArchive { .. }));
    assert_eq!(
        error.to_string(),
        "no log in the archive (a.txt, b.pdf, c.log): x.zip"
    );
    let empty = logs::open(Bytes::from(Zip::default().finish()), "x.zip").unwrap_err();
    assert_eq!(
        empty.to_string(),
        "no log in the archive (it is empty): x.zip"
    );
}

#[test]
fn a_log_that_unpacks_to_endless_zeros_ends() {
    let mut bomb = some_log(0, 1, "can0");
    bomb.resize(300 << 20, 0);
    let packed = zstd(&bomb);
    assert!(packed.len() < 1 << 20);
    drop(bomb);
    let log = Log::read(packed);
    assert_eq!(log.frames.len(), 1);
    assert_eq!(log.reader.skipped().count(SkipReason::ExpandsTooFar), 1);
}

proptest! {
    #[test]
    fn damaged_archives_never_panic(
        damage in proptest::collection::vec((0_usize..100_000, any::<u8>()), 1..10),
        cut in 0_usize..100,
    ) {
        let mut zip = Zip::default();
        zip.add("1.log", Method::Stored, &some_log(0, 5, "can0"));
        zip.add("2.log", Method::Deflated, &some_log(5, 5, "can1"));
        let mut bytes = zip.finish();
        for (at, byte) in damage {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut);
        if let Ok(mut reader) = logs::open(Bytes::from(bytes), "damaged.zip") {
            while reader.read(&mut Vec::new(), 1000).unwrap() > 0 {}
        }
    }
}
