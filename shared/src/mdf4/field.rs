//! Values in a record, at any bit.

/// Where a value is and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) byte: usize,
    /// Bits below the value in its first byte.
    pub(crate) bit: u8,
    pub(crate) n_bits: u32,
    pub(crate) kind: Kind,
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Unsigned { is_big: bool },
    Signed { is_big: bool },
    Float { is_big: bool },
    Text,
    Bytes,
    Other,
}

impl Kind {
    pub(super) fn of(number: u8) -> Self {
        match number {
            0 | 1 => Self::Unsigned {
                is_big: number == 1,
            },
            2 | 3 => Self::Signed {
                is_big: number == 3,
            },
            4 | 5 => Self::Float {
                is_big: number == 5,
            },
            6 | 7 => Self::Text,
            10 => Self::Bytes,
            _ => Self::Other,
        }
    }
}

impl Field {
    /// The bits as a number, lowest first; `None` where the record ends before or they are no number.
    #[inline]
    pub(crate) fn bits(&self, record: &[u8]) -> Option<u64> {
        let is_big = match self.kind {
            Kind::Unsigned { is_big } | Kind::Signed { is_big } | Kind::Float { is_big } => is_big,
            Kind::Text | Kind::Bytes | Kind::Other => return None,
        };
        let span = u32::from(self.bit).checked_add(self.n_bits)?;
        let n_bytes = usize::try_from(span.div_ceil(8)).ok()?;
        if self.n_bits == 0 || self.n_bits > 64 || n_bytes > 16 {
            return None;
        }
        let bytes = record.get(self.byte..)?.get(..n_bytes)?;
        let mut number: u128 = 0;
        if is_big {
            for byte in bytes {
                number = number << 8 | u128::from(*byte);
            }
        } else {
            for byte in bytes.iter().rev() {
                number = number << 8 | u128::from(*byte);
            }
        }
        let number = number >> self.bit;
        let mask = u64::MAX >> (64 - self.n_bits);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the mask takes what is wanted"
        )]
        Some(number as u64 & mask)
    }

    /// The value as an integer where it is one.
    pub(crate) fn integer(&self, record: &[u8]) -> Option<i128> {
        let bits = self.bits(record)?;
        match self.kind {
            Kind::Unsigned { .. } => Some(i128::from(bits)),
            Kind::Signed { .. } => {
                let unused = 64 - self.n_bits;
                Some(i128::from((bits << unused).cast_signed() >> unused))
            }
            _ => None,
        }
    }

    /// The value as a number.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what a double cannot hold is rounded"
    )]
    pub(crate) fn number(&self, record: &[u8]) -> Option<f64> {
        if let Some(integer) = self.integer(record) {
            return Some(integer as f64);
        }
        let bits = self.bits(record)?;
        match self.n_bits {
            64 => Some(f64::from_bits(bits)),
            32 => Some(f64::from(f32::from_bits(u32::try_from(bits).ok()?))),
            16 => Some(half(u16::try_from(bits).ok()?)),
            _ => None,
        }
    }

    /// The bytes of the value.
    pub(crate) fn bytes<'a>(&self, record: &'a [u8]) -> Option<&'a [u8]> {
        let len = usize::try_from(self.n_bits / 8).ok()?;
        record.get(self.byte..)?.get(..len)
    }
}

/// A float of 16 bits (IEEE 754 binary16).
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f64::from(bits & 0x3FF));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_kinds() {
        let record = [
            0x34, 0x12, 0xFE, 0xFF, 0x81, 0x00, 0x3C, 0xC0, 0, 0, 0xC0, 0x3F,
        ];
        let field = |byte, bit, n_bits, number| Field {
            byte,
            bit,
            n_bits,
            kind: Kind::of(number),
        };
        let cases = [
            (field(0, 0, 16, 0), Some(f64::from(0x1234))),
            (field(0, 0, 16, 1), Some(f64::from(0x3412))),
            (field(2, 0, 16, 2), Some(-2.0)),
            (
                field(2, 0, 16, 3),
                Some(f64::from(0xFEFF_u16.cast_signed())),
            ),
            (field(0, 4, 8, 0), Some(f64::from(0x23))),
            (field(4, 7, 1, 0), Some(1.0)),
            (field(4, 0, 1, 2), Some(-1.0)),
            (field(5, 0, 16, 4), Some(1.0)),
            (field(8, 0, 32, 4), Some(1.5)),
            (field(11, 0, 16, 0), None),
            (field(0, 0, 65, 0), None),
            (field(usize::MAX, 0, 8, 0), None),
            (field(0, 0, 0, 0), None),
            (field(0, 255, 8, 0), None),
            (field(0, 0, 24, 4), None),
            (field(0, 0, 16, 10), None),
        ];
        for (field, expected) in cases {
            assert_eq!(field.number(&record), expected, "{field:?}");
        }
        let whole = field(0, 4, 64, 0);
        assert_eq!(whole.bits(&record), Some(0x0C03_C008_1FFF_E123));
        assert_eq!(field(4, 0, 16, 10).bytes(&record), Some(&record[4..6]));
    }
}
