//! The compiled decoder against one that reads bit by bit, which is slow and plainly right.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the reference reinterprets bits on purpose"
)]

use proptest::prelude::*;

use super::*;
use crate::can::CanId;
use crate::dbc::{
    ByteOrder, MessageDef, Multiplexing, MuxSelector, SendType, SignalDef, ValueDescriptions,
    ValueType,
};

fn signal(start_bit: u32, bit_len: u32, byte_order: ByteOrder, value_type: ValueType) -> SignalDef {
    SignalDef {
        name: "Signal".to_owned(),
        short_name: "Signal".to_owned(),
        start_bit,
        bit_len,
        byte_order,
        value_type,
        factor: 1.0,
        offset: 0.0,
        range: None,
        unit: String::new(),
        comment: String::new(),
        receivers: Vec::new(),
        multiplexing: Multiplexing::default(),
        value_descriptions: ValueDescriptions::default(),
        send_type: SendType::Unspecified,
    }
}

fn message(signals: Vec<SignalDef>) -> MessageDef {
    MessageDef {
        name: "Message".to_owned(),
        id: CanId::standard(0x100).unwrap(),
        matches_by_pgn: false,
        len_bytes: 8,
        transmitter: None,
        comment: String::new(),
        cycle_time_ms: None,
        send_type: SendType::Unspecified,
        signals,
    }
}

/// Places of a signal's bits, most significant first, as (byte, bit in byte).
fn bit_places(signal: &SignalDef) -> Vec<(u64, u32)> {
    let start = u64::from(signal.start_bit);
    match signal.byte_order {
        ByteOrder::LittleEndian => (start..start + u64::from(signal.bit_len))
            .rev()
            .map(|bit| (bit / 8, (bit % 8) as u32))
            .collect(),
        ByteOrder::BigEndian => {
            let (mut byte, mut bit) = (start / 8, (start % 8) as u32);
            let mut places = Vec::new();
            for _ in 0..signal.bit_len {
                places.push((byte, bit));
                (byte, bit) = if bit == 0 {
                    (byte + 1, 7)
                } else {
                    (byte, bit - 1)
                };
            }
            places
        }
    }
}

fn reference_raw(signal: &SignalDef, payload: &[u8]) -> Option<i64> {
    let mut raw: u64 = 0;
    for (byte, bit) in bit_places(signal) {
        let byte = payload.get(usize::try_from(byte).ok()?)?;
        raw = (raw << 1) | u64::from((byte >> bit) & 1);
    }
    let is_negative = signal.value_type == ValueType::Signed
        && signal.bit_len < 64
        && raw >> (signal.bit_len - 1) == 1;
    Some(if is_negative {
        // Wraps for 63 bits, back into the range.
        (raw as i64).wrapping_sub(1_i64.wrapping_shl(signal.bit_len))
    } else {
        raw as i64
    })
}

fn reference_physical(signal: &SignalDef, raw: i64) -> f64 {
    let (factor, offset) = (signal.factor, signal.offset);
    let whole: i128 = match signal.value_type {
        ValueType::Unsigned => (raw as u64).into(),
        ValueType::Signed => raw.into(),
        ValueType::Float32 => return f64::from(f32::from_bits(raw as u32)) * factor + offset,
        ValueType::Float64 => return f64::from_bits(raw as u64) * factor + offset,
    };
    match (factor.fract() == 0.0, offset.fract() == 0.0) {
        (true, true) => (whole * factor as i128 + offset as i128) as f64,
        (true, false) => (whole * factor as i128) as f64 + offset,
        _ => whole as f64 * factor + offset,
    }
}

fn reference_is_present(message: &MessageDef, signal_idx: usize, payload: &[u8]) -> bool {
    let mut idx = signal_idx;
    for _ in 0..=message.signals.len() {
        let Some(selector) = &message.signals[idx].multiplexing.selector else {
            return true;
        };
        idx = selector.multiplexor_idx;
        let raw = message
            .signals
            .get(idx)
            .and_then(|multiplexor| reference_raw(multiplexor, payload));
        let bit_len = message.signals.get(idx).map_or(64, |signal| signal.bit_len);
        let selects = |raw: i64| {
            let bits = raw as u64 & (u64::MAX >> (64 - bit_len));
            selector.values.iter().any(|range| range.contains(&bits))
        };
        if !raw.is_some_and(selects) {
            return false;
        }
    }
    false // in a circle
}

