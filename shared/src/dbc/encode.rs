//! The inverse of decoding: values of signals to the payload of a frame.
//!
//! For the simulator ([`SignalEncoder`]) and for tests. Out of range values are clamped, not refused; bits that no given
//! signal covers are zero. Multiplexors are not set by themselves: the caller gives the multiplexor's
//! value like any other, and [`is_selected`] tells what a set of raw values selects.

use super::model::{ByteOrder, MessageDef, SignalDef, ValueType};

/// A value that cannot be put into a payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The message has no signal of this name.
    #[error("message {message} has no signal {signal}")]
    UnknownSignal {
        /// Name of the message.
        message: String,
        /// The name asked for.
        signal: String,
    },
    /// The signal's bits lie beyond the payload that is written to.
    #[error("signal {signal} does not fit a payload of {len_bytes} bytes")]
    BeyondEnd {
        /// Name of the signal.
        signal: String,
        /// Length of the payload.
        len_bytes: usize,
    },
    /// A factor of zero or a value that is not a number has no raw value.
    #[error("no raw value of signal {signal} gives that physical value")]
    NoRawValue {
        /// Name of the signal.
        signal: String,
    },
}

/// The payload of a message from physical values by signal name, as long as the file declares.
/// Signals that are not given are zero bits.
pub fn encode_message(
    message: &MessageDef,
    values: &[(&str, f64)],
) -> Result<Vec<u8>, EncodeError> {
    let mut payload = vec![0; usize::try_from(message.len_bytes).unwrap_or_default()];
    for (name, physical) in values {
        let signal = message.signals.iter().find(|signal| signal.name == *name);
        let signal = signal.ok_or_else(|| EncodeError::UnknownSignal {
            message: message.name.clone(),
            signal: (*name).to_owned(),
        })?;
        let raw = raw_from_physical(signal, *physical)?;
        write_raw(&mut payload, signal, raw)?;
    }
    Ok(payload)
}

/// The raw bits whose physical value is nearest: rounded, and clamped to what the bits can hold.
/// Signed values are in two's complement, floats their bit pattern; only `bit_len` bits are set.
pub fn raw_from_physical(signal: &SignalDef, physical: f64) -> Result<u64, EncodeError> {
    let unscaled = (physical - signal.offset) / signal.factor;
    let is_float = matches!(signal.value_type, ValueType::Float32 | ValueType::Float64);
    if signal.factor == 0.0 || (unscaled.is_nan() && !is_float) {
        return Err(EncodeError::NoRawValue {
            signal: signal.name.clone(),
        });
    }
    Ok(raw_bits(signal.value_type, signal.bit_len, unscaled))
}

/// Writes the low `bit_len` bits of a raw value into a payload.
pub fn write_raw(payload: &mut [u8], signal: &SignalDef, raw: u64) -> Result<(), EncodeError> {
    let len_bytes = payload.len();
    if signal.needed_bytes() > u32::try_from(len_bytes).unwrap_or(u32::MAX) {
        return Err(EncodeError::BeyondEnd {
            signal: signal.name.clone(),
            len_bytes,
        });
    }
    BitPlace::new(signal).write(raw, payload);
    Ok(())
}

/// Physical values of one signal to payload bits, prepared once: for millions of frames.
///
/// Unlike [`encode_message`] it keeps values within the range that the file declares and never
/// fails: what is not a number becomes the lowest value.
#[derive(Clone, Debug)]
pub struct SignalEncoder {
    place: BitPlace,
    value_type: ValueType,
    factor: f64,
    offset: f64,
    /// Physical limits: the declared range within what the bits can carry.
    low: f64,
    high: f64,
}

