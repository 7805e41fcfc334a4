//! What a format calls the channels of the frames written to it.

use std::collections::BTreeSet;

use super::loss::RenamedChannel;
use super::{TargetFormat, WriteError};
use crate::can::{ChannelIdx, ChannelName, ChannelTable};
use crate::logs::candump;

/// How a format names channels.
#[derive(Clone, Copy, Debug)]
pub(super) enum ChannelForm {
    /// By one word.
    Word,
    /// By a number from 1 up to this; readers say `CAN1`.
    Number { max: u32 },
    /// Not at all; readers say `can0`.
    None,
}

/// A channel as it is written.
#[derive(Clone, Debug)]
pub(super) struct Written {
    /// What a reader gives back.
    pub(super) name: ChannelName,
    /// 0 where the format does not number channels.
    pub(super) number: u32,
    /// Whether `name` is the one that was recorded.
    pub(super) is_kept: bool,
}

/// The channels of a log, by their index in the table of the frames.
#[derive(Debug)]
pub(super) struct Channels {
    format: TargetFormat,
    form: ChannelForm,
    written: Vec<Written>,
    taken: BTreeSet<u32>,
}

impl Channels {
    pub(super) fn new(format: TargetFormat, form: ChannelForm) -> Self {
        Self {
            format,
            form,
            written: Vec::new(),
            taken: BTreeSet::new(),
        }
    }

    pub(super) fn get(&self, idx: ChannelIdx) -> Option<&Written> {
        self.written.get(usize::from(idx.0))
    }

    /// Takes what is new in the table.
    pub(super) fn grow(
        &mut self,
        table: &ChannelTable,
        renamed: &mut Vec<RenamedChannel>,
    ) -> Result<(), WriteError> {
        let new = table.names().get(self.written.len()..).unwrap_or_default();
        if new.is_empty() {
            return Ok(());
        }
        // Those that a number belongs to come before those that take any.
        let mut numbers: Vec<Option<u32>> = new.iter().map(|name| self.own_number(name)).collect();
        for (name, number) in new.iter().zip(&mut numbers) {
            let number = match *number {
                Some(number) => number,
                None => self.free_number(name)?,
            };
            let written = Written {
                name: match self.form {
                    ChannelForm::Word => ChannelName::new(&candump::channel_word(name.as_str())),
                    ChannelForm::Number { .. } => ChannelName::new(&format!("CAN{number}")),
                    ChannelForm::None => ChannelName::new("can0"),
                },
                number,
                is_kept: false,
            };
            let is_kept = written.name == *name;
            if !is_kept {
                renamed.push(RenamedChannel {
                    name: name.clone(),
                    written: written.name.clone(),
                });
            }
            self.written.push(Written { is_kept, ..written });
        }
        Ok(())
    }

    /// The number in the name of a channel, if no other has it.
    fn own_number(&mut self, name: &ChannelName) -> Option<u32> {
        let ChannelForm::Number { max } = self.form else {
            return Some(0);
        };
        let number = number_in(name.as_str())?;
        ((1..=max).contains(&number) && self.taken.insert(number)).then_some(number)
    }

    fn free_number(&mut self, name: &ChannelName) -> Result<u32, WriteError> {
        let max = match self.form {
            ChannelForm::Number { max } => max,
            ChannelForm::Word | ChannelForm::None => 0,
        };
        let free = (1..=max).find(|number| !self.taken.contains(number));
        let number = free.ok_or_else(|| WriteError::TooManyChannels {
            format: self.format,
            max,
            channel: name.to_string(),
        })?;
        self.taken.insert(number);
        Ok(number)
    }
}

/// The number of a channel counted from 1: `CAN1` and `1` say it, `can0` counts from 0, as `vcan0` and
/// `slcan0` do.
fn number_in(name: &str) -> Option<u32> {
    let digits_at = name.len() - name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (prefix, digits) = name.split_at_checked(digits_at)?;
    let number: u32 = digits.parse().ok()?;
    match prefix {
        "CAN" | "" => Some(number),
        "can" | "vcan" | "slcan" => number.checked_add(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(max: u32, names: &[&str]) -> Result<Vec<u32>, WriteError> {
        let mut channels = Channels::new(TargetFormat::Blf, ChannelForm::Number { max });
        let table = ChannelTable::new(names.iter().map(|name| ChannelName::new(name)));
        let mut renamed = Vec::new();
        channels.grow(&table, &mut renamed)?;
        let written = channels.written.iter();
        let numbers: Vec<u32> = written.map(|it| it.number).collect();
        for (name, number) in names.iter().zip(&numbers) {
            let is_kept = *name == format!("CAN{number}");
            let is_told = renamed.iter().any(|it| it.name.as_str() == *name);
            assert_ne!(is_kept, is_told, "{name}");
        }
        Ok(numbers)
    }

    #[test]
    fn names_with_a_number_keep_it() {
        let cases: [(&[&str], &[u32]); 6] = [
            (&["can0", "can1"], &[1, 2]),
            (&["CAN3", "CAN1"], &[3, 1]),
            (&["can0", "CAN1"], &[1, 2]),
            (&["body", "CAN1", "vcan1"], &[3, 1, 2]),
            (&["0", "1", "CAN0"], &[2, 1, 3]),
            (&["CAN101", "a"], &[1, 2]),
        ];
        for (names, expected) in cases {
            assert_eq!(numbered(100, names).unwrap(), expected, "{names:?}");
        }
        let error = numbered(2, &["a", "b", "c"]).unwrap_err().to_string();
        assert!(
            error.contains("2 channels") && error.contains("\"c\""),
            "{error}"
        );
    }

    #[test]
    fn a_table_that_grows_keeps_what_it_had() {
        let mut channels = Channels::new(TargetFormat::Asc, ChannelForm::Number { max: 9 });
        let mut renamed = Vec::new();
        let mut table = ChannelTable::default();
        for name in ["body", "CAN1", "can4"] {
            table.intern(name);
            channels.grow(&table, &mut renamed).unwrap();
        }
        let numbers: Vec<u32> = channels.written.iter().map(|it| it.number).collect();
        assert_eq!(numbers, [1, 2, 5]);
    }
}
