//! Which columns a CSV file has, from the names that its header gives them and its first frame.

use super::fields::Fields;
use super::mapping::{
    ChannelNumbers, CsvChannel, CsvData, CsvMapping, CsvTime, CsvTimeFormat, DataText, DecimalMark,
    Delimiter,
};
use crate::logs::digits::{NumberBase, decimal_number};
use crate::logs::text;

/// A header stands in one of the first lines.
const HEADER_WITHIN: usize = 50;

/// The mapping of a file that follows a convention we know, so that nobody has to be asked.
pub(crate) fn convention(head: &[u8]) -> Option<CsvMapping> {
    const PYTHON_CAN: &str = "timestamp,arbitration_id,extended,remote,error,dlc,data";
    const BEGINNINGS: [&str; 5] = [
        PYTHON_CAN,
        "time stamp,id,extended,",
        "timestampepoch;",
        "timestampepoch,",
        "id,data bytes",
    ];
    microchip(head).or_else(|| {
        let mut lines = lines(head).map(|(_, line)| line.trim_ascii());
        let header = lines.find(|line| !line.is_empty())?;
        let header = String::from_utf8_lossy(header).to_ascii_lowercase();
        let begins = BEGINNINGS.iter().any(|begin| header.starts_with(begin));
        let mapping = begins.then(|| by_names(head)).flatten()?;
        Some(if header == PYTHON_CAN {
            python_can(mapping)
        } else {
            mapping
        })
    })
}

fn lines(head: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    text::lines(head).take(HEADER_WITHIN).enumerate()
}

/// Its times are seconds however many digits they have, and its data is never hexadecimal.
fn python_can(mut mapping: CsvMapping) -> CsvMapping {
    if let CsvData::Column { text, .. } = &mut mapping.data {
        *text = DataText::Base64;
    }
    if let Some(time) = &mut mapping.time {
        time.format = CsvTimeFormat::Seconds;
    }
    mapping
}

/// The log of Microchip's CAN BUS Analyzer has a title instead of names; it ends with a ruler.
fn microchip(head: &[u8]) -> Option<CsvMapping> {
    let is_title = |line: &[u8]| line.starts_with(b"Microchip Technology Inc.");
    let (title, _) = lines(head).find(|(_, line)| is_title(line))?;
    let is_ruler = |line: &[u8]| line.starts_with(b"//---");
    let (ruler, _) = lines(head).skip(title).find(|(_, line)| is_ruler(line))?;
    let bytes = CsvData::Bytes {
        first: 4,
        base: NumberBase::Hex,
    };
    Some(CsvMapping {
        delimiter: Delimiter::Semicolon,
        header_lines: ruler as u64 + 1,
        time: Some(CsvTime {
            column: 0,
            format: CsvTimeFormat::Milliseconds,
        }),
        sent: Some(1),
        len: Some(3),
        ..CsvMapping::new(2, bytes)
    })
}

/// What a column is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Time(Option<CsvTimeFormat>),
    Id(Option<NumberBase>),
    Extended,
    Channel(ChannelNumbers),
    Len,
    Dlc,
    Data,
    FirstByte,
    Sent,
    Remote,
    Error,
    Fd,
    Brs,
    Esi,
}

impl Role {
    fn of(name: &[u8]) -> Option<Self> {
        let name = String::from_utf8_lossy(name).to_lowercase();
        let words: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() { c } else { ' ' })
            .collect();
        let words: Vec<&str> = words.split_whitespace().collect();
        let (first, rest) = words.split_first()?;
        let joined: String = words.concat();
        if name.trim() == "time stamp" {
            return Some(Self::Time(Some(CsvTimeFormat::Microseconds)));
        }
        Some(match joined.as_str() {
            "timestampepoch" => Self::Time(Some(CsvTimeFormat::Seconds)),
            "id" | "canid" | "arbitrationid" | "arbid" | "identifier" | "messageid" | "msgid"
            | "frameid" | "idhex" | "canidhex" => Self::Id(None),
            "iddec" | "caniddec" => Self::Id(Some(NumberBase::Decimal)),
            "extended" | "ide" | "isextended" | "isextendedid" | "ext" | "xtd" => Self::Extended,
            "buschannel" => Self::Channel(ChannelNumbers::FromOne),
            "bus" | "channel" | "can" | "canchannel" | "interface" | "port" => {
                Self::Channel(ChannelNumbers::FromZero)
            }
            "len" | "length" | "datalength" | "datalen" | "bytes" => Self::Len,
            "dlc" => Self::Dlc,
            "data" | "databytes" | "payload" | "datahex" | "bytesdata" => Self::Data,
            "d0" | "d1" | "b0" | "b1" | "byte0" | "byte1" | "data0" | "data1" => Self::FirstByte,
            "dir" | "direction" | "rxtx" | "txrx" => Self::Sent,
            "remote" | "rtr" | "isremote" => Self::Remote,
            "error" | "err" | "iserror" => Self::Error,
            "edl" | "fd" | "fdf" | "isfd" | "canfd" => Self::Fd,
            "brs" => Self::Brs,
            "esi" => Self::Esi,
            _ if ["time", "timestamp", "t", "abstime", "zeit"].contains(first)
                || joined.starts_with("timestamp") =>
            {
                Self::Time(rest.iter().find_map(|unit| time_unit(unit)))
            }
            _ => return None,
        })
    }
}

