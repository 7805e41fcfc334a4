//! Diagnostic trouble codes as control units report them.
//!
//! | [`ReportKind`] | bytes |
//! |---|---|
//! | J1939 DM1 and DM2 (groups 65226, 65227) | lamps, flashing, then per code SPN, FMI, how often |
//! | OBD-II services 3, 7 and 0A (answers 43, 47, 4A) | number of codes, then two bytes per code |
//! | UDS service 19, functions 02, 0A and 15 (answer 59) | mask, then three bytes and a status per code |
//!
//! [`read`] takes one whole message; messages of many frames are put together by [`crate::transport`].
//! What does not have exactly the form of a report is none: identifiers alone prove little.
//!
//! Texts: failure modes of J1939 in words of our own, and what the digits of a P, C, B or U code say
//! by their construction. **Names of single codes are not here**: those of SPNs (SAE J1939DA) and of
//! P, C, B and U codes (SAE J2012) are in no list that may be shipped freely, and manufacturers give
//! theirs to nobody.

mod codes;
mod j1939;
mod obd;
mod uds;

pub use codes::{DtcCode, FailureMode, SpnReading};
pub use j1939::{Lamp, LampState, Lamps};

use std::fmt;

use crate::can::CanId;

/// Parameter group of DM1.
const DM1: u32 = 65_226;
/// Parameter group of DM2.
const DM2: u32 = 65_227;

/// Which list of codes a report is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportKind {
    /// J1939 DM1: active now.
    Dm1,
    /// J1939 DM2: active before.
    Dm2,
    /// OBD-II service 3: confirmed, of the emission system.
    ObdConfirmed,
    /// OBD-II service 7: pending, found in this or the last drive.
    ObdPending,
    /// OBD-II service 0A: permanent, not erased by a tester.
    ObdPermanent,
    /// UDS 19 02: those with the status that the tester asked for.
    UdsByStatus,
    /// UDS 19 0A: all that the unit knows, of which those are listed that failed.
    UdsSupported,
    /// UDS 19 15: permanent.
    UdsPermanent,
}

impl ReportKind {
    /// The name of the signal that shows it.
    pub fn signal_name(self) -> &'static str {
        match self {
            Self::Dm1 => "J1939 DM1 active",
            Self::Dm2 => "J1939 DM2 previously active",
            Self::ObdConfirmed => "OBD-II confirmed",
            Self::ObdPending => "OBD-II pending",
            Self::ObdPermanent => "OBD-II permanent",
            Self::UdsByStatus => "UDS by status",
            Self::UdsSupported => "UDS supported, failed",
            Self::UdsPermanent => "UDS permanent",
        }
    }
}

/// The codes that one control unit reports at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DtcReport {
    /// Which list it is.
    pub kind: ReportKind,
    /// The codes, sorted, each once. Units may list them in any order.
    pub codes: Vec<DtcCode>,
    /// The lamps that the unit asks for (J1939).
    pub lamps: Option<Lamps>,
}

/// Whether messages of an identifier may be reports.
pub fn may_report(id: CanId) -> bool {
    matches!(id.pgn(), Some(DM1 | DM2)) || is_diagnostic(id)
}

/// Whether an identifier is one that diagnostic services answer with, in ISO-TP.
pub fn is_diagnostic(id: CanId) -> bool {
    is_obd(id)
        || if id.is_extended() {
            // Answers to a tester: 18DAttss.
            id.number() >> 16 == 0x18DA
        } else {
            // By custom: the upper end, after what the car itself needs.
            id.number() >= 0x700
        }
}

/// The identifiers that ISO 15765-4 sets for answers of OBD-II.
fn is_obd(id: CanId) -> bool {
    if id.is_extended() {
        id.number() >> 8 == 0x18_DAF1
    } else {
        (0x7E8..=0x7EF).contains(&id.number())
    }
}

/// The identifier that stands for the reporting unit: J1939 groups come with any priority.
pub fn unit_id(id: CanId) -> CanId {
    match id.pgn() {
        Some(pgn @ (DM1 | DM2)) => {
            let number = 6 << 26 | pgn << 8 | (id.number() & 0xFF);
            CanId::extended(number).unwrap_or(id)
        }
        _ => id,
    }
}

