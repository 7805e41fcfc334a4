//! The inverse of decoding: values of signals to the payload of a frame.
//!
//! For the simulator and for tests. Out of range values are clamped, not refused; bits that no given
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
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "`as` saturates, which is the clamp that is wanted; f32 rounds to the nearest"
    )]
    Ok(match signal.value_type {
        ValueType::Float32 => u64::from((unscaled as f32).to_bits()),
        ValueType::Float64 => unscaled.to_bits(),
        ValueType::Unsigned => (unscaled.round() as u64).min(mask(signal.bit_len)),
        ValueType::Signed => {
            let max = (mask(signal.bit_len) >> 1).cast_signed();
            let raw = (unscaled.round() as i64).clamp(-max - 1, max);
            raw.cast_unsigned() & mask(signal.bit_len)
        }
    })
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
    for bit in 0..signal.bit_len {
        // The place of the bit of value 2^bit, as 8 * byte + bit.
        let place = match signal.byte_order {
            ByteOrder::LittleEndian => signal.start_bit + bit,
            ByteOrder::BigEndian => {
                // In the order of transmission, the most significant bit comes first.
                let first = signal.start_bit / 8 * 8 + (7 - signal.start_bit % 8);
                let sent = first + signal.bit_len - 1 - bit;
                sent / 8 * 8 + (7 - sent % 8)
            }
        };
        let byte = usize::try_from(place / 8)
            .ok()
            .and_then(|i| payload.get_mut(i));
        if let Some(byte) = byte {
            let one = 1 << (place % 8);
            if raw >> bit & 1 == 1 {
                *byte |= one;
            } else {
                *byte &= !one;
            }
        }
    }
    Ok(())
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
    use super::super::load;
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
}