/// The unit of a time, by its name in lower case.
pub(crate) fn time_unit(name: &str) -> Option<CsvTimeFormat> {
    match name {
        "s" | "sec" | "secs" | "seconds" => Some(CsvTimeFormat::Seconds),
        "ms" | "msec" | "milliseconds" => Some(CsvTimeFormat::Milliseconds),
        "us" | "µs" | "μs" | "microseconds" => Some(CsvTimeFormat::Microseconds),
        "ns" | "nanoseconds" => Some(CsvTimeFormat::Nanoseconds),
        _ => None,
    }
}

/// The mapping by the first line that names an identifier and data.
pub(super) fn by_names(head: &[u8]) -> Option<CsvMapping> {
    let mut fields = Fields::default();
    for (at, line) in lines(head) {
        for delimiter in Delimiter::ALL {
            fields.split(line, delimiter.byte());
            let names = (0..fields.len()).map(|column| fields.get(line, column));
            let roles: Vec<Option<Role>> = names.map(|name| Role::of(name?)).collect();
            if let Some(mapping) = of_roles(&roles) {
                let mut rows = lines(head).skip(at + 1).map(|(_, row)| row);
                let row = rows.find(|row| !row.trim_ascii().is_empty());
                let named = CsvMapping {
                    delimiter,
                    header_lines: at as u64 + 1,
                    ..mapping
                };
                return Some(refined(named, &roles, row.unwrap_or_default()));
            }
        }
    }
    None
}

fn of_roles(roles: &[Option<Role>]) -> Option<CsvMapping> {
    let find = |wanted: fn(Role) -> bool| roles.iter().position(|role| role.is_some_and(wanted));
    let column_of = |role: Role| roles.iter().position(|found| *found == Some(role));
    let id = find(|role| matches!(role, Role::Id(_)))?;
    let data = match (column_of(Role::FirstByte), column_of(Role::Data)) {
        (Some(first), _) => CsvData::Bytes {
            first,
            base: NumberBase::Hex,
        },
        (None, Some(column)) => CsvData::Column {
            column,
            text: DataText::Hex,
        },
        (None, None) => return None,
    };
    let time = find(|role| matches!(role, Role::Time(_)));
    Some(CsvMapping {
        time: time.map(|column| CsvTime {
            column,
            format: CsvTimeFormat::Seconds,
        }),
        channel: roles
            .iter()
            .enumerate()
            .find_map(|(column, role)| match role {
                Some(Role::Channel(numbers)) => Some(CsvChannel {
                    column,
                    numbers: *numbers,
                }),
                _ => None,
            }),
        len: column_of(Role::Len).or_else(|| column_of(Role::Dlc)),
        extended: column_of(Role::Extended),
        sent: column_of(Role::Sent),
        remote: column_of(Role::Remote),
        error: column_of(Role::Error),
        fd: column_of(Role::Fd),
        brs: column_of(Role::Brs),
        esi: column_of(Role::Esi),
        ..CsvMapping::new(id, data)
    })
}

/// What names leave open, from the values of the first frame.
fn refined(mut mapping: CsvMapping, roles: &[Option<Role>], row: &[u8]) -> CsvMapping {
    let mut fields = Fields::default();
    fields.split(row, mapping.delimiter.byte());
    let value = |column: usize| fields.get(row, column).unwrap_or_default();
    if let Some(Some(Role::Id(Some(base)))) = roles.get(mapping.id) {
        mapping.id_base = *base;
    }
    if let Some(time) = &mut mapping.time {
        let text = value(time.column);
        if mapping.delimiter != Delimiter::Comma && text.contains(&b',') && !text.contains(&b':') {
            mapping.decimal = DecimalMark::Comma;
        }
        time.format = match roles.get(time.column) {
            Some(Some(Role::Time(Some(format)))) => *format,
            _ => time_format(text),
        };
    }
    if let Some(channel) = &mut mapping.channel
        && decimal_number(value(channel.column)).is_none()
    {
        channel.numbers = ChannelNumbers::Names;
    }
    if let CsvData::Column { column, text } = &mut mapping.data
        && value(*column)
            .iter()
            .any(|byte| !byte.is_ascii_hexdigit() && !b" x".contains(byte))
    {
        *text = DataText::Base64;
    }
    mapping
}

/// The unit of a time by how it is written and how large it is: times since 1970 have as many digits
/// as their unit needs; of times since a beginning those with a fraction are seconds.
pub(crate) fn time_format(text: &[u8]) -> CsvTimeFormat {
    if text.contains(&b':') {
        let has_date = text.iter().position(|byte| *byte == b':') > Some(4);
        return if has_date {
            CsvTimeFormat::DateTime
        } else {
            CsvTimeFormat::TimeOfDay
        };
    }
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match digits {
        0..=11 => CsvTimeFormat::Seconds,
        12..=14 => CsvTimeFormat::Milliseconds,
        15..=17 => CsvTimeFormat::Microseconds,
        _ => CsvTimeFormat::Nanoseconds,
    }
}