/// Reads a whole message; `None` where it is no report.
pub fn read(id: CanId, message: &[u8]) -> Option<DtcReport> {
    let mut report = match id.pgn() {
        Some(DM1) => j1939::read(ReportKind::Dm1, message),
        Some(DM2) => j1939::read(ReportKind::Dm2, message),
        _ if is_diagnostic(id) => match message {
            [service @ (0x43 | 0x47 | 0x4A), rest @ ..] if is_obd(id) => obd::read(*service, rest),
            [0x59, rest @ ..] => uds::read(rest),
            _ => None,
        },
        _ => None,
    }?;
    report.codes.sort_unstable();
    report.codes.dedup();
    Some(report)
}

/// Codes that a text lists; the rest is counted.
const MAX_LISTED: usize = 12;

/// The codes, as a person reads them.
impl fmt::Display for DtcReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.codes.is_empty() {
            return f.write_str("none");
        }
        for (i, code) in self.codes.iter().take(MAX_LISTED).enumerate() {
            let separator = if i == 0 { "" } else { "; " };
            write!(f, "{separator}{code}")?;
        }
        match self.codes.len().saturating_sub(MAX_LISTED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(number: u32, message: &[u8]) -> Option<String> {
        let id = CanId::from_number(number).unwrap();
        read(id, message).map(|report| format!("{}: {report}", report.kind.signal_name()))
    }

    #[test]
    fn reports_of_every_kind() {
        let some = |text: &str| Some(text.to_owned());
        let cases: [(u32, &[u8], Option<String>); 14] = [
            (
                0x18FE_CA00,
                &[0x40, 0xFF, 110, 0, 0, 0x83, 0xFF, 0xFF],
                some(
                    "J1939 DM1 active: SPN 110 (or 225280 or 880, old numbering) FMI 0 above normal, most severe, 3 times",
                ),
            ),
            (
                0x1CFE_CA21,
                &[0x00, 0xFF, 110, 0, 4, 0x7F, 0xFF, 0xFF],
                some("J1939 DM1 active: SPN 110 FMI 4 voltage below normal or shorted to low"),
            ),
            (
                0x18FE_CA00,
                &[0, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF],
                some("J1939 DM1 active: none"),
            ),
            (
                0x18FE_CB00,
                &[0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
                some("J1939 DM2 previously active: none"),
            ),
            (0x18FE_CA00, &[0, 0xFF, 110], None),
            (0x18FE_CC00, &[0, 0xFF, 110, 0, 4, 0x7F, 0xFF, 0xFF], None),
            (
                0x7E8,
                &[0x43, 2, 0x03, 0x01, 0xC1, 0x00],
                some(
                    "OBD-II confirmed: P0301 (standard: ignition, misfire); U0100 (standard: network)",
                ),
            ),
            (0x7E9, &[0x47, 0], some("OBD-II pending: none")),
            (
                0x18DA_F110,
                &[0x4A, 1, 0x14, 0x20],
                some("OBD-II permanent: P1420 (of the manufacturer)"),
            ),
            // A length that does not fit, and an identifier that OBD-II does not use.
            (0x7E8, &[0x43, 2, 0x03, 0x01], None),
            (0x7C8, &[0x43, 1, 0x03, 0x01], None),
            (
                0x7C8,
                &[
                    0x59, 0x02, 0xFF, 0x41, 0x23, 0x11, 0x09, 0x01, 0x00, 0x00, 0x40,
                ],
                some("UDS by status: C0123-11 (standard: chassis) confirmed, failing"),
            ),
            (
                0x18DA_F110,
                &[0x59, 0x0A, 0xFF],
                some("UDS supported, failed: none"),
            ),
            (0x7C8, &[0x59, 0x02, 0xFF, 0x41, 0x23, 0x11], None),
        ];
        for (id, message, expected) in cases {
            assert_eq!(text(id, message), expected, "{id:X} {message:02X?}");
        }
    }

    #[test]
    fn order_and_repeats_make_no_other_report() {
        let id = CanId::standard(0x7E8).unwrap();
        let one = read(id, &[0x43, 2, 3, 1, 4, 0x20]).unwrap();
        let other = read(id, &[0x43, 3, 4, 0x20, 3, 1, 4, 0x20]).unwrap();
        assert_eq!(one, other);
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let mut message = vec![0, 0xFF];
        for spn in 1..=20 {
            message.extend([spn, 0, 3, 1]);
        }
        let text = text(0x18FE_CA00, &message).unwrap();
        assert!(text.ends_with("; and 8 more"), "{text}");
    }
}
