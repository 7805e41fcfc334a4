//! CSV as python-can writes and reads it.
//!
//! ```text
//! timestamp,arbitration_id,extended,remote,error,dlc,data
//! 1622547830.084000,0xcf00300,1,0,0,8,//4A////AP8=
//! ```
//!
//! Of the conventions that our own reader knows this is the one that python-can reads too, which takes
//! these seven columns and no other; spreadsheets open it like any table. `dlc` is the length in bytes,
//! `data` is in base64. There is no column for channels, directions and flags of CAN FD.

use std::io::{self, Write as _};

use super::TargetFormat;
use super::channels::{ChannelForm, Written};
use super::fit::{ErrorDetails, Holds};
use super::lines::LineTarget;
use super::start::Start;
use super::text::{write_decimal, write_seconds};
use crate::can::{CanFrame, FrameFlags};
use crate::logs::csv::base64;

/// See the [module](self).
pub(super) enum Csv {}

impl LineTarget for Csv {
    const FORMAT: TargetFormat = TargetFormat::Csv;
    const HOLDS: Holds = Holds {
        resolution_ns: 1,
        has_start: false,
        channels: ChannelForm::None,
        classic: FrameFlags::NONE,
        fd: FrameFlags::NONE,
        remote: FrameFlags::NONE,
        error: FrameFlags::NONE,
        fd_error: FrameFlags::NONE,
        error_details: ErrorDetails::All,
    };

    fn head(out: &mut Vec<u8>, _start: Start) -> io::Result<()> {
        out.write_all(b"timestamp,arbitration_id,extended,remote,error,dlc,data\n")
    }

    fn line(out: &mut Vec<u8>, frame: &CanFrame, _: &Written, _: Start) -> io::Result<()> {
        write_seconds(out, frame.timestamp.as_ns())?;
        write!(out, ",{:#x}", frame.id.number())?;
        let columns = [
            frame.id.is_extended(),
            frame.flags.contains(FrameFlags::REMOTE),
            frame.flags.contains(FrameFlags::ERROR),
        ];
        for is_set in columns {
            out.write_all(if is_set { b",1" } else { b",0" })?;
        }
        out.push(b',');
        write_decimal(out, frame.len.into())?;
        out.push(b',');
        base64::encode(&frame.payload, out);
        out.push(b'\n');
        Ok(())
    }

    fn tail(_out: &mut Vec<u8>, _start: Start) -> io::Result<()> {
        Ok(())
    }
}