fn reference(message: &MessageDef, payload: &[u8]) -> Vec<DecodedSignal> {
    let decode = |(signal_idx, signal): (usize, &SignalDef)| {
        if !reference_is_present(message, signal_idx, payload) {
            return None;
        }
        let raw = reference_raw(signal, payload)?;
        Some(DecodedSignal {
            signal_idx,
            raw,
            physical: reference_physical(signal, raw),
            label: signal.value_descriptions.label(raw).map(Into::into),
        })
    };
    message
        .signals
        .iter()
        .enumerate()
        .filter_map(decode)
        .collect()
}

/// Sets the signal's bits in the payload.
fn encode(signal: &SignalDef, raw: u64, payload: &mut [u8]) {
    for (position, (byte, bit)) in bit_places(signal).into_iter().rev().enumerate() {
        let byte = &mut payload[usize::try_from(byte).unwrap()];
        *byte = (*byte & !(1 << bit)) | ((((raw >> position) & 1) as u8) << bit);
    }
}

fn assert_same(left: &[DecodedSignal], right: &[DecodedSignal]) {
    let bits = |signals: &[DecodedSignal]| -> Vec<_> {
        let bits = signals.iter().map(|signal| {
            let physical = signal.physical.to_bits();
            (
                signal.signal_idx,
                signal.raw,
                physical,
                signal.label.clone(),
            )
        });
        bits.collect()
    };
    let all_numbers = |signals: &[DecodedSignal]| signals.iter().all(|s| !s.physical.is_nan());
    if all_numbers(left) && all_numbers(right) {
        assert_eq!(bits(left), bits(right));
    } else {
        // The sign and payload of a NaN are not specified for arithmetic.
        assert_eq!(left.len(), right.len());
        for (left, right) in left.iter().zip(right) {
            assert_eq!((left.signal_idx, left.raw), (right.signal_idx, right.raw));
            assert_eq!(left.physical.is_nan(), right.physical.is_nan());
        }
    }
}

fn any_signal() -> impl Strategy<Value = SignalDef> {
    let byte_order = prop_oneof![Just(ByteOrder::LittleEndian), Just(ByteOrder::BigEndian)];
    let value_type = prop_oneof![
        4 => Just(ValueType::Unsigned),
        4 => Just(ValueType::Signed),
        1 => Just(ValueType::Float32),
        1 => Just(ValueType::Float64),
    ];
    let number = || {
        prop_oneof![
            Just(1.0),
            Just(0.0),
            Just(-40.0),
            Just(0.1),
            Just(1e-7),
            Just(3.0),
            Just(0.5),
            Just(1e15),
            -1e6..1e6,
        ]
    };
    let start_bit = prop_oneof![20 => 0_u32..100, 5 => 0_u32..600, 1 => Just(u32::MAX)];
    let selector = proptest::option::weighted(
        0.4,
        (
            0_usize..6,
            proptest::collection::vec((0_u64..8, 0_u64..3), 0..3),
        ),
    );
    let shape = (start_bit, 1_u32..=64, byte_order, value_type);
    (shape, number(), number(), selector, any::<bool>()).prop_map(
        |((start_bit, bit_len, byte_order, value_type), factor, offset, selector, labelled)| {
            let bit_len = match value_type {
                ValueType::Float32 => 32,
                ValueType::Float64 => 64,
                _ => bit_len,
            };
            let mut signal = signal(start_bit, bit_len, byte_order, value_type);
            (signal.factor, signal.offset) = (factor, offset);
            signal.multiplexing.selector = selector.map(|(multiplexor_idx, ranges)| MuxSelector {
                multiplexor_idx,
                values: ranges
                    .into_iter()
                    .map(|(from, n)| from..=from + n)
                    .collect(),
            });
            if labelled && matches!(value_type, ValueType::Unsigned | ValueType::Signed) {
                let pairs = (-2..6).map(|raw| (raw, format!("label {raw}")));
                signal.value_descriptions = ValueDescriptions::new(pairs);
            }
            signal
        },
    )
}

