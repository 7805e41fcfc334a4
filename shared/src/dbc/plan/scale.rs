//! Raw value → physical value, as cantools computes it.
//!
//! Physical = raw × factor + offset. Integer factors and offsets are computed exactly and rounded to
//! `f64` once, as Python's integers are; everything else is a rounded product and a rounded sum
//! (never fused).

use super::bits::BitField;
use super::payloads::Payloads;
use super::rows::Rows;
use crate::dbc::{SignalDef, ValueType};

/// Integers up to this magnitude are exact in `f64`.
const MAX_EXACT_F64: f64 = (1_u64 << 53) as f64;

/// Integer factors and offsets up to this magnitude are computed as integers; a product with 64 raw
/// bits then fits 128.
const MAX_EXACT_INTEGER: f64 = (1_u64 << 62) as f64;

/// How a raw value becomes a physical one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    value_type: ValueType,
    bit_len: u32,
    arithmetic: Arithmetic,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Arithmetic {
    /// Product and sum in `f64`; exact for integers whose results stay below 2^53.
    Float { factor: f64, offset: f64 },
    /// Integer factor and offset whose results may exceed what `f64` computes exactly.
    Integer { factor: i128, offset: i128 },
    /// Integer factor, other offset: exact product, rounded, then the sum.
    IntegerFactor { factor: i128, offset: f64 },
}

impl Scale {
    /// Chooses the arithmetic that gives cantools' result for every raw value of the signal.
    pub(super) fn new(signal: &SignalDef, field: BitField) -> Self {
        let (factor, offset) = (signal.factor, signal.offset);
        let is_float = matches!(signal.value_type, ValueType::Float32 | ValueType::Float64);
        let largest_raw = f64::from(field.bit_len()).exp2();
        let largest = largest_raw * factor.abs() + offset.abs();
        let arithmetic = match (as_integer(factor), as_integer(offset)) {
            (Some(factor), Some(offset)) if !is_float && largest > MAX_EXACT_F64 => {
                Arithmetic::Integer { factor, offset }
            }
            (Some(factor), None) if !is_float && largest > MAX_EXACT_F64 => {
                Arithmetic::IntegerFactor { factor, offset }
            }
            _ => Arithmetic::Float { factor, offset },
        };
        Self {
            value_type: signal.value_type,
            bit_len: field.bit_len(),
            arithmetic,
        }
    }

    /// The physical value of a raw value as value descriptions name it: a whole number, in signals
    /// of 64 unsigned bits the `i64` of the same bits.
    pub(super) fn physical_of_label(self, raw: i64) -> f64 {
        let raw = match self.value_type {
            ValueType::Unsigned if self.bit_len == 64 => i128::from(raw.cast_unsigned()),
            _ => i128::from(raw),
        };
        match self.arithmetic {
            Arithmetic::Float { factor, offset } => raw as f64 * factor + offset,
            Arithmetic::Integer { factor, offset } => (raw * factor + offset) as f64,
            Arithmetic::IntegerFactor { factor, offset } => (raw * factor) as f64 + offset,
        }
    }

    /// Appends the physical values of `rows` to `out`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "casts reinterpret the bits of a raw value, whose width was checked"
    )]
    pub(super) fn decode(
        self,
        field: BitField,
        payloads: &Payloads<'_>,
        rows: &Rows<'_>,
        out: &mut Vec<f64>,
    ) {
        // Two's complement: the sign bit is moved to the top and back down arithmetically.
        let up = 64 - self.bit_len;
        let signed = move |raw: u64| ((raw << up) as i64) >> up;
        match (self.arithmetic, self.value_type) {
            (Arithmetic::Float { factor, offset }, ValueType::Unsigned) if self.bit_len < 32 => {
                // Through i32, because that conversion exists in every vector unit.
                field.extract(payloads, rows, out, |raw| {
                    f64::from(raw as u32 as i32) * factor + offset
                });
            }
            (Arithmetic::Float { factor, offset }, ValueType::Signed) if self.bit_len <= 32 => {
                let up = 32 - self.bit_len;
                field.extract(payloads, rows, out, |raw| {
                    f64::from(((raw as u32) << up) as i32 >> up) * factor + offset
                });
            }
            (Arithmetic::Float { factor, offset }, ValueType::Unsigned) if self.bit_len == 32 => {
                field.extract(payloads, rows, out, |raw| {
                    f64::from(raw as u32) * factor + offset
                });
            }
            (Arithmetic::Float { factor, offset }, ValueType::Unsigned) => {
                field.extract(payloads, rows, out, |raw| raw as f64 * factor + offset);
            }
            (Arithmetic::Float { factor, offset }, ValueType::Signed) => {
                field.extract(payloads, rows, out, |raw| {
                    signed(raw) as f64 * factor + offset
                });
            }
            (Arithmetic::Float { factor, offset }, ValueType::Float32) => {
                field.extract(payloads, rows, out, |raw| {
                    f64::from(f32::from_bits(raw as u32)) * factor + offset
                });
            }
            (Arithmetic::Float { factor, offset }, ValueType::Float64) => {
                field.extract(payloads, rows, out, |raw| {
                    f64::from_bits(raw) * factor + offset
                });
            }
            (Arithmetic::Integer { factor, offset }, ValueType::Signed) => {
                field.extract(payloads, rows, out, |raw| {
                    (i128::from(signed(raw)) * factor + offset) as f64
                });
            }
            (Arithmetic::Integer { factor, offset }, _) => {
                field.extract(payloads, rows, out, |raw| {
                    (i128::from(raw) * factor + offset) as f64
                });
            }
            (Arithmetic::IntegerFactor { factor, offset }, ValueType::Signed) => {
                field.extract(payloads, rows, out, |raw| {
                    (i128::from(signed(raw)) * factor) as f64 + offset
                });
            }
            (Arithmetic::IntegerFactor { factor, offset }, _) => {
                field.extract(payloads, rows, out, |raw| {
                    (i128::from(raw) * factor) as f64 + offset
                });
            }
        }
    }

    /// Appends the raw values of `rows` to `out`: sign extended for signed signals, the bit pattern
    /// for floating point ones, the same bits for 64 unsigned ones.
    #[expect(
        clippy::cast_possible_wrap,
        reason = "raw values of 64 unsigned bits are kept as the i64 of the same bits"
    )]
    pub(super) fn decode_raw(
        self,
        field: BitField,
        payloads: &Payloads<'_>,
        rows: &Rows<'_>,
        out: &mut Vec<i64>,
    ) {
        let up = 64 - self.bit_len;
        match self.value_type {
            ValueType::Signed => {
                field.extract(payloads, rows, out, |raw| ((raw << up) as i64) >> up);
            }
            ValueType::Unsigned | ValueType::Float32 | ValueType::Float64 => {
                field.extract(payloads, rows, out, |raw| raw as i64);
            }
        }
    }
}

/// The number as an integer, if it is one of moderate size.
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked to be whole and below 2^62"
)]
fn as_integer(number: f64) -> Option<i128> {
    (number.fract() == 0.0 && number.abs() <= MAX_EXACT_INTEGER).then_some(number as i128)
}
