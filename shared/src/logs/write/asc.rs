//! Vector's ASCII log: see [`crate::logs`] for what its lines look like.
//!
//! Numbers are hexadecimal, times count from the date in the head, which is in UTC and says so in a
//! comment. CAN FD lines end with the flags from which a reader tells that they are CAN FD.

use std::io::{self, Write as _};

use super::TargetFormat;
use super::channels::{ChannelForm, Written};
use super::fit::{ALL_FD, ErrorDetails, Holds};
use super::lines::LineTarget;
use super::start::{Clock, Start};
use super::text::{write_byte_words, write_decimal, write_hex, write_seconds};
use crate::can::{CanFrame, FrameFlags};
use crate::logs::frames::dlc_of_len;

/// See the [module](self).
pub(super) enum Asc {}

/// Columns of the time: lines of a measurement of up to a day stand in columns.
const TIME_COLUMNS: usize = 12;
const ID_COLUMNS: usize = 16;

impl LineTarget for Asc {
    const FORMAT: TargetFormat = TargetFormat::Asc;
    const HOLDS: Holds = Holds {
        resolution_ns: 1,
        has_start: true,
        channels: ChannelForm::Number { max: u32::MAX },
        classic: FrameFlags::TX,
        fd: ALL_FD.with(FrameFlags::TX, true),
        remote: FrameFlags::TX,
        error: FrameFlags::NONE,
        fd_error: FrameFlags::FD.with(FrameFlags::TX, true),
        error_details: ErrorDetails::None,
    };

    fn head(out: &mut Vec<u8>, start: Start) -> io::Result<()> {
        if start.has_date {
            out.write_all(b"date ")?;
            date(out, start)?;
        }
        out.write_all(b"base hex  timestamps absolute\ninternal events logged\n")?;
        if start.has_date {
            out.write_all(b"// date in UTC\nBegin Triggerblock ")?;
            date(out, start)?;
            out.write_all(b"    0.000000 Start of measurement\n")?;
        }
        Ok(())
    }

    fn line(
        out: &mut Vec<u8>,
        frame: &CanFrame,
        channel: &Written,
        start: Start,
    ) -> io::Result<()> {
        let line_at = out.len();
        write_seconds(out, frame.timestamp.ns_since(start.at))?;
        pad_left(out, line_at, TIME_COLUMNS);
        let is_fd = frame.flags.contains(FrameFlags::FD);
        if is_fd {
            out.write_all(b" CANFD   ")?;
            write_decimal(out, channel.number.into())?;
            out.write_all(direction(frame))?;
        } else {
            out.push(b' ');
            write_decimal(out, channel.number.into())?;
            out.write_all(b"  ")?;
        }
        if frame.flags.contains(FrameFlags::ERROR) {
            out.write_all(b"ErrorFrame\n")?;
        } else if is_fd {
            fd(out, frame)?;
        } else {
            classic(out, frame)?;
        }
        Ok(())
    }

    fn tail(out: &mut Vec<u8>, start: Start) -> io::Result<()> {
        if start.has_date {
            out.write_all(b"End TriggerBlock\n")?;
        }
        Ok(())
    }
}

/// `<id> Rx   d <dlc> <bytes>` or `<id> Rx   r <dlc>`.
fn classic(out: &mut Vec<u8>, frame: &CanFrame) -> io::Result<()> {
    let id_at = out.len();
    id(out, frame)?;
    pad_right(out, id_at, ID_COLUMNS);
    out.write_all(direction(frame))?;
    let is_remote = frame.flags.contains(FrameFlags::REMOTE);
    out.write_all(if is_remote { b"  r " } else { b"  d " })?;
    write_hex(out, frame.len.into(), 1)?;
    write_byte_words(out, &frame.payload)?;
    out.write_all(b"\n")
}

/// `<id> <blank name> <brs> <esi> <dlc> <length> <bytes> <duration> <bits> <flags> <crc> <timing>`.
fn fd(out: &mut Vec<u8>, frame: &CanFrame) -> io::Result<()> {
    const IS_FD: u32 = 1 << 12;
    let (brs, esi) = (
        u32::from(frame.flags.contains(FrameFlags::BRS)),
        u32::from(frame.flags.contains(FrameFlags::ESI)),
    );
    let id_at = out.len();
    id(out, frame)?;
    pad_right(out, id_at, ID_COLUMNS);
    write_hex(out, brs, 1)?;
    out.push(b' ');
    write_hex(out, esi, 1)?;
    out.push(b' ');
    write_hex(out, dlc_of_len(frame.payload.len()).into(), 1)?;
    out.push(b' ');
    write_decimal(out, frame.len.into())?;
    write_byte_words(out, &frame.payload)?;
    out.write_all(b" 0 0 ")?;
    write_hex(out, IS_FD | brs << 13 | esi << 14, 1)?;
    out.write_all(b" 0 0 0 0 0\n")
}

fn id(out: &mut Vec<u8>, frame: &CanFrame) -> io::Result<()> {
    write_hex(out, frame.id.number(), 1)?;
    if frame.id.is_extended() {
        out.push(b'x');
    }
    Ok(())
}

fn direction(frame: &CanFrame) -> &'static [u8] {
    if frame.flags.contains(FrameFlags::TX) {
        b" Tx "
    } else {
        b" Rx "
    }
}

/// Puts blanks before what stands from `from` on.
fn pad_left(out: &mut Vec<u8>, from: usize, columns: usize) {
    let len = out.len() - from;
    pad_right(out, from, columns);
    if let Some(text) = out.get_mut(from..) {
        text.rotate_right(columns.saturating_sub(len));
    }
}

/// Puts blanks behind what stands from `from` on.
fn pad_right(out: &mut Vec<u8>, from: usize, columns: usize) {
    let end = (from + columns).max(out.len());
    out.resize(end, b' ');
}

/// `Thu Feb 29 23:59:58.999 2024`, and the end of the line.
fn date(out: &mut Vec<u8>, start: Start) -> io::Result<()> {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let clock = Clock::at(start.at);
    let day = DAYS.get(clock.weekday).copied().unwrap_or_default();
    let month = MONTHS.get(usize::from(clock.date.month).saturating_sub(1));
    writeln!(
        out,
        "{day} {} {:02} {:02}:{:02}:{:02}.{:03} {:04}",
        month.copied().unwrap_or_default(),
        clock.date.day,
        clock.hour,
        clock.minute,
        clock.second,
        clock.millisecond,
        clock.date.year,
    )
}