/// Payloads with many small bytes, so that multiplexors hit their selectors.
fn any_payload(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0_u8), 0_u8..4, Just(0xFF), any::<u8>()];
    proptest::collection::vec(byte, len)
}

/// Decodes payloads as one column and returns the signals of each row.
fn decode_as_column(message: &CompiledMessage, payloads: &[Vec<u8>]) -> Vec<Vec<DecodedSignal>> {
    let mut buffer = PayloadBuffer::default();
    for payload in payloads {
        buffer.push(payload);
    }
    let column = buffer.as_payloads();
    let presence = message.presence(&column);
    let mut decoded = vec![Vec::new(); payloads.len()];
    let mut values = SignalValues::default();
    for (signal_idx, signal) in message.signals().iter().enumerate() {
        let rows = message.decode(signal_idx, &column, &presence, &mut values);
        let mut raws = Vec::new();
        assert_eq!(
            rows,
            message.decode_raw(signal_idx, &column, &presence, &mut raws)
        );
        let listed: Vec<u32> = match rows.as_list() {
            Some(list) => list.to_vec(),
            None => (0..payloads.len() as u32).collect(),
        };
        assert_eq!(values.physical.len(), listed.len());
        for (position, row) in listed.into_iter().enumerate() {
            let label = values.label_positions.get(position);
            decoded[row as usize].push(DecodedSignal {
                signal_idx,
                raw: raws[position],
                physical: values.physical[position],
                label: label.and_then(|at| signal.labels().get(*at as usize).cloned()),
            });
        }
    }
    let report = message.report(&column, &presence, FramesPerRow::One);
    let empty = decoded.iter().filter(|signals| signals.is_empty()).count();
    assert_eq!(report.without_value, empty as u64);
    decoded
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn columns_decode_as_the_reference_does(
        signals in proptest::collection::vec(any_signal(), 0..6),
        payloads in prop_oneof![
            proptest::collection::vec(any_payload(0..80), 0..12),
            proptest::collection::vec(any_payload(8..9), 0..12),
            proptest::collection::vec(any_payload(0..9), 0..12),
            proptest::collection::vec(any_payload(64..65), 0..12),
        ],
    ) {
        let message = message(signals);
        let compiled = CompiledMessage::new(&message);
        let columns = decode_as_column(&compiled, &payloads);
        for (payload, decoded) in payloads.iter().zip(columns) {
            let expected = reference(&message, payload);
            assert_same(&decoded, &expected);
            assert_same(&compiled.decode_payload(payload), &expected);
        }
    }

    #[test]
    fn decoding_undoes_encoding(signal in any_signal(), raw: u64, mut payload in any_payload(90..91)) {
        prop_assume!(signal.start_bit < 600);
        let mut signal = signal;
        signal.multiplexing.selector = None;
        let before = payload.clone();
        encode(&signal, raw, &mut payload);
        let decoded = CompiledMessage::new(&message(vec![signal.clone()])).decode_payload(&payload);
        let mask = u64::MAX >> (64 - signal.bit_len);
        prop_assert_eq!(decoded[0].raw as u64 & mask, raw & mask);
        // What the signal does not cover stays as it was.
        encode(&signal, reference_raw(&signal, &before).unwrap() as u64, &mut payload);
        prop_assert_eq!(payload, before);
    }

    #[test]
    fn nonsense_does_not_panic(
        start_bit: u32, bit_len: u32, factor: f64, offset: f64, big_endian: bool, signed: bool,
        payload in any_payload(0..70),
    ) {
        let byte_order = if big_endian { ByteOrder::BigEndian } else { ByteOrder::LittleEndian };
        let value_type = if signed { ValueType::Signed } else { ValueType::Unsigned };
        let bit_len = if bit_len % 3 == 0 { bit_len } else { bit_len % 70 };
        let start_bit = if start_bit % 3 == 0 { start_bit } else { start_bit % 500 };
        let mut signal = signal(start_bit, bit_len, byte_order, value_type);
        (signal.factor, signal.offset) = (factor, offset);
        let compiled = CompiledMessage::new(&message(vec![signal]));
        let decoded = compiled.decode_payload(&payload);
        prop_assert!(decoded.is_empty() || (1..=64).contains(&bit_len));
    }
}

