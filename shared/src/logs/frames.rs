//! Frames from the parts that all formats write: which lengths there are, what each kind carries.
//!
//! The channel is set where a frame is [pushed](super::sink::FrameSink::push).

use super::SkipReason;
use crate::can::{CanFrame, CanId, ChannelIdx, FrameFlags, Payload};
use crate::time::Timestamp;

/// The longest payload of classic CAN, in bytes.
pub(super) const CLASSIC_MAX_LEN: usize = 8;

/// A data frame. One of more than 8 bytes is CAN FD, whatever the log calls it.
pub(super) fn data(
    at: Timestamp,
    id: CanId,
    flags: FrameFlags,
    bytes: &[u8],
) -> Result<CanFrame, SkipReason> {
    let payload = Payload::new(bytes).map_err(|_too_long| SkipReason::BadPayload)?;
    let frame = CanFrame::data(at, ChannelIdx(0), id, payload);
    Ok(CanFrame {
        flags: frame.flags | flags,
        ..frame
    })
}

/// A remote frame that announces `len` bytes.
pub(super) fn remote(
    at: Timestamp,
    id: CanId,
    flags: FrameFlags,
    len: u64,
) -> Result<CanFrame, SkipReason> {
    let len = u8::try_from(len).ok();
    let len = len.filter(|len| usize::from(*len) <= CLASSIC_MAX_LEN);
    let mut frame = data(at, id, flags | FrameFlags::REMOTE, &[])?;
    frame.len = len.ok_or(SkipReason::BadPayload)?;
    Ok(frame)
}

/// An error frame of which the log says nothing that `SocketCAN` has a class for.
pub(super) fn error(at: Timestamp, flags: FrameFlags) -> Result<CanFrame, SkipReason> {
    let id = CanId::extended(0).map_err(|_out_of_range| SkipReason::BadIdentifier)?;
    data(at, id, flags | FrameFlags::ERROR, &[])
}

/// Bytes behind the data length codes from 9 on in CAN FD.
const FD_LENS: [usize; 7] = [12, 16, 20, 24, 32, 48, 64];

/// The data length code of CAN FD with room for so many bytes.
pub(super) fn dlc_of_len(len: usize) -> u8 {
    let code = match len {
        0..=CLASSIC_MAX_LEN => len,
        _ => {
            FD_LENS
                .iter()
                .position(|room| *room >= len)
                .unwrap_or(FD_LENS.len() - 1)
                + 9
        }
    };
    u8::try_from(code).expect("codes end at 15")
}

/// Bytes behind a data length code: codes from 9 on are 8 bytes in classic CAN, up to 64 in CAN FD.
pub(super) fn len_of_dlc(dlc: u64, is_fd: bool) -> Option<usize> {
    match usize::try_from(dlc).ok()? {
        len @ 0..=8 => Some(len),
        9..=15 if !is_fd => Some(CLASSIC_MAX_LEN),
        code => FD_LENS.get(code - 9).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_both_kinds() {
        assert_eq!(len_of_dlc(8, false), Some(8));
        assert_eq!(len_of_dlc(15, false), Some(8));
        assert_eq!(len_of_dlc(16, false), None);
        assert_eq!(len_of_dlc(9, true), Some(12));
        assert_eq!(len_of_dlc(15, true), Some(64));
        assert_eq!(len_of_dlc(16, true), None);
        assert_eq!(len_of_dlc(u64::MAX, true), None);
        for len in 0..=64 {
            let dlc = u64::from(dlc_of_len(len));
            assert!(len_of_dlc(dlc, true) >= Some(len));
            assert!(dlc == 0 || len_of_dlc(dlc - 1, true) < Some(len));
        }
    }

    #[test]
    fn kinds_carry_what_they_can() {
        let (at, id) = (Timestamp::from_ns(0), CanId::standard(1).unwrap());
        let long = data(at, id, FrameFlags::TX, &[0; 12]).unwrap();
        assert_eq!(long.flags, FrameFlags::FD | FrameFlags::TX);
        assert_eq!(
            data(at, id, FrameFlags::FD, &[0; 65]),
            Err(SkipReason::BadPayload)
        );
        assert_eq!(remote(at, id, FrameFlags::NONE, 5).unwrap().len, 5);
        assert_eq!(
            remote(at, id, FrameFlags::NONE, 9),
            Err(SkipReason::BadPayload)
        );
    }
}
