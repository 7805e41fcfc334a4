//! The columns of lines in versions 2.x.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Time,
    Type,
    Bus,
    Id,
    Direction,
    /// Length in bytes.
    Length,
    /// Data length code.
    Dlc,
    Data,
    /// A number, something reserved, or a column that is not known yet.
    Other,
}

/// More columns than any version has.
const MAX_COLUMNS: usize = 32;

impl Column {
    /// `N,O,T,B,I,d,R,L,D`. `None` where the list lacks what makes a frame.
    pub(super) fn list(text: &[u8]) -> Option<Vec<Self>> {
        let names = text.trim_ascii().split(|byte| *byte == b',');
        let columns: Vec<Self> = names.take(MAX_COLUMNS).map(Self::named).collect();
        let has = |column| columns.contains(&column);
        let is_whole = [Self::Time, Self::Type, Self::Id, Self::Data]
            .into_iter()
            .all(has);
        (is_whole && (has(Self::Length) || has(Self::Dlc))).then_some(columns)
    }

    fn named(name: &[u8]) -> Self {
        match name.trim_ascii() {
            b"O" => Self::Time,
            b"T" => Self::Type,
            b"B" => Self::Bus,
            b"I" => Self::Id,
            b"d" => Self::Direction,
            b"l" => Self::Length,
            b"L" => Self::Dlc,
            b"D" => Self::Data,
            _ => Self::Other,
        }
    }
}
