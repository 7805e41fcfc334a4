//! Physical values to payload bits, prepared once per signal: millions of frames go through here.

use crate::can::Payload;
use crate::dbc::{ByteOrder, SignalDef, ValueType};

/// The bytes of a frame being built.
pub(super) type Bytes = [u8; Payload::MAX_LEN];

/// Places one signal in a payload.
#[derive(Clone, Debug)]
pub(super) struct SignalEncoder {
    start_bit: usize,
    bit_len: usize,
    byte_order: ByteOrder,
    value_type: ValueType,
    factor: f64,
    offset: f64,
    /// Physical limits: the declared range within what the bits can carry.
    low: f64,
    high: f64,
}

impl SignalEncoder {
    pub(super) fn new(signal: &SignalDef) -> Self {
        let bit_len = signal.bit_len.clamp(1, 64);
        let (raw_low, raw_high) = match signal.value_type {
            ValueType::Unsigned => (0.0, 2_f64.powi(bits(bit_len)) - 1.0),
            ValueType::Signed => {
                let half = 2_f64.powi(bits(bit_len) - 1);
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
            start_bit: signal.start_bit as usize,
            bit_len: bit_len as usize,
            byte_order: signal.byte_order,
            value_type: signal.value_type,
            factor: signal.factor,
            offset: signal.offset,
            low,
            high,
        }
    }

    /// Sets the bits of a physical value, limited to what the signal declares. The bits must be 0.
    pub(super) fn encode(&self, value: f64, bytes: &mut Bytes) {
        let value = value.max(self.low).min(self.high);
        let scaled = (value - self.offset) / self.factor;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "limited to the signal's range above; `as` saturates"
        )]
        let raw = match self.value_type {
            ValueType::Unsigned => scaled.round() as u64,
            ValueType::Signed => (scaled.round() as i64).cast_unsigned(),
            ValueType::Float32 => u64::from((scaled as f32).to_bits()),
            ValueType::Float64 => scaled.to_bits(),
        };
        self.insert(raw, bytes);
    }

    fn insert(&self, mut raw: u64, bytes: &mut Bytes) {
        let mut left = self.bit_len;
        let mut at = self.start_bit;
        while left > 0 {
            let bit = at % 8;
            let Some(byte) = bytes.get_mut(at / 8) else {
                return; // beyond the longest frame
            };
            match self.byte_order {
                ByteOrder::LittleEndian => {
                    let n = (8 - bit).min(left);
                    *byte |= low_bits(raw, n) << bit;
                    raw = raw.checked_shr(bits_u32(n)).unwrap_or(0);
                    at += n;
                    left -= n;
                }
                ByteOrder::BigEndian => {
                    let n = (bit + 1).min(left);
                    let chunk = low_bits(raw >> (left - n), n);
                    *byte |= chunk << (bit + 1 - n);
                    at = (at / 8 + 1) * 8 + 7;
                    left -= n;
                }
            }
        }
    }
}

/// The lowest `n` (1 to 8) bits.
fn low_bits(raw: u64, n: usize) -> u8 {
    let byte = raw.to_le_bytes()[0];
    byte & (0xFF >> (8 - n))
}

fn bits(n: u32) -> i32 {
    i32::try_from(n).unwrap_or(64)
}

fn bits_u32(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dbc::{Multiplexing, SendType, ValueDescriptions};

    fn signal(
        start_bit: u32,
        bit_len: u32,
        byte_order: ByteOrder,
        value_type: ValueType,
    ) -> SignalDef {
        SignalDef {
            name: "S".to_owned(),
            short_name: "S".to_owned(),
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

    #[test]
    fn bits_land_where_the_dbc_says() {
        use ByteOrder::{BigEndian, LittleEndian};
        use ValueType::{Float32, Signed, Unsigned};
        let cases: [(SignalDef, f64, [u8; 8]); 8] = [
            (
                signal(0, 16, LittleEndian, Unsigned),
                4660.0,
                [0x34, 0x12, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(7, 16, BigEndian, Unsigned),
                4660.0,
                [0x12, 0x34, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(4, 10, LittleEndian, Unsigned),
                1023.0,
                [0xF0, 0x3F, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(3, 12, BigEndian, Unsigned),
                0xABC.into(),
                [0x0A, 0xBC, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(51, 12, BigEndian, Signed),
                -1.0,
                [0, 0, 0, 0, 0, 0, 0x0F, 0xFF],
            ),
            (
                signal(8, 8, LittleEndian, Signed),
                -128.0,
                [0, 0x80, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(8, 8, LittleEndian, Unsigned),
                999.0,
                [0, 0xFF, 0, 0, 0, 0, 0, 0],
            ),
            (
                signal(32, 32, LittleEndian, Float32),
                1.0,
                [0, 0, 0, 0, 0, 0, 0x80, 0x3F],
            ),
        ];
        for (signal, value, expected) in cases {
            let mut bytes = [0; Payload::MAX_LEN];
            SignalEncoder::new(&signal).encode(value, &mut bytes);
            assert_eq!(bytes[..8], expected, "{signal:?} {value}");
        }
    }

    #[test]
    fn values_are_scaled_and_kept_in_range() {
        let mut def = signal(0, 16, ByteOrder::LittleEndian, ValueType::Unsigned);
        (def.factor, def.offset, def.range) = (0.5, -40.0, Some((-40.0, 80.0)));
        let encoder = SignalEncoder::new(&def);
        for (value, raw) in [(0.0, 80), (1000.0, 240), (-1000.0, 0), (f64::NAN, 0)] {
            let mut bytes = [0; Payload::MAX_LEN];
            encoder.encode(value, &mut bytes);
            assert_eq!(u16::from_le_bytes([bytes[0], bytes[1]]), raw, "{value}");
        }
    }
}
