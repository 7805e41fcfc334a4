//! Answers of OBD-II services 3, 7 and 0A on CAN: ISO 15031-5, SAE J1979.

use super::codes::DtcCode;
use super::{DtcReport, ReportKind};

/// Reads what follows the service: the number of codes and the codes.
pub(super) fn read(service: u8, rest: &[u8]) -> Option<DtcReport> {
    let [n_codes, codes @ ..] = rest else {
        return None;
    };
    let (codes, left) = codes.as_chunks::<2>();
    if codes.len() != usize::from(*n_codes) || !left.is_empty() {
        return None;
    }
    let codes = codes.iter().map(|code| u16::from_be_bytes(*code));
    Some(DtcReport {
        kind: match service {
            0x43 => ReportKind::ObdConfirmed,
            0x47 => ReportKind::ObdPending,
            _ => ReportKind::ObdPermanent,
        },
        // P0000 fills what was reserved for a code.
        codes: codes
            .filter(|code| *code != 0)
            .map(|code| DtcCode::Sae { code })
            .collect(),
        lamps: None,
    })
}
