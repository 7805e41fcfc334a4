//! DM1 and DM2 of SAE J1939-73.

use std::fmt;

use super::codes::{DtcCode, FailureMode, SpnReading};
use super::{DtcReport, ReportKind};

/// The four lamps of DM1 and DM2, with how they flash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lamps {
    on: u8,
    flashing: u8,
}

/// A lamp on the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lamp {
    /// Protect lamp.
    Protect,
    /// Amber warning lamp.
    AmberWarning,
    /// Red stop lamp.
    RedStop,
    /// Malfunction indicator lamp.
    Malfunction,
}

/// What a unit asks of a lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LampState {
    /// Off.
    Off,
    /// On, without flashing.
    On,
    /// On, flashing once a second.
    SlowFlash,
    /// On, flashing twice a second.
    FastFlash,
    /// The unit has no say.
    Unknown,
}

impl Lamp {
    /// All of them, the gravest first.
    pub const ALL: [Self; 4] = [
        Self::RedStop,
        Self::AmberWarning,
        Self::Malfunction,
        Self::Protect,
    ];

    fn shift(self) -> u8 {
        match self {
            Self::Protect => 0,
            Self::AmberWarning => 2,
            Self::RedStop => 4,
            Self::Malfunction => 6,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Protect => "protect",
            Self::AmberWarning => "amber warning",
            Self::RedStop => "red stop",
            Self::Malfunction => "malfunction indicator",
        }
    }
}

impl Lamps {
    /// The bytes as one number, flashing above.
    pub fn raw(self) -> u16 {
        u16::from_be_bytes([self.flashing, self.on])
    }

    /// What is asked of one lamp.
    pub fn state(self, lamp: Lamp) -> LampState {
        let bits = |byte: u8| (byte >> lamp.shift()) & 3;
        match (bits(self.on), bits(self.flashing)) {
            (0, _) => LampState::Off,
            (1, 0) => LampState::SlowFlash,
            (1, 1) => LampState::FastFlash,
            (1, _) => LampState::On,
            _ => LampState::Unknown,
        }
    }
}

/// The lamps that are on.
impl fmt::Display for Lamps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for lamp in Lamp::ALL {
            let how = match self.state(lamp) {
                LampState::Off | LampState::Unknown => continue,
                LampState::On => "",
                LampState::SlowFlash => " (slow flash)",
                LampState::FastFlash => " (fast flash)",
            };
            write!(f, "{separator}{}{how}", lamp.name())?;
            separator = ", ";
        }
        if separator.is_empty() {
            f.write_str("all off")?;
        }
        Ok(())
    }
}

pub(super) fn read(kind: ReportKind, message: &[u8]) -> Option<DtcReport> {
    let [on, flashing, rest @ ..] = message else {
        return None;
    };
    let (codes, padding) = rest.as_chunks::<4>();
    // A single frame has two bytes more than its one code.
    if codes.is_empty() || padding.len() == 1 || padding.len() == 3 {
        return None;
    }
    Some(DtcReport {
        kind,
        codes: codes.iter().copied().filter_map(code).collect(),
        lamps: Some(Lamps {
            on: *on,
            flashing: *flashing,
        }),
    })
}

/// One code; `None` for what stands for "no code".
fn code([low, middle, high, count]: [u8; 4]) -> Option<DtcCode> {
    let fmi = high & 0x1F;
    let top = u32::from(high >> 5);
    let (low, middle) = (u32::from(low), u32::from(middle));
    let number = top << 16 | middle << 8 | low;
    if (number, fmi) == (0, 0) || (number, fmi) == (0x7_FFFF, 31) {
        return None;
    }
    // Version 1 has the most significant byte first, version 2 the least; the three bits are the
    // lowest in both.
    let is_old = count & 0x80 != 0;
    let others = is_old.then_some((low << 11 | middle << 3 | top, middle << 11 | low << 3 | top));
    let occurrences = count & 0x7F;
    Some(DtcCode::Spn {
        spn: SpnReading { number, others },
        fmi: FailureMode(fmi),
        occurrences: (occurrences != 0x7F && occurrences != 0).then_some(occurrences),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamps_in_words() {
        let text = |on, flashing| Lamps { on, flashing }.to_string();
        assert_eq!(text(0, 0xFF), "all off");
        assert_eq!(text(0xFF, 0xFF), "all off");
        assert_eq!(text(0x43, 0xFF), "malfunction indicator");
        assert_eq!(
            text(0b0001_0101, 0b1100_0111),
            "red stop (slow flash), amber warning (fast flash), protect"
        );
    }

    #[test]
    fn spn_in_all_four_orders() {
        // SPN 1569, FMI 31: 0x00621.
        let spn = |bytes| match code(bytes) {
            Some(DtcCode::Spn { spn, .. }) => spn,
            other => panic!("{other:?}"),
        };
        let rule = spn([0x21, 0x06, 0x1F, 0x01]);
        assert_eq!((rule.number, rule.others), (1569, None));
        assert_eq!(spn([0x21, 0x06, 0x1F, 0x81]).number, 1569); // version 3
        assert_eq!(spn([0x00, 0xC4, 0x3F, 0x81]).others.unwrap().0, 1569); // version 1
        assert_eq!(spn([0xC4, 0x00, 0x3F, 0x81]).others.unwrap().1, 1569); // version 2
    }
}
