//! Single trouble codes, and what can be said of them without a list of names.

use std::fmt;

/// One trouble code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DtcCode {
    /// J1939: which quantity, what is wrong with it.
    Spn {
        /// The suspect parameter number.
        spn: SpnReading,
        /// The failure mode.
        fmi: FailureMode,
        /// How often it became active; `None` where the unit does not say.
        occurrences: Option<u8>,
    },
    /// P, C, B or U and four digits, as two bytes: ISO 15031-6.
    Sae {
        /// The two bytes.
        code: u16,
    },
    /// The same with a failure type, and its status: ISO 14229-1.
    Uds {
        /// The first two bytes.
        code: u16,
        /// The third byte.
        failure_type: u8,
        /// What is known of it now: the bits that say whether something is wrong.
        status: u8,
    },
}

/// A suspect parameter number: 19 bits, which old units order in three other ways that the message
/// does not tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpnReading {
    /// Read in the order that is the rule (version 4), and version 3.
    pub number: u32,
    /// The conversion method bit is set: the number may have to be read as version 1 or 2 instead.
    pub others: Option<(u32, u32)>,
}

/// Failure mode identifier of J1939-73: 5 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FailureMode(pub u8);

impl FailureMode {
    /// What it means, in our words; `None` for those that are reserved.
    pub fn text(self) -> Option<&'static str> {
        Some(match self.0 {
            0 => "above normal, most severe",
            1 => "below normal, most severe",
            2 => "erratic or implausible",
            3 => "voltage above normal or shorted to high",
            4 => "voltage below normal or shorted to low",
            5 => "current below normal or circuit open",
            6 => "current above normal or circuit grounded",
            7 => "mechanically not as commanded",
            8 => "frequency or pulse abnormal",
            9 => "updates at an abnormal rate",
            10 => "changes at an abnormal rate",
            11 => "fails for an unknown cause",
            12 => "device or component is bad",
            13 => "out of calibration",
            14 => "see special instructions",
            15 => "above normal, least severe",
            16 => "above normal, moderately severe",
            17 => "below normal, least severe",
            18 => "below normal, moderately severe",
            19 => "received with errors",
            20 => "drifted high",
            21 => "drifted low",
            31 => "condition exists",
            _ => return None,
        })
    }
}

impl fmt::Display for DtcCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spn {
                spn,
                fmi,
                occurrences,
            } => {
                write!(f, "SPN {}", spn.number)?;
                if let Some((first, second)) = spn.others {
                    write!(f, " (or {first} or {second}, old numbering)")?;
                }
                write!(f, " FMI {}", fmi.0)?;
                if let Some(text) = fmi.text() {
                    write!(f, " {text}")?;
                }
                match occurrences {
                    None => Ok(()),
                    Some(1) => write!(f, ", once"),
                    Some(times) => write!(f, ", {times} times"),
                }
            }
            Self::Sae { code } => write!(f, "{} ({})", Letters(*code), domain(*code)),
            Self::Uds {
                code,
                failure_type,
                status,
            } => write!(
                f,
                "{}-{failure_type:02X} ({}) {}",
                Letters(*code),
                domain(*code),
                Status(*status)
            ),
        }
    }
}

/// `P0301`.
struct Letters(u16);

impl fmt::Display for Letters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.0 >> 14 {
            0 => 'P',
            1 => 'C',
            2 => 'B',
            _ => 'U',
        };
        write!(f, "{letter}{:04X}", self.0 & 0x3FFF)
    }
}

/// Who gave the code its meaning, and for what part of the car: what its digits say.
fn domain(code: u16) -> &'static str {
    let is_standard = match (code >> 14, (code >> 12) & 3) {
        (_, 0) | (0, 2) => true,
        (0, 3) => (code >> 8) & 0xF >= 4,
        _ => false,
    };
    match (is_standard, code >> 14, (code >> 8) & 0xF) {
        (false, ..) => "of the manufacturer",
        (_, 1, _) => "standard: chassis",
        (_, 2, _) => "standard: body",
        (_, 3, _) => "standard: network",
        _ if code >> 12 != 0 => "standard: powertrain",
        (_, _, 0..=2) => "standard: fuel and air",
        (_, _, 3) => "standard: ignition, misfire",
        (_, _, 4) => "standard: emission control",
        (_, _, 5) => "standard: speed, idle, auxiliary inputs",
        (_, _, 6) => "standard: computer, outputs",
        (_, _, 7..=9) => "standard: transmission",
        (_, _, 0xA | 0xB) => "standard: hybrid or electric drive",
        _ => "standard: powertrain",
    }
}

/// The status byte of ISO 14229-1, in words.
struct Status(u8);

impl Status {
    const FAILING: u8 = 1;
    const PENDING: u8 = 1 << 2;
    const CONFIRMED: u8 = 1 << 3;
    const WARNING: u8 = 1 << 7;
}

/// The bits of a status that say what is wrong, without those of how the tests go on; `None` where
/// nothing is: a unit may list codes that it never found.
pub(super) fn fault_status(status: u8) -> Option<u8> {
    let fault = Status::FAILING | Status::PENDING | Status::CONFIRMED;
    (status & fault != 0).then_some(status & (fault | Status::WARNING))
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::CONFIRMED, "confirmed"),
            (Self::PENDING, "pending"),
            (Self::FAILING, "failing"),
            (Self::WARNING, "warning lamp"),
        ];
        let set = names.iter().filter(|(bit, _)| self.0 & bit != 0);
        for (i, (_, name)) in set.enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_say_whose_code_it_is() {
        for (code, text) in [
            (0x0101, "P0101 (standard: fuel and air)"),
            (0x0A80, "P0A80 (standard: hybrid or electric drive)"),
            (0x1234, "P1234 (of the manufacturer)"),
            (0x2122, "P2122 (standard: powertrain)"),
            (0x3100, "P3100 (of the manufacturer)"),
            (0x3400, "P3400 (standard: powertrain)"),
            (0x4035, "C0035 (standard: chassis)"),
            (0x9001, "B1001 (of the manufacturer)"),
            (0xC073, "U0073 (standard: network)"),
            (0xFFFF, "U3FFF (of the manufacturer)"),
        ] {
            assert_eq!(DtcCode::Sae { code }.to_string(), text);
        }
    }
}
