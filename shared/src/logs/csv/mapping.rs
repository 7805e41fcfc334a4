//! What the columns of a CSV file are.

use serde::{Deserialize, Serialize};

use super::guess;
use crate::logs::digits::NumberBase;

/// How the columns of a CSV file say what frames are. Columns count from 0.
///
/// Plain data: a dialog shows and changes it, settings keep it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CsvMapping {
    /// What stands between fields.
    pub delimiter: Delimiter,
    /// What stands before the fraction of a number.
    pub decimal: DecimalMark,
    /// Lines at the beginning that are no frames, the one with the names of columns included.
    pub header_lines: u64,
    /// The time of a frame. `None`: there are only frames in their order.
    pub time: Option<CsvTime>,
    /// The column of the identifier.
    pub id: usize,
    /// How identifiers are written.
    pub id_base: NumberBase,
    /// The bus. `None`: there is one.
    pub channel: Option<CsvChannel>,
    /// The column of the number of bytes, or of the data length code. `None`: there are as many bytes
    /// as the data has.
    pub len: Option<usize>,
    /// The bytes.
    pub data: CsvData,
    /// The column that says whether an identifier is extended. `None`: those are that do not fit 11
    /// bits.
    pub extended: Option<usize>,
    /// The column that says whether the frame was sent (`Tx`, 1) or received (`Rx`, 0).
    pub sent: Option<usize>,
    /// The column that marks remote frames.
    pub remote: Option<usize>,
    /// The column that marks error frames.
    pub error: Option<usize>,
    /// The column that marks CAN FD frames. `None`: those with more than 8 bytes are.
    pub fd: Option<usize>,
    /// The column of the bit rate switch.
    pub brs: Option<usize>,
    /// The column of the error state indicator.
    pub esi: Option<usize>,
}

impl CsvMapping {
    /// A mapping that knows the identifier and the data alone: the least that makes a frame.
    pub fn new(id: usize, data: CsvData) -> Self {
        Self {
            delimiter: Delimiter::Comma,
            decimal: DecimalMark::Point,
            header_lines: 0,
            time: None,
            id,
            id_base: NumberBase::Hex,
            channel: None,
            len: None,
            data,
            extended: None,
            sent: None,
            remote: None,
            error: None,
            fd: None,
            brs: None,
            esi: None,
        }
    }

    /// Proposes a mapping from the beginning of a file (a few lines, [decompressed](crate::logs::head)):
    /// by the names of its columns, and by what the first frame has in them. `None` where no line
    /// names an identifier and data.
    pub fn guess(head: &[u8]) -> Option<Self> {
        guess::convention(head).or_else(|| guess::by_names(head))
    }
}

/// What stands between the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Delimiter {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// A tab.
    Tab,
    /// `|`
    Bar,
}

impl Delimiter {
    /// All that are known.
    pub const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Bar];

    /// The character.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Bar => b'|',
        }
    }
}

/// What stands before the fraction of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DecimalMark {
    /// `.`
    Point,
    /// `,`
    Comma,
}

/// The column of the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CsvTime {
    /// Which column.
    pub column: usize,
    /// How a time is written.
    pub format: CsvTimeFormat,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CsvTimeFormat {
    /// A number of seconds, since 1970 or since the beginning.
    Seconds,
    /// A number of milliseconds.
    Milliseconds,
    /// A number of microseconds.
    Microseconds,
    /// A number of nanoseconds.
    Nanoseconds,
    /// `2026-01-31 12:00:00.5`, with `Z` or an offset behind it; without one it is UTC.
    DateTime,
    /// `12:00:00.5`: a time of day, without a date.
    TimeOfDay,
}

/// The column of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CsvChannel {
    /// Which column.
    pub column: usize,
    /// What its values are.
    pub numbers: ChannelNumbers,
}

/// What the values of a column of buses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChannelNumbers {
    /// Names, taken as they are.
    Names,
    /// Numbers from 0: `can0`.
    FromZero,
    /// Numbers from 1: `CAN1`.
    FromOne,
}

/// Where the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CsvData {
    /// All in one column.
    Column {
        /// Which column.
        column: usize,
        /// How they are written.
        text: DataText,
    },
    /// A byte a column, from this one to the end of the line.
    Bytes {
        /// The column of the first byte.
        first: usize,
        /// How a byte is written.
        base: NumberBase,
    },
}

/// How bytes are written in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum DataText {
    /// `0A1B2C` or `0A 1B 2C`.
    Hex,
    /// `10 27 44`.
    Decimal,
    /// `ChssAA==`.
    Base64,
}