impl SignalEncoder {
    /// Prepares a signal.
    pub fn new(signal: &SignalDef) -> Self {
        let bits = i32::try_from(signal.bit_len.clamp(1, 64)).unwrap_or(64);
        let (raw_low, raw_high) = match signal.value_type {
            ValueType::Unsigned => (0.0, 2_f64.powi(bits) - 1.0),
            ValueType::Signed => {
                let half = 2_f64.powi(bits - 1);
                (-half, half - 1.0)
            }
            ValueType::Float32 | ValueType::Float64 => (f64::NEG_INFINITY, f64::INFINITY),
        };
        let physical = |raw: f64| raw * signal.factor + signal.offset;
        let (a, b) = (physical(raw_low), physical(raw_high));
        let (low, high) = (a.min(b), a.max(b));
        let (low, high) = match signal.range {
            Some((min, max)) if min <= max => (low.max(min), high.min(max)),
            _ => (low, high),
        };
        Self {
            place: BitPlace::new(signal),
            value_type: signal.value_type,
            factor: signal.factor,
            offset: signal.offset,
            low,
            high,
        }
    }

    /// Sets the signal's bits to a physical value; those beyond the end of the payload are lost.
    pub fn encode(&self, physical: f64, payload: &mut [u8]) {
        let physical = physical.max(self.low).min(self.high);
        let unscaled = (physical - self.offset) / self.factor;
        let raw = raw_bits(self.value_type, self.place.bit_len, unscaled);
        self.place.write(raw, payload);
    }
}

/// Where the bits of a signal are.
#[derive(Clone, Copy, Debug)]
struct BitPlace {
    start_bit: u32,
    bit_len: u32,
    byte_order: ByteOrder,
}

impl BitPlace {
    fn new(signal: &SignalDef) -> Self {
        Self {
            start_bit: signal.start_bit,
            bit_len: signal.bit_len.min(64),
            byte_order: signal.byte_order,
        }
    }

    /// Replaces the bits, a byte at a time, up to the end of the payload.
    fn write(self, mut raw: u64, payload: &mut [u8]) {
        let mut left = self.bit_len;
        let mut bit = self.start_bit % 8;
        let first = usize::try_from(self.start_bit / 8).unwrap_or(usize::MAX);
        for byte in payload.iter_mut().skip(first) {
            if left == 0 {
                return;
            }
            let (chunk, shift, n) = match self.byte_order {
                ByteOrder::LittleEndian => {
                    let n = (8 - bit).min(left);
                    let chunk = raw;
                    raw >>= n;
                    (chunk, bit, n)
                }
                ByteOrder::BigEndian => {
                    let n = (bit + 1).min(left);
                    (raw >> (left - n), bit + 1 - n, n)
                }
            };
            let ones = 0xFF >> (8 - n);
            let [chunk, ..] = chunk.to_le_bytes();
            *byte = *byte & !(ones << shift) | (chunk & ones) << shift;
            left -= n;
            // The next byte is entered at its first bit in the order of transmission.
            bit = match self.byte_order {
                ByteOrder::LittleEndian => 0,
                ByteOrder::BigEndian => 7,
            };
        }
    }
}

/// The bits of a value without factor and offset, see [`raw_from_physical`].
fn raw_bits(value_type: ValueType, bit_len: u32, unscaled: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is the clamp that is wanted; f32 rounds to the nearest"
    )]
    match value_type {
        ValueType::Float32 => u64::from((unscaled as f32).to_bits()),
        ValueType::Float64 => unscaled.to_bits(),
        ValueType::Unsigned => (unscaled.round() as u64).min(mask(bit_len)),
        ValueType::Signed => {
            let max = (mask(bit_len) >> 1).cast_signed();
            let raw = (unscaled.round() as i64).clamp(-max - 1, max);
            raw.cast_unsigned() & mask(bit_len)
        }
    }
}

/// Whether a signal is present when the signals of its message have the raw values `raw_values`
/// (in the order of [`MessageDef::signals`]; a missing one counts as 0).
pub fn is_selected(message: &MessageDef, signal: &SignalDef, raw_values: &[u64]) -> bool {
    let mut selector = signal.multiplexing.selector.as_ref();
    while let Some(condition) = selector {
        let idx = condition.multiplexor_idx;
        let raw = raw_values.get(idx).copied().unwrap_or_default();
        if !condition.values.iter().any(|range| range.contains(&raw)) {
            return false;
        }
        let multiplexor = message.signals.get(idx);
        selector = multiplexor.and_then(|signal| signal.multiplexing.selector.as_ref());
    }
    true
}

