//! The bits of a message: where each signal lies in the grid of its bytes.
//!
//! A row is a byte, a column a bit with 7 on the left, as DBC editors and cantools draw them. A
//! signal runs from its most to its least significant bit; Intel signals go on in the byte below,
//! Motorola ones in the byte above.

use canlake_shared::dbc::{ByteOrder, MessageDef, SignalDef, ValueType};

/// One bit of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BitPlace {
    /// Counted from 0.
    pub byte: usize,
    /// 0 is the least significant.
    pub bit: u8,
}

/// The bits of a signal, the least significant first.
pub fn bits_of(signal: &SignalDef) -> impl DoubleEndedIterator<Item = BitPlace> + use<> {
    let len = match signal.value_type {
        ValueType::Float32 => 32,
        ValueType::Float64 => 64,
        ValueType::Unsigned | ValueType::Signed => signal.bit_len,
    };
    let start = signal.start_bit as usize;
    let order = signal.byte_order;
    (0..len as usize).map(move |nth| match order {
        ByteOrder::LittleEndian => {
            let at = start + nth;
            BitPlace {
                byte: at / 8,
                bit: (at % 8) as u8,
            }
        }
        ByteOrder::BigEndian => {
            // Counted in the order of transmission, from the top bit of each byte down.
            let first = start / 8 * 8 + (7 - start % 8);
            let at = first + (len as usize - 1 - nth);
            BitPlace {
                byte: at / 8,
                bit: (7 - at % 8) as u8,
            }
        }
    })
}

/// What lies in one bit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitCell {
    /// Positions of the signals that use it, in [`MessageDef::signals`]: several where signals are
    /// multiplexed.
    pub signals: Vec<usize>,
}

/// The grid of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BitGrid {
    /// Byte by byte, the most significant bit first.
    cells: Vec<BitCell>,
    /// First (most significant) and last bit of each signal; `None` of one without bits.
    ends: Vec<Option<(BitPlace, BitPlace)>>,
    /// Bytes of the message as the DBC states them.
    len_bytes: usize,
}

impl BitGrid {
    /// Of a message: as many rows as it has bytes, or as its signals need.
    pub fn new(message: &MessageDef) -> Self {
        let len_bytes = message.len_bytes as usize;
        let mut grid = Self {
            cells: vec![BitCell::default(); 8 * len_bytes],
            ends: Vec::with_capacity(message.signals.len()),
            len_bytes,
        };
        for (idx, signal) in message.signals.iter().enumerate() {
            for place in bits_of(signal) {
                let at = position(place);
                if at >= grid.cells.len() {
                    grid.cells.resize(8 * (place.byte + 1), BitCell::default());
                }
                grid.cells[at].signals.push(idx);
            }
            let mut bits = bits_of(signal);
            let least = bits.next();
            let most = bits.next_back().or(least);
            grid.ends.push(most.zip(least));
        }
        grid
    }

    /// Rows: bytes of the message, and bytes beyond it that a signal uses.
    pub fn rows(&self) -> usize {
        self.cells.len() / 8
    }

    /// Bytes that the message has.
    pub fn len_bytes(&self) -> usize {
        self.len_bytes
    }

    /// What lies in a bit.
    pub fn cell(&self, place: BitPlace) -> Option<&BitCell> {
        self.cells.get(position(place))
    }

    /// Whether a signal uses a bit.
    pub fn is_used(&self, place: BitPlace, signal: usize) -> bool {
        self.cell(place)
            .is_some_and(|cell| cell.signals.contains(&signal))
    }

    /// The most and the least significant bit of a signal.
    pub fn ends(&self, signal: usize) -> Option<(BitPlace, BitPlace)> {
        self.ends.get(signal).copied().flatten()
    }
}

