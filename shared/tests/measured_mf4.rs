//! Measured signals in MDF 4: against what asammdf reads, and damage.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod mf4_files;
mod test_data;

use bytes::Bytes;
use canlake_shared::decode::{MemorySignal, MemorySink};
use canlake_shared::measured::{self, MeasuredReader, MeasuredRun};
use mf4_files::{Cn, Mf4};
use proptest::prelude::*;

/// Reads all of it in runs of about `max` values.
fn read(bytes: Vec<u8>, max: usize) -> Option<(MemorySink, Box<dyn MeasuredReader>)> {
    let mut reader = measured::open(Bytes::from(bytes), "test.mf4").unwrap()?;
    let mut sink = MemorySink::default();
    let mut run = MeasuredRun::default();
    while reader.read(&mut run, max).unwrap() > 0 {
        run.write_to(&mut sink).unwrap();
    }
    Some((sink, reader))
}

fn signal<'a>(sink: &'a MemorySink, name: &str) -> &'a MemorySignal {
    let found = sink
        .signals()
        .iter()
        .find(|signal| &*signal.key.signal == name);
    found.unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn values_equal_those_of_asammdf() {
    let Some(dir) = test_data::data_dir("formats/mf4/test_metadata.mf4") else {
        return;
    };
    let bytes = std::fs::read(dir.join("formats/mf4/test_metadata.mf4")).unwrap();
    let (sink, reader) = read(bytes, 10).unwrap();
    assert_eq!(reader.skipped().total(), 0);
    assert_eq!(sink.signals().len(), 24);
    let cases: [(&str, [f64; 2], Option<&str>); 12] = [
        ("SBYTE.IDENTICAL.DISCRETE", [0.0, 90.0], None),
        (
            "UBYTE.VTAB_RANGE_NO_DEFAULT_VALUE",
            [200.0, 43.0],
            Some("eigteen_to_ninetynine"),
        ),
        ("UBYTE.TAB_VERB_NO_DEFAULT_VALUE", [0.0, 99.0], None),
        (
            "UBYTE.TAB_VERB_DEFAULT_VALUE",
            [100.0, 199.0],
            Some("unknown signal type"),
        ),
        ("UBYTE.TAB_INTP_DEFAULT_VALUE", [111.0, 111.0], None),
        ("SLONG.IDENTICAL", [800.0, 899.0], None),
        ("SBYTE.IDENTICAL", [-124.0, -25.0], None),
        ("SWORD.IDENTICAL", [200.0, 299.0], None),
        ("FLOAT32.IDENTICAL", [300.0, 400.0], None),
        ("UWORD.IDENTICAL.BITMASK_0FF0", [50.0, 56.0], None),
        ("UBYTE.RAT_FUNC.DIV_10", [14.4, 24.3], None),
        ("UBYTE.HYPERBOLIC", [1.0 / 44.0, 1.0 / 143.0], None),
    ];
    let start = 1_542_903_995_453_006_080;
    for (name, values, label) in cases {
        let signal = signal(&sink, &format!("ASAM.M.SCALAR.{name}"));
        assert_eq!(signal.timestamps, [start, start + 1_000_000_000]);
        let is_near = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-12;
        assert!(
            signal.values.iter().zip(&values).all(is_near),
            "{name} {:?}",
            signal.values
        );
        assert_eq!(signal.label(1), label, "{name}");
    }
    assert_eq!(signal(&sink, "ASAM.M.SCALAR.SLONG.IDENTICAL").unit, "hours");
    let message = &signal(&sink, "ASAM.M.SCALAR.SLONG.IDENTICAL").key.message;
    assert_eq!(&**message, "Engine_1");

    let bytes = std::fs::read(dir.join("formats/mf4/test_batch.mf4")).unwrap();
    let (sink, reader) = read(bytes, 100).unwrap();
    assert_eq!(reader.skipped().total(), 0);
    assert_eq!(sink.signals().len(), 3);
    assert!(
        sink.signals()
            .iter()
            .all(|signal| signal.values.len() == 1051)
    );
}

const START_NS: u64 = 1_700_000_000_000_000_000;

