//! Properties of whole files: what is written reads back, what the footer says is what a scan finds,
//! what others wrote opens, and what is made to harm is refused.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, DictionaryArray, FixedSizeBinaryArray, Float64Array, Int64Array,
    LargeBinaryArray, LargeStringArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray, UInt8Array,
    UInt32Array,
};
use arrow::datatypes::{Field, Int32Type, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use proptest::prelude::*;

use super::footer::{
    ClockAnchor, ClockInfo, ClockState, DbcProvenance, DbcSource, Loss, LossPlace, Recording,
    Undecoded, UndecodedReason,
};
use super::*;
use crate::can::{CanFrame, CanId, ChannelIdx, ChannelTable, FrameFlags, Payload};
use crate::lake::VehicleId;
use crate::time::{TimeRange, Timestamp};

fn at(ns: i64) -> Timestamp {
    Timestamp::from_ns(ns)
}

fn vehicle() -> VehicleId {
    VehicleId::new("V1").unwrap()
}

fn recording() -> Recording {
    Recording {
        coverage: vec![
            TimeRange::new(at(0), at(100)),
            TimeRange::new(at(200), at(300)),
        ],
        loss: vec![Loss {
            place: LossPlace::Socket,
            channel: "can0".to_owned(),
            frames: 7,
            exact: true,
            from: at(100),
            to: at(200),
        }],
        clock: Some(ClockInfo {
            boot_id: "6f0c2a1b".to_owned(),
            state: ClockState::Corrected,
            anchors: vec![ClockAnchor {
                boot_ns: 5,
                utc: at(6),
            }],
            correction_ns: -1,
            uncertainty_ns: Some(1000),
        }),
    }
}

fn raw_file(frames: &[(CanFrame, &str)]) -> (Bytes, FileSummary) {
    let info = RawFileInfo {
        vehicle: vehicle(),
        writer: "test 1".to_owned(),
        recording: recording(),
    };
    let mut writer = RawFileWriter::new(Vec::new(), info).unwrap();
    let mut builder = RawBatchBuilder::new("V1");
    for (frame, channel) in frames {
        builder.push(frame, channel);
    }
    writer.write(&builder.finish()).unwrap();
    let (bytes, summary) = writer.close().unwrap();
    (bytes.into(), summary)
}

fn read_frames(bytes: Bytes) -> (Vec<(CanFrame, String)>, RawFileReader) {
    let mut reader = RawFileReader::open(bytes).unwrap();
    let mut frames = Vec::new();
    let mut channels = ChannelTable::default();
    for batch in reader.by_ref() {
        let batch = batch.unwrap();
        let view = RawView::new(&batch).unwrap();
        for i in 0..view.len() {
            let frame = view.frame(i, &mut channels).unwrap();
            let channel = channels.name(frame.channel).unwrap().to_string();
            frames.push((
                CanFrame {
                    channel: ChannelIdx(0),
                    ..frame
                },
                channel,
            ));
        }
    }
    (frames, reader)
}

fn any_frame() -> impl Strategy<Value = CanFrame> {
    let id = prop_oneof![
        (0..=CanId::MAX_STANDARD).prop_map(|id| CanId::standard(id).unwrap()),
        (0..=CanId::MAX_EXTENDED).prop_map(|id| CanId::extended(id).unwrap()),
    ];
    let payload = proptest::collection::vec(any::<u8>(), 0..=64);
    (any::<i64>(), id, payload, any::<[bool; 6]>()).prop_map(|(ns, id, data, set)| {
        let payload = Payload::new(&data).unwrap();
        let all = [
            FrameFlags::FD,
            FrameFlags::BRS,
            FrameFlags::ESI,
            FrameFlags::REMOTE,
            FrameFlags::ERROR,
            FrameFlags::TX,
        ];
        let flags = all
            .into_iter()
            .zip(set)
            .fold(FrameFlags::NONE, |flags, (flag, on)| flags.with(flag, on));
        CanFrame {
            flags,
            ..CanFrame::data(at(ns), ChannelIdx(0), id, payload)
        }
    })
}

/// Rows of one signal: name parts, unit, rows of time, value and label.
type Rows = Vec<(i64, f64, Option<u8>)>;

fn decoded_file(runs: &[Vec<(SignalKey, Rows)>]) -> (Bytes, FileSummary) {
    let info = DecodedFileInfo {
        vehicle: vehicle(),
        writer: "test 1".to_owned(),
        dbc: Some(DbcProvenance {
            files: vec![DbcSource {
                name: "ev.dbc".to_owned(),
                sha256: ContentHash::of(b"dbc"),
            }],
            decoder: "test 1".to_owned(),
        }),
        sources: vec![ContentHash::of(b"b"), ContentHash::of(b"a")],
        recording: recording(),
    };
    let mut writer = DecodedFileWriter::new(Vec::new(), info).unwrap();
    let texts = ["off", "on", "fault"];
    for run in runs {
        let mut signals = run.clone();
        signals.sort_by(|a, b| a.0.cmp(&b.0));
        signals.dedup_by(|a, b| a.0 == b.0);
        for (key, rows) in &signals {
            let timestamps: Vec<_> = rows.iter().map(|row| row.0).collect();
            let values: Vec<_> = rows.iter().map(|row| row.1).collect();
            let indices: Vec<_> = rows
                .iter()
                .map(|row| row.2.map_or(Labels::NONE, u32::from))
                .collect();
            let declared = SignalDeclaration {
                cycle_time_ms: Some(10),
                is_on_change: true,
                labels: vec![(0.0, "off".to_owned()), (0.1, "on".to_owned())],
                comment: "pressure \"behind\" the pump, µbar".to_owned(),
            };
            let labels = if rows.iter().any(|row| row.2.is_some()) {
                Labels::PerRow {
                    indices: &indices,
                    texts: &texts,
                }
            } else {
                Labels::None
            };
            let column = SignalColumn {
                key,
                unit: "V",
                declared: Some(&declared),
                timestamps: &timestamps,
                values: &values,
                labels,
            };
            writer.write_signal(column).unwrap();
        }
        writer.end_run().unwrap();
    }
    let undecoded = vec![Undecoded {
        channel: "can0".to_owned(),
        arbitration_id: 0x123,
        is_extended: true,
        reason: UndecodedReason::UnknownId,
        frames: 3,
    }];
    let (bytes, summary) = writer.close(undecoded).unwrap();
    (bytes.into(), summary)
}

fn any_rows() -> impl Strategy<Value = Rows> {
    let value = prop_oneof![
        any::<f64>(),
        (-100_i32..100).prop_map(f64::from),
        Just(-0.0),
        Just(f64::INFINITY),
        Just(f64::NAN),
    ];
    proptest::collection::vec((any::<i64>(), value, proptest::option::of(0_u8..3)), 0..40)
}

fn any_run() -> impl Strategy<Value = Vec<(SignalKey, Rows)>> {
    let key = (
        "[ab]{0,2}",
        "[AB]{1,2}",
        proptest::option::of(0_u32..3),
        "[st.]{1,2}",
    )
        .prop_map(|(channel, message, id, signal)| SignalKey::new(&channel, &message, id, &signal));
    proptest::collection::vec((key, any_rows()), 0..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn raw_frames_round_trip(frames in proptest::collection::vec((any_frame(), "[a-c]{0,2}"), 0..40)) {
        let frames: Vec<_> = frames.iter().map(|(frame, channel)| (*frame, channel.as_str())).collect();
        let (bytes, written) = raw_file(&frames);
        let (read, reader) = read_frames(bytes.clone());
        let expected: Vec<_> = frames.iter().map(|(frame, channel)| (*frame, (*channel).to_owned())).collect();
        prop_assert_eq!(read, expected);
        prop_assert!(reader.skipped().is_empty());
        prop_assert_eq!(reader.summary(), &written);
        prop_assert_eq!(raw_file(&frames).0, bytes);
    }

    #[test]
    fn the_footer_says_what_a_scan_finds(runs in proptest::collection::vec(any_run(), 0..3)) {
        let (bytes, written) = decoded_file(&runs);
        let (footer, warnings) = read_summary(&bytes).unwrap();
        prop_assert!(warnings.is_empty());
        prop_assert_eq!(&footer, &written);
        prop_assert_eq!(&summarise_decoded(bytes.clone()).unwrap(), &written);
        prop_assert_eq!(decoded_file(&runs).0, bytes);
        let pairs = written.to_key_values();
        let pairs = pairs.iter().map(|(key, value)| (*key, value.as_str()));
        let (read, warnings) = FileSummary::from_key_values(FileKind::Decoded, pairs);
        prop_assert!(warnings.is_empty());
        prop_assert_eq!(FileSummary { vehicle: written.vehicle.clone(), ..read }, written);
    }

    #[test]
    fn damaged_files_never_panic(flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in any::<prop::sample::Index>(), is_cut: bool) {
        let frame = CanFrame::data(at(5), ChannelIdx(0), CanId::standard(1).unwrap(), Payload::EMPTY);
        let mut bytes = raw_file(&[(frame, "can0")]).0.to_vec();
        for (idx, value) in flips {
            let idx = idx.index(bytes.len());
            bytes[idx] = value;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(reader) = RawFileReader::open(Bytes::from(bytes)) {
            let _rows = reader.filter_map(Result::ok).map(|batch| batch.num_rows()).sum::<usize>();
        }
    }
}

fn parquet_of(columns: Vec<(&str, ArrayRef)>) -> Bytes {
    let fields = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).unwrap();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, None).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap().into()
}

const MS: i64 = 1_771_804_800_123;

#[test]
fn foreign_types_and_missing_columns_are_converted() {
    let timestamps: [ArrayRef; 5] = [
        Arc::new(TimestampNanosecondArray::from(vec![MS * 1_000_000; 2])),
        Arc::new(TimestampMicrosecondArray::from(vec![MS * 1000; 2]).with_timezone("UTC")),
        Arc::new(TimestampMillisecondArray::from(vec![MS; 2]).with_timezone("+05:30")),
        Arc::new(TimestampMillisecondArray::from(vec![MS; 2])),
        Arc::new(Int64Array::from(vec![MS * 1_000_000; 2])),
    ];
    let ids: [ArrayRef; 2] = [
        Arc::new(UInt32Array::from(vec![0x7FF, 0x800])),
        Arc::new(Int64Array::from(vec![0x7FF, 0x800])),
    ];
    let payload: [&[u8]; 2] = [&[1, 2], &[3, 4]];
    let payloads: [ArrayRef; 3] = [
        Arc::new(LargeBinaryArray::from_iter_values(payload)),
        Arc::new(FixedSizeBinaryArray::try_from_iter(payload.iter()).unwrap()),
        Arc::new(arrow::array::BinaryViewArray::from_iter_values(payload)),
    ];
    let vehicles: [ArrayRef; 3] = [
        Arc::new(LargeStringArray::from(vec!["V1"; 2])),
        Arc::new(StringViewArray::from(vec!["V1"; 2])),
        Arc::new(
            vec!["V1"; 2]
                .into_iter()
                .collect::<DictionaryArray<Int32Type>>(),
        ),
    ];
    for timestamp in &timestamps {
        for id in &ids {
            for (data, vehicle) in payloads.iter().zip(&vehicles) {
                let bytes = parquet_of(vec![
                    ("vehicle_id", Arc::clone(vehicle)),
                    ("data", Arc::clone(data)),
                    ("arb_id", Arc::clone(id)),
                    ("timestamp", Arc::clone(timestamp)),
                    ("comment", Arc::new(BooleanArray::from(vec![true; 2]))),
                ]);
                let (frames, reader) = read_frames(bytes);
                let summary = reader.summary();
                assert_eq!(summary.schema_version, None);
                assert_eq!(summary.rows, 2);
                assert_eq!(summary.vehicle.as_deref(), Some("V1"));
                let range = TimeRange::inclusive(at(MS * 1_000_000), at(MS * 1_000_000));
                assert_eq!(
                    summary.time_range,
                    Some(range),
                    "{:?}",
                    timestamp.data_type()
                );
                for ((frame, channel), (number, data)) in
                    frames.iter().zip([0x7FF, 0x800].iter().zip(payload))
                {
                    assert_eq!(frame.timestamp, range.start);
                    assert_eq!(frame.id, CanId::from_number(*number).unwrap());
                    assert_eq!((&*frame.payload, frame.len), (data, 2));
                    assert_eq!((frame.flags, channel.as_str()), (FrameFlags::NONE, ""));
                }
                assert_eq!(frames.len(), 2);
            }
        }
    }
}

#[test]
fn files_of_the_original_open() {
    let raw = |data: &[&[u8]]| {
        let n = data.len();
        parquet_of(vec![
            (
                "timestamp",
                Arc::new(TimestampNanosecondArray::from(
                    vec![1_771_804_800_000_000_384; n],
                )),
            ),
            ("arb_id", Arc::new(UInt32Array::from(vec![0x100; n]))),
            ("dlc", Arc::new(UInt8Array::from(vec![8; n]))),
            (
                "data",
                Arc::new(arrow::array::BinaryArray::from_iter_values(data)),
            ),
            (
                "vehicle_id",
                Arc::new(StringArray::from(vec!["VIN_TEST01"; n])),
            ),
        ])
    };
    let (frames, reader) = read_frames(raw(&[&[0; 8], &[]]));
    assert_eq!(reader.summary().vehicle.as_deref(), Some("VIN_TEST01"));
    let [(data, _), (remote, _)] = &frames[..] else {
        panic!("two frames")
    };
    assert_eq!((data.flags, data.len), (FrameFlags::NONE, 8));
    // The original stored remote frames as a length without data.
    assert_eq!((remote.flags, remote.len), (FrameFlags::REMOTE, 8));
    assert!(read_frames(raw(&[])).0.is_empty());

    // Interleaved, time in the order of frames; and an empty file.
    let decoded = |n: usize| {
        let names = |odd: &str, even: &str| {
            let texts = (0..n).map(|i| if i % 2 == 0 { even } else { odd }.to_owned());
            Arc::new(StringArray::from_iter_values(texts)) as ArrayRef
        };
        let ns = (0_i64..).take(n).collect::<Vec<_>>();
        let values = (0_u32..).take(n).map(f64::from).collect::<Vec<_>>();
        parquet_of(vec![
            ("timestamp", Arc::new(TimestampNanosecondArray::from(ns))),
            ("vehicle_id", names("V", "V")),
            ("message_name", names("A", "B")),
            ("signal_name", names("s", "s")),
            ("value", Arc::new(Float64Array::from(values))),
            ("unit", names("", "rpm")),
        ])
    };
    let summary = summarise_decoded(decoded(5)).unwrap();
    let signals = summary.signals.unwrap();
    let found: Vec<_> = signals
        .iter()
        .map(|it| {
            (
                it.key.to_string(),
                it.unit.as_str(),
                it.rows,
                it.min,
                it.max,
                it.is_integer,
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("A.s".to_owned(), "", 2, Some(1.0), Some(3.0), true),
            ("B.s".to_owned(), "rpm", 3, Some(0.0), Some(4.0), true),
        ]
    );
    assert_eq!(summary.time_range, Some(TimeRange::inclusive(at(0), at(4))));
    let empty = summarise_decoded(decoded(0)).unwrap();
    assert_eq!(
        (empty.rows, empty.time_range, empty.signals),
        (0, None, Some(Vec::new()))
    );
}

#[test]
fn impossible_rows_are_left_out_and_counted() {
    let long = [0_u8; 65];
    let data: [&[u8]; 4] = [&[], &[], &long, &[1]];
    let bytes = parquet_of(vec![
        (
            "timestamp",
            Arc::new(TimestampMillisecondArray::from(vec![
                None,
                Some(1),
                Some(1),
                Some(i64::MAX),
            ])),
        ),
        (
            "arb_id",
            Arc::new(UInt32Array::from(vec![1, 0x2000_0000, 1, 1])),
        ),
        (
            "data",
            Arc::new(arrow::array::BinaryArray::from_iter_values(data)),
        ),
    ]);
    let (frames, reader) = read_frames(bytes);
    assert!(frames.is_empty());
    let skipped: Vec<_> = reader
        .skipped()
        .iter()
        .map(|(fault, n)| (*fault, *n))
        .collect();
    let expected = [
        (RowFault::Timestamp, 2),
        (RowFault::ArbitrationId, 1),
        (RowFault::Payload, 1),
    ];
    assert_eq!(skipped, expected);
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let one = || Arc::new(Int64Array::from(vec![1])) as ArrayRef;
    let cases = [
        (Bytes::from_static(b"not parquet at all"), "Parquet"),
        (Bytes::from_static(b""), "Parquet"),
        (
            Bytes::from_static(b"PAR1\xFF\xFF\xFF\x7FPAR1"),
            "footer's length of 2147483647",
        ),
        (
            parquet_of(vec![("a", one()), ("b", one())]),
            "its columns are a, b",
        ),
        (
            parquet_of(vec![
                ("timestamp", Arc::clone(&text)),
                ("arb_id", one()),
                ("data", text),
            ]),
            "column timestamp has type Utf8",
        ),
        (
            decoded_file(&[]).0,
            "holds decoded rows where raw rows are needed",
        ),
    ];
    for (bytes, reason) in cases {
        let error = RawFileReader::open(bytes).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn broken_metadata_costs_its_own_key_alone() {
    let pairs = [
        ("canlake.schema", "decoded/1"),
        ("canlake.rows", "many"),
        (
            "canlake.coverage",
            r#"[{"start":5,"end":9},{"start":4,"end":3},{"start":1,"end":2}]"#,
        ),
        (
            "canlake.loss",
            r#"[{"place":"future_place","frames":1,"exact":false,"from":1,"to":2,"new":0}]"#,
        ),
        ("canlake.time_range", r#"{"first":9,"last":1}"#),
        (
            "canlake.signals",
            r#"[{"message":"M","signal":"S","rows":1,"min":"NaN","max":"inf","first":1,"last":1}]"#,
        ),
        ("pandas", "{}"),
    ];
    let (summary, warnings) = FileSummary::from_key_values(FileKind::Decoded, pairs);
    let keys: Vec<_> = warnings.iter().map(|warning| warning.key).collect();
    assert_eq!(keys, ["canlake.rows", "canlake.time_range"]);
    let coverage = [TimeRange::new(at(1), at(2)), TimeRange::new(at(5), at(9))];
    assert_eq!(summary.recording.coverage, coverage);
    assert_eq!(
        summary.recording.loss[0].place,
        LossPlace::Other("future_place".into())
    );
    let signal = &summary.signals.unwrap()[0];
    assert_eq!((signal.min, signal.max), (None, Some(f64::INFINITY)));
}

#[test]
fn signals_come_in_order_inside_a_run() {
    let info = DecodedFileInfo {
        vehicle: vehicle(),
        writer: "test 1".to_owned(),
        dbc: None,
        sources: Vec::new(),
        recording: Recording::default(),
    };
    let mut writer = DecodedFileWriter::new(Vec::new(), info).unwrap();
    let [a, b] = ["A", "B"].map(|message| SignalKey::new("", message, None, "s"));
    let column = |key| SignalColumn {
        key,
        unit: "",
        declared: None,
        timestamps: &[1],
        values: &[1.0],
        labels: Labels::None,
    };
    writer.write_signal(column(&b)).unwrap();
    let error = writer.write_signal(column(&a)).unwrap_err().to_string();
    assert!(error.contains("A.s comes after B.s"), "{error}");
    writer.end_run().unwrap();
    writer.write_signal(column(&a)).unwrap();
    let short = SignalColumn {
        values: &[],
        ..column(&b)
    };
    assert!(
        writer
            .write_signal(short)
            .unwrap_err()
            .to_string()
            .contains("1 timestamps but 0 values")
    );
}

/// Counts the bytes that a reader asks for.
#[derive(Clone)]
struct Counting {
    bytes: Bytes,
    read: Arc<std::sync::atomic::AtomicU64>,
}

impl parquet::file::reader::Length for Counting {
    fn len(&self) -> u64 {
        u64::try_from(self.bytes.len()).unwrap()
    }
}

impl parquet::file::reader::ChunkReader for Counting {
    type T = <Bytes as parquet::file::reader::ChunkReader>::T;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        self.bytes.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let length_u64 = u64::try_from(length).unwrap();
        self.read
            .fetch_add(length_u64, std::sync::atomic::Ordering::Relaxed);
        self.bytes.get_bytes(start, length)
    }
}

#[test]
fn one_signals_minute_touches_its_pages_alone() {
    use parquet::arrow::ProjectionMask;
    use parquet::arrow::arrow_reader::{
        ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
    };
    use parquet::file::metadata::RowGroupMetaData;
    use parquet::file::page_index::column_index::ColumnIndexMetaData;

    // Eight signals of 100,000 rows at 100 Hz; a minute of one is 6,000 rows of 800,000.
    const ROWS: i64 = 100_000;
    const STEP_NS: i64 = 10_000_000;
    let run: Vec<_> = (0..8)
        .map(|signal| {
            let key = SignalKey::new("can0", "Message", Some(0x100), &format!("Signal{signal}"));
            let value = |i: i64| f64::from(i32::try_from(i * 7919 % 4099 * (signal + 1)).unwrap());
            (
                key,
                (0..ROWS).map(|i| (i * STEP_NS, value(i), None)).collect(),
            )
        })
        .collect();
    let (bytes, _) = decoded_file(&[run]);
    let read = Arc::default();
    let file = Counting {
        bytes,
        read: Arc::clone(&read),
    };
    let metadata = open_footer(&file, true).unwrap();
    let parquet = Arc::clone(metadata.metadata());
    assert!(parquet.row_groups().len() >= 3, "several row groups");
    let window = TimeRange::new(at(300 * 100 * STEP_NS), at(360 * 100 * STEP_NS));

    let signal_column = decoded_schema().index_of(decoded::SIGNAL_NAME).unwrap();
    let column_index = parquet.column_index().unwrap();
    let offset_index = parquet.offset_index().unwrap();
    let mut selections = Vec::new();
    for ((group, columns), offsets) in parquet
        .row_groups()
        .iter()
        .zip(column_index)
        .zip(offset_index)
    {
        let rows = usize::try_from(group.num_rows()).unwrap();
        let (ColumnIndexMetaData::BYTE_ARRAY(names), ColumnIndexMetaData::INT64(times)) =
            (&columns[signal_column], &columns[0])
        else {
            panic!("names and times have a page index");
        };
        let select = |column: usize, is_hit: &dyn Fn(usize) -> bool| {
            let pages = offsets[column].page_locations();
            let start = |page: usize| {
                pages
                    .get(page)
                    .map_or(rows, |it| usize::try_from(it.first_row_index).unwrap())
            };
            assert!((0..pages.len()).all(|page| start(page + 1) - start(page) <= PAGE_ROWS));
            let selectors = (0..pages.len()).map(|page| RowSelector {
                row_count: start(page + 1) - start(page),
                skip: !is_hit(page),
            });
            selectors.collect::<RowSelection>()
        };
        let by_name = select(signal_column, &|page| {
            names.min_value(page).unwrap() <= &b"Signal5"[..]
                && names.max_value(page).unwrap() >= &b"Signal5"[..]
        });
        let by_time = select(0, &|page| {
            let (first, last) = (
                *times.min_value(page).unwrap(),
                *times.max_value(page).unwrap(),
            );
            TimeRange::inclusive(at(first), at(last)).overlaps(window)
        });
        selections.extend(Vec::from(by_name.intersection(&by_time)));
    }
    let before = read.load(std::sync::atomic::Ordering::Relaxed);
    let mask = ProjectionMask::columns(
        metadata.parquet_schema(),
        [decoded::TIMESTAMP, decoded::SIGNAL_NAME, decoded::VALUE],
    );
    let total = parquet
        .row_groups()
        .iter()
        .map(RowGroupMetaData::compressed_size)
        .sum::<i64>();
    let rows = ParquetRecordBatchReaderBuilder::new_with_metadata(file.clone(), metadata)
        .with_projection(mask)
        .with_row_selection(RowSelection::from(selections))
        .build()
        .unwrap();
    let rows: usize = rows.map(|batch| batch.unwrap().num_rows()).sum();
    let touched = read.load(std::sync::atomic::Ordering::Relaxed) - before;
    assert!((6_000..=60_000).contains(&rows), "{rows} rows");
    let share = touched as f64 / total as f64;
    assert!(
        touched > 0 && share < 0.08,
        "{touched} of {total} bytes, {share:.3}"
    );
}