fn position(place: BitPlace) -> usize {
    8 * place.byte + 7 - usize::from(place.bit)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use canlake_shared::can::CanId;
    use canlake_shared::dbc;

    use super::*;

    fn message(text: &str) -> MessageDef {
        let (mut database, warnings) = dbc::load(text.as_bytes());
        assert_eq!(warnings, [], "{text}");
        database.messages.remove(0)
    }

    #[test]
    fn both_byte_orders() {
        let message = message(
            "BO_ 1 M: 4 N\n SG_ Intel : 4|12@1+ (1,0) [0|0] \"\" N\n SG_ Motorola : 19|10@0- (1,0) [0|0] \"\" N\n",
        );
        let places = |signal: usize| -> Vec<(usize, u8)> {
            bits_of(&message.signals[signal])
                .map(|place| (place.byte, place.bit))
                .collect()
        };
        let expected: Vec<_> = (4..8)
            .map(|bit| (0, bit))
            .chain((0..8).map(|bit| (1, bit)))
            .collect();
        assert_eq!(places(0), expected);
        let expected: Vec<_> = (2..8)
            .map(|bit| (3, bit))
            .chain((0..4).map(|bit| (2, bit)))
            .collect();
        assert_eq!(places(1), expected);
        let grid = BitGrid::new(&message);
        assert_eq!(grid.rows(), 4);
        let at = |byte, bit| BitPlace { byte, bit };
        assert_eq!(grid.ends(0), Some((at(1, 7), at(0, 4))));
        assert_eq!(grid.ends(1), Some((at(2, 3), at(3, 2))));
        assert!(grid.is_used(at(3, 7), 1) && !grid.is_used(at(3, 1), 1));
        assert_eq!(grid.cell(at(0, 0)), Some(&BitCell::default()));
        assert_eq!(grid.cell(at(4, 0)), None);
    }

    #[test]
    fn a_signal_beyond_its_message_makes_the_grid_longer() {
        let (database, _) = dbc::load(
            b"BO_ 1 M: 1 N\n SG_ Far : 12|8@1+ (1,0) [0|0] \"\" N\n SG_ Bit : 3|1@1+ (1,0) [0|0] \"\" N\n",
        );
        let grid = BitGrid::new(&database.messages[0]);
        assert_eq!((grid.len_bytes(), grid.rows()), (1, 3));
        let only = BitPlace { byte: 0, bit: 3 };
        assert_eq!(grid.ends(1), Some((only, only)));
    }

    /// Draws a grid as cantools' `layout_string` does: an arrow from `<`, the most significant bit,
    /// to `x`; `X` where signals overlap.
    fn arrows(grid: &BitGrid) -> Vec<String> {
        let draw = |place: BitPlace| -> [char; 3] {
            let mut chars = [' '; 3];
            for (column, char) in chars.iter_mut().enumerate() {
                for signal in &grid.cell(place).unwrap().signals {
                    let (most, least) = grid.ends(*signal).unwrap();
                    let drawn = match column {
                        0 if place == most => '<',
                        2 if place == least => 'x',
                        _ => '-',
                    };
                    *char = if *char == ' ' { drawn } else { 'X' };
                }
            }
            chars
        };
        (0..grid.rows())
            .map(|byte| {
                let mut line = String::new();
                let mut before = None;
                for bit in (0..8).rev() {
                    let chars = draw(BitPlace { byte, bit });
                    line.push(match (chars[0], before) {
                        ('X', Some('X')) => 'X',
                        ('X', Some('-')) => '-',
                        (' ' | '<' | 'x' | 'X', _) | (_, None) => '|',
                        _ => '-',
                    });
                    line.extend(chars);
                    before = Some(chars[2]);
                }
                line.push('|');
                line
            })
            .collect()
    }

    /// `cantools_layouts.txt` holds what `layout_string(message, signal_names=False)` of cantools
    /// 45.1 draws, without its numbers: a line with file, identifier and name, then a line a byte.
    #[test]
    fn real_messages_are_laid_out_as_cantools_does() {
        let data = std::env::var_os("CANLAKE_TEST_DATA").map_or_else(
            || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data")),
            PathBuf::from,
        );
        let folder = data.join("dbc");
        if !folder.is_dir() {
            let must_run = std::env::var_os("CANLAKE_NO_SKIP").is_some();
            assert!(
                !must_run,
                "would be skipped: no DBC files in {}",
                folder.display()
            );
            return;
        }
        let fixture = include_str!("../../tests/fixtures/cantools_layouts.txt");
        let mut lines = fixture.lines().peekable();
        let mut checked = 0;
        while let Some(head) = lines.next() {
            let [file, id, name] = head.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let id = u32::from_str_radix(id.trim_start_matches("0x"), 16).unwrap();
            let (database, _) = dbc::load(&std::fs::read(folder.join(file)).unwrap());
            let has_id = |message: &&MessageDef| CanId::number(message.id) == id;
            let mut messages = database.messages.iter().filter(has_id);
            let message = messages.find(|message| message.name == name);
            let message = message.unwrap_or_else(|| panic!("no message of {head}"));
            let mut expected = Vec::new();
            while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                expected.push(line);
            }
            assert_eq!(arrows(&BitGrid::new(message)), expected, "{head}");
            checked += 1;
        }
        assert_eq!(checked, 75);
    }
}
