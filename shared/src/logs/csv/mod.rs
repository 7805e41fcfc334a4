//! CSV with a line per frame: the conventions of several tools, and any other by a [`CsvMapping`].
//!
//! ```text
//! Time Stamp,ID,Extended,Dir,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8          SavvyCAN, GVRET: µs, bus from 0
//! 166064000,0000021A,false,Rx,0,8,FE,36,12,FE,69,05,07,AD,
//!
//! TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;DataBytes   CANedge: s, bus from 1
//! 1581670628.161750;1;123;0;1;1;0;0;0;12
//!
//! timestamp,arbitration_id,extended,remote,error,dlc,data             python-can: s, data in base64
//! 1622547830.084,0xcf00300,1,0,0,8,//4A////AP8=
//!
//! ID,Data Bytes                                                       SavvyCAN "generic": no times
//! 0000021A,FE 36 12 FE 69 05 07 AD
//!
//! 166064;RX;0x0000021A;8;0xFE;0x36;0x12;…                             Microchip CAN BUS Analyzer: ms
//! ```
//!
//! Source: files of these tools, and their documentation where they have one.
//!
//! [`open`](super::open) takes these alone. Any other CSV needs somebody to say what its columns are:
//! [`CsvMapping::guess`] proposes it from names and values, [`open_csv`] reads by it.
//!
//! - Fields may stand in quotes; line ends inside quotes are not read.
//! - What does not fit 11 bits is an extended identifier, also where a column says that it is not.
//! - A log without times has its frames in their order: see [`TimeBasis::Order`].
//! - A head that comes again (logs one behind the other) is passed over.
//!
//! [`TimeBasis::Order`]: super::TimeBasis::Order

pub(super) mod base64;
mod fields;
mod guess;
mod line;
mod mapping;
mod time;

use super::input::{Format, LogInput};
use super::read_at::ReadAt;
use super::text::TextReader;
use super::{LogError, LogReader};
use line::CsvLines;

pub(crate) use fields::Fields;
pub(crate) use guess::{convention, time_format, time_unit};

pub use crate::logs::digits::NumberBase;
pub use mapping::{
    ChannelNumbers, CsvChannel, CsvData, CsvMapping, CsvTime, CsvTimeFormat, DataText, DecimalMark,
    Delimiter,
};

pub(super) const FORMAT: Format = Format {
    looks_like: |head| convention(head).is_some(),
    open: |input| {
        let mapping = convention(input.head()).ok_or_else(|| input.unknown_format())?;
        Ok(reader(input, mapping))
    },
};

/// Opens a CSV log whose columns are told by `mapping`, undoing gzip first.
///
/// # Errors
/// As [`open`](super::open), without [`LogError::UnknownFormat`]: what the mapping does not fit is
/// found in the [`SkipReport`](super::SkipReport).
pub fn open_csv(
    input: impl ReadAt + 'static,
    name: &str,
    mapping: &CsvMapping,
) -> Result<Box<dyn LogReader>, LogError> {
    let input = LogInput::open(input, name)?;
    Ok(reader(input, mapping.clone()))
}

fn reader(input: LogInput, mapping: CsvMapping) -> Box<dyn LogReader> {
    Box::new(TextReader::new(input, CsvLines::new(mapping)))
}
