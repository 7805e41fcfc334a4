//! Answers of UDS service 19 (`ReadDTCInformation`) that list codes: ISO 14229-1.

use super::codes::{DtcCode, fault_status};
use super::{DtcReport, ReportKind};

/// Reads what follows the service: function, mask of statuses, codes.
pub(super) fn read(rest: &[u8]) -> Option<DtcReport> {
    let [function, _mask, codes @ ..] = rest else {
        return None;
    };
    let kind = match function {
        0x02 => ReportKind::UdsByStatus,
        0x0A => ReportKind::UdsSupported,
        0x15 => ReportKind::UdsPermanent,
        _ => return None,
    };
    let (codes, left) = codes.as_chunks::<4>();
    if !left.is_empty() {
        return None;
    }
    let code = |[high, low, failure_type, status]: &[u8; 4]| {
        Some(DtcCode::Uds {
            code: u16::from_be_bytes([*high, *low]),
            failure_type: *failure_type,
            status: fault_status(*status)?,
        })
    };
    Some(DtcReport {
        kind,
        codes: codes.iter().filter_map(code).collect(),
        lamps: None,
    })
}
