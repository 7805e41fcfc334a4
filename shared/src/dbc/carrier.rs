//! Whether frames are messages by themselves or parts of longer ones, which follows from the DBC
//! files and from the identifiers:
//!
//! | frames | taken as | when |
//! |---|---|---|
//! | groups 60416 and 60160 | J1939 TP | always |
//! | of a group of NMEA 2000 | fast packet | the group's message is longer than 8 bytes |
//! | of a message matched by identifier | ISO-TP | the message is longer than the frame can be |
//! | of identifiers that diagnostics answer with | ISO-TP, for trouble codes | no row above fits |
//!
//! The decoder goes by it, and so does the coverage report. Nothing is put together here.

use super::plan::CompiledDatabase;
use crate::can::{CanId, Payload};
use crate::dtc;
use crate::transport::{FastPacket, J1939Tp};

/// What frames of an identifier may be parts of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// Each frame is whole and may report trouble codes.
    Single,
    IsoTp {
        /// An FD frame can hold the message that the DBC describes, and then does.
        fits_fd: bool,
    },
    J1939,
    FastPacket,
}

/// How sure it is that frames are parts of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The DBC says so: what gets lost is told.
    Certain,
    /// No DBC knows the id: what makes no sense is an unknown frame as ever.
    Guessed,
    /// The DBC decodes the frames themselves: they are counted there, only looked at here.
    Watched,
}

/// All of them, by their numbers.
pub(crate) const TRUSTS: [Trust; 3] = [Trust::Certain, Trust::Guessed, Trust::Watched];

/// What frames of an identifier are parts of; `None`: each is a message.
pub(crate) fn carrier(database: &CompiledDatabase, id: CanId) -> Option<(Carrier, Trust)> {
    let messages = database.lookup(id);
    let by_itself = if messages.is_empty() {
        Trust::Guessed
    } else {
        Trust::Watched
    };
    if J1939Tp::carries(id) {
        let is_described = J1939Tp::identifiers(id)
            .iter()
            .any(|id| !database.lookup(*id).is_empty());
        let trust = match (is_described, database.has_parameter_groups()) {
            (true, _) => Trust::Watched,
            (false, true) => Trust::Certain,
            (false, false) => Trust::Guessed,
        };
        return Some((Carrier::J1939, trust));
    }
    let longest = messages.iter().map(|message| message.len_bytes()).max();
    let longest = longest.unwrap_or(0);
    if longest > Payload::CLASSIC_LEN {
        let is_group = messages.iter().any(|message| message.is_parameter_group());
        if !is_group {
            let fits_fd = longest <= Payload::MAX_LEN;
            return Some((Carrier::IsoTp { fits_fd }, Trust::Certain));
        }
        if id.pgn().is_some_and(FastPacket::may_carry) {
            return Some((Carrier::FastPacket, Trust::Certain));
        }
    }
    if dtc::is_diagnostic(id) {
        return Some((Carrier::IsoTp { fits_fd: false }, by_itself));
    }
    dtc::may_report(id).then_some((Carrier::Single, by_itself))
}
