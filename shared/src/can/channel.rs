//! Channels: the buses as a recording names them.
//!
//! Frames carry a small index instead of a name, so that they stay `Copy`; the table that gives the
//! index its name belongs to the source of the frames.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The name of a bus as it was recorded, such as `can0` or `1`.
///
/// Any text: foreign logs name channels as they like. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelName(Arc<str>);

impl ChannelName {
    /// From the text of a log, a configuration or a file.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Position of a channel in the [`ChannelTable`] of the source that made the frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelIdx(pub u16);

/// The channels of one source, in order of first appearance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelTable {
    names: Vec<ChannelName>,
}

impl ChannelTable {
    /// A table of the names given.
    pub fn new(names: impl IntoIterator<Item = ChannelName>) -> Self {
        let mut table = Self::default();
        for name in names {
            table.intern(name.as_str());
        }
        table
    }

    /// The index of `name`, added if it is new.
    ///
    /// A recording with more than 65,535 channels is rubbish; the surplus shares the last index.
    pub fn intern(&mut self, name: &str) -> ChannelIdx {
        let found = self.names.iter().position(|known| known.as_str() == name);
        let idx = found.unwrap_or_else(|| {
            if u16::try_from(self.names.len()).is_ok() {
                self.names.push(ChannelName::new(name));
            }
            self.names.len() - 1
        });
        ChannelIdx(u16::try_from(idx).unwrap_or(u16::MAX))
    }

    /// The name behind an index of this table.
    pub fn name(&self, idx: ChannelIdx) -> Option<&ChannelName> {
        self.names.get(usize::from(idx.0))
    }

    /// All names, in order of first appearance.
    pub fn names(&self) -> &[ChannelName] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_follow_first_appearance() {
        let mut table = ChannelTable::default();
        assert_eq!(table.intern("can1"), ChannelIdx(0));
        assert_eq!(table.intern("can0"), ChannelIdx(1));
        assert_eq!(table.intern("can1"), ChannelIdx(0));
        assert_eq!(table.name(ChannelIdx(1)).unwrap().as_str(), "can0");
        assert_eq!(table.name(ChannelIdx(2)), None);
    }
}