#[test]
fn known_places_and_values() {
    use ByteOrder::{BigEndian, LittleEndian};
    use ValueType::{Float32, Float64, Signed, Unsigned};
    let payload: Vec<u8> = vec![0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0x11];
    let cases: [(u32, u32, ByteOrder, ValueType, f64); 12] = [
        (0, 8, LittleEndian, Unsigned, f64::from(0x12)),
        (0, 16, LittleEndian, Unsigned, f64::from(0x3412)),
        (4, 12, LittleEndian, Unsigned, f64::from(0x341)),
        (7, 16, BigEndian, Unsigned, f64::from(0x1234)),
        (3, 12, BigEndian, Unsigned, f64::from(0x234)),
        (32, 8, LittleEndian, Signed, -102.0),
        (39, 16, BigEndian, Signed, f64::from(0x9ABC - 0x1_0000)),
        (
            4,
            64,
            LittleEndian,
            Unsigned,
            0x1F0D_EBC9_A785_6341_u64 as f64,
        ),
        (3, 64, BigEndian, Unsigned, 0x2345_6789_ABCD_EF01_u64 as f64),
        (7, 64, BigEndian, Signed, 0x1234_5678_9ABC_DEF0_i64 as f64),
        (
            0,
            32,
            LittleEndian,
            Float32,
            f64::from(f32::from_bits(0x7856_3412)),
        ),
        (
            7,
            64,
            BigEndian,
            Float64,
            f64::from_bits(0x1234_5678_9ABC_DEF0),
        ),
    ];
    for (start_bit, bit_len, byte_order, value_type, expected) in cases {
        let signal = signal(start_bit, bit_len, byte_order, value_type);
        let decoded = CompiledMessage::new(&message(vec![signal])).decode_payload(&payload);
        assert_eq!(
            decoded[0].physical, expected,
            "{start_bit}|{bit_len} {byte_order:?}"
        );
    }
}

#[test]
fn integer_factors_are_exact_beyond_2_to_the_53() {
    let mut wide = signal(0, 64, ByteOrder::LittleEndian, ValueType::Unsigned);
    (wide.factor, wide.offset) = (3.0, -1.0);
    let payload = 0x7FFF_FFFF_FFFF_FFFD_u64.to_le_bytes();
    let decoded = CompiledMessage::new(&message(vec![wide])).decode_payload(&payload);
    assert_eq!(
        decoded[0].physical,
        (0x7FFF_FFFF_FFFF_FFFD_i128 * 3 - 1) as f64
    );
}

#[test]
fn what_did_not_decode_is_counted() {
    let mut multiplexor = signal(0, 8, ByteOrder::LittleEndian, ValueType::Unsigned);
    multiplexor.multiplexing.is_multiplexor = true;
    let mut selected = signal(8, 16, ByteOrder::LittleEndian, ValueType::Unsigned);
    selected.multiplexing.selector = Some(MuxSelector {
        multiplexor_idx: 0,
        values: vec![1..=1, 3..=4],
    });
    let compiled = CompiledMessage::new(&message(vec![multiplexor, selected]));
    let mut buffer = PayloadBuffer::default();
    let payloads: [&[u8]; 6] = [&[1; 8], &[2; 8], &[3, 0], &[], &[4, 0, 0], &[2]];
    for payload in payloads {
        buffer.push(payload);
    }
    let column = buffer.as_payloads();
    let presence = compiled.presence(&column);
    let report = compiled.report(&column, &presence, FramesPerRow::One);
    assert_eq!(
        report,
        ColumnReport {
            short: 2, // [3, 0] lacks the selected signal, [] the multiplexor
            unknown_multiplexor_value: 2,
            without_value: 1,
        }
    );
}