/// Two groups in one stream, in one block or a list: parts of bytes, and texts.
fn two_groups(is_list: bool) -> Vec<u8> {
    let mut file = Mf4::new(START_NS, 0);
    let time = Cn {
        kind: 2,
        data_type: 4,
        ..Cn::unsigned("time", 0, 0, 64)
    };
    let bytes = Cn {
        data_type: 10,
        ..Cn::unsigned("raw", 8, 0, 32)
    };
    let last = file.channel(0, 0, 0, bytes);
    let word = Cn {
        data_type: 7,
        ..Cn::unsigned("word", 8, 0, 32)
    };
    let last = file.channel(last, 0, 0, word);
    let first = file.channel(last, 0, 0, time);
    let texts = file.group(0, first, 2, 0, 12);
    let half = file.linear(1.0, 0.5);
    let part = file.channel(0, 0, half, Cn::unsigned("whole.count", 8, 4, 12));
    let whole = Cn {
        data_type: 10,
        ..Cn::unsigned("whole", 8, 0, 16)
    };
    let again = file.channel(0, 0, 0, Cn::unsigned("whole.count", 8, 0, 4));
    let last = file.channel(again, part, 0, whole);
    let first = file.channel(last, 0, 0, time);
    let counts = file.group(texts, first, 1, 0, 10);
    let mut records = Vec::new();
    for i in 0..200_u16 {
        records.push(1);
        records.extend((f64::from(i) * 0.5).to_le_bytes());
        records.extend((i << 4 | 3).to_le_bytes());
        if i % 50 == 0 {
            records.push(2);
            records.extend((f64::from(i) * 0.5).to_le_bytes());
            records.extend([b'a' + (i / 50) as u8, b'!', 0, b'x']);
        }
    }
    let data = if is_list {
        let (head, tail) = records.split_at(1001);
        let parts = [
            (file.packed(*b"DT", head, 10), head.len()),
            (file.packed(*b"DT", tail, 0), tail.len()),
        ];
        file.list(&parts)
    } else {
        file.block(*b"DT", &[], &records)
    };
    let group = file.data_group(0, counts, data, 1);
    file.finish(group)
}

#[test]
fn unsorted_groups_structures_and_texts() {
    let (sink, reader) = read(two_groups(false), 7).unwrap();
    let (of_list, _) = read(two_groups(true), 1000).unwrap();
    assert_eq!(of_list.signals().len(), 3);
    assert_eq!(of_list.signals()[0], sink.signals()[0]);
    let names: Vec<String> = (sink.signals().iter())
        .map(|signal| format!("{} {}", signal.key.message, signal.key.signal))
        .collect();
    assert_eq!(
        names,
        [
            "group 1.1 whole.count",
            "group 1.1 whole.count (2)",
            "group 1.2 word"
        ]
    );
    let counts = &sink.signals()[0];
    assert_eq!(counts.values.len(), 200);
    assert_eq!(counts.values[10], 6.0);
    assert_eq!(counts.timestamps[10], START_NS as i64 + 5_000_000_000);
    assert!(sink.signals()[1].values.iter().all(|value| *value == 3.0));
    let words = &sink.signals()[2];
    // A text is a value by its number among those of the signal.
    assert_eq!(words.values[..4], [0.0, 1.0, 2.0, 3.0]);
    let labels: Vec<Option<&str>> = (0..4).map(|i| words.label(i)).collect();
    assert_eq!(labels, [Some("a!"), Some("b!"), Some("c!"), Some("d!")]);
    assert_eq!(
        reader.skipped().details()[0].to_string(),
        "byte 0: channel of a kind that is not read: \"raw\""
    );
    assert_eq!(reader.skipped().total(), 1);
}

#[test]
fn other_files_are_none() {
    assert!(read(b"(1.0) can0 1#11\n".to_vec(), 10).is_none());
    let Some(dir) = test_data::data_dir("formats/mf4/uds_kona_leaf_original.MF4") else {
        return;
    };
    let bus = std::fs::read(dir.join("formats/mf4/uds_kona_leaf_original.MF4")).unwrap();
    assert!(read(bus, 10).is_none());
}

proptest! {
    #[test]
    fn damaged_bytes_never_panic(
        damage in proptest::collection::vec((0_usize..100_000, any::<u8>()), 1..20),
        cut in 0_usize..500,
        is_list: bool,
    ) {
        let mut file = two_groups(is_list);
        for (at, byte) in damage {
            let at = 32 + at % (file.len() - 32);
            file[at] = byte;
        }
        file.truncate(file.len() - cut);
        read(file, 50);
    }
}