/// `bit_len` ones.
const fn mask(bit_len: u32) -> u64 {
    match bit_len {
        0 => 0,
        64.. => u64::MAX,
        _ => (1 << bit_len) - 1,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::load;
    use super::super::plan::CompiledMessage;
    use super::*;

    const DBC: &[u8] = b"BO_ 1 Msg: 8 ECU
 SG_ Intel : 4|12@1- (0.5,-10) [0|0] \"\" X
 SG_ Motorola : 23|10@0+ (1,0) [0|0] \"\" X
 SG_ Single : 32|32@1- (2,1) [0|0] \"\" X
BO_ 2 Mux: 8 ECU
 SG_ Sel M : 0|8@1+ (1,0) [0|0] \"\" X
 SG_ Inner m1M : 8|8@1+ (1,0) [0|0] \"\" X
 SG_ Leaf m2 : 16|8@1+ (1,0) [0|0] \"\" X
SIG_VALTYPE_ 1 Single : 1;
SG_MUL_VAL_ 2 Inner Sel 1-1;
SG_MUL_VAL_ 2 Leaf Inner 2-3, 7-9;
";

    #[test]
    fn both_byte_orders_and_floats() {
        let (database, warnings) = load(DBC);
        assert!(warnings.is_empty(), "{warnings:?}");
        let message = &database.messages[0];
        let encode = |values: &[(&str, f64)]| encode_message(message, values).unwrap();
        // -20 * 0.5 - 10 = -20; 0xFEC in bits 4 to 15.
        assert_eq!(encode(&[("Intel", -20.0)])[..2], [0xC0, 0xFE]);
        // The top bit is bit 7 of byte 2.
        assert_eq!(encode(&[("Motorola", 1023.0)])[2..4], [0xFF, 0xC0]);
        assert_eq!(encode(&[("Motorola", 1.0)])[2..4], [0x00, 0x40]);
        assert_eq!(encode(&[("Single", 4.0)])[4..], 1.5_f32.to_le_bytes());
    }

    #[test]
    fn values_are_rounded_and_clamped() {
        let (database, _) = load(DBC);
        let [intel, motorola, single] = &database.messages[0].signals[..] else {
            panic!("three signals");
        };
        let cases = [
            (intel, -9.8, 0),
            (intel, -9.7, 1),
            (intel, 1e9, 0x7FF),
            (intel, -1e9, 0x800),
            (motorola, -5.0, 0),
            (motorola, f64::INFINITY, 0x3FF),
            (single, f64::INFINITY, u64::from(f32::INFINITY.to_bits())),
        ];
        for (signal, physical, raw) in cases {
            assert_eq!(raw_from_physical(signal, physical), Ok(raw), "{physical}");
        }
        assert!(raw_from_physical(intel, f64::NAN).is_err());
        assert!(raw_from_physical(single, f64::NAN).is_ok());
        assert!(write_raw(&mut [0; 7], single, 0).is_err());
        assert!(encode_message(&database.messages[0], &[("None", 1.0)]).is_err());
    }

    #[test]
    fn nested_selection() {
        let (database, _) = load(DBC);
        let message = &database.messages[1];
        let leaf = &message.signals[2];
        assert!(is_selected(message, leaf, &[1, 2]));
        assert!(is_selected(message, leaf, &[1, 8]));
        assert!(!is_selected(message, leaf, &[1, 4]));
        assert!(!is_selected(message, leaf, &[0, 2]));
        assert!(!is_selected(message, leaf, &[]));
    }

    #[test]
    fn prepared_signals_are_kept_in_the_declared_range() {
        let (mut database, _) = load(
            b"BO_ 1 Msg: 8 ECU
 SG_ Scaled : 0|16@1+ (0.5,-40) [-40|80] \"\" X
 SG_ Signed : 51|12@0- (1,0) [0|0] \"\" X
",
        );
        let message = database.messages.remove(0);
        let cases: [(usize, f64, [u8; 8]); 6] = [
            (0, 0.0, [80, 0, 0, 0, 0, 0, 0, 0]),
            (0, 1000.0, [240, 0, 0, 0, 0, 0, 0, 0]),
            (0, -1000.0, [0; 8]),
            (0, f64::NAN, [0; 8]),
            (1, -1.0, [0, 0, 0, 0, 0, 0, 0x0F, 0xFF]),
            (1, 1e9, [0, 0, 0, 0, 0, 0, 0x07, 0xFF]),
        ];
        for (idx, value, expected) in cases {
            let mut payload = [0; 8];
            SignalEncoder::new(&message.signals[idx]).encode(value, &mut payload);
            assert_eq!(payload, expected, "{idx} {value}");
        }
    }

    /// Width, kind, byte order, first bit within its bytes and raw value of a signal.
    type Shape = (u32, usize, bool, u32, u64);

    /// The lines of a message's signals, one behind the other from byte 1 on, and the bytes used.
    fn lines(prefix: &str, selector: &str, shapes: &[Shape]) -> (String, String, u32) {
        let (mut signals, mut kinds, mut at) = (String::new(), String::new(), 1);
        for (idx, &(bit_len, kind, is_intel, offset, _)) in shapes.iter().enumerate() {
            let bit_len = [bit_len, bit_len, 32, 64][kind];
            let (start, order) = if is_intel {
                (at * 8 + offset, 1)
            } else {
                (at * 8 + 7 - offset, 0)
            };
            let sign = if kind == 0 { '+' } else { '-' };
            let name = format!("{prefix}{idx}");
            writeln!(
                signals,
                " SG_ {name} {selector}: {start}|{bit_len}@{order}{sign} (1,0) [0|0] \"\" X"
            )
            .unwrap();
            if kind > 1 {
                writeln!(kinds, "SIG_VALTYPE_ 1 {name} : {};", kind - 1).unwrap();
            }
            at += (offset + bit_len).div_ceil(8);
        }
        (signals, kinds, at)
    }

    proptest! {
        #[test]
        fn decoding_gives_back_what_was_encoded(
            groups in vec(vec((1_u32..=64, 0_usize..4, any::<bool>(), 0_u32..8, any::<u64>()), 1..5), 1..4),
            selected in any::<prop::sample::Index>(),
            noise: u8,
        ) {
            let selected = selected.index(groups.len());
            let (mut text, mut kinds, mut len) = (String::new(), String::new(), 1);
            for (group, shapes) in groups.iter().enumerate() {
                let prefix = format!("G{group}S");
                let (signals, value_types, end) = lines(&prefix, &format!("m{group} "), shapes);
                text += &signals;
                kinds += &value_types;
                len = len.max(end);
            }
            let dbc = format!(
                "BO_ 1 Msg: {len} ECU\n SG_ Mux M : 0|8@1+ (1,0) [0|0] \"\" X\n{text}{kinds}"
            );
            let (database, warnings) = load(dbc.as_bytes());
            prop_assert!(warnings.is_empty(), "{warnings:?}\n{dbc}");
            let message = &database.messages[0];
            let mut payload = vec![noise; len as usize];
            let mut expected = Vec::new();
            for (idx, signal) in message.signals.iter().enumerate() {
                let name = signal.name.strip_prefix(&format!("G{selected}S"));
                let raw = match name {
                    _ if signal.name == "Mux" => selected as u64,
                    Some(position) => groups[selected][position.parse::<usize>().unwrap()].4,
                    None => continue,
                };
                let raw = raw & mask(signal.bit_len);
                write_raw(&mut payload, signal, raw).unwrap();
                expected.push((idx, raw));
            }
            let decoded = CompiledMessage::new(message).decode_payload(&payload);
            let decoded: Vec<(usize, u64)> = decoded
                .iter()
                .map(|value| {
                    let bit_len = message.signals[value.signal_idx].bit_len;
                    (value.signal_idx, value.raw.cast_unsigned() & mask(bit_len))
                })
                .collect();
            prop_assert_eq!(decoded, expected, "{}", dbc);
        }
    }
}
