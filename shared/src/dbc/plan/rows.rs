//! Which rows of a column take part: all of them, or an ascending list.

use std::borrow::Cow;

/// Rows of a column, ascending and without repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rows<'a> {
    /// Every row.
    All,
    /// Those listed.
    Listed(Cow<'a, [u32]>),
}

impl<'a> Rows<'a> {
    /// No row at all.
    pub(super) const NONE: Self = Self::Listed(Cow::Borrowed(&[]));

    /// Rows out of a list that is ascending already.
    pub(super) fn listed(rows: Vec<u32>) -> Self {
        Self::Listed(Cow::Owned(rows))
    }

    /// The same rows, borrowed.
    pub(super) fn reborrow(&'a self) -> Self {
        match self {
            Self::All => Self::All,
            Self::Listed(rows) => Self::Listed(Cow::Borrowed(rows)),
        }
    }

    /// How many there are in a column of `n_rows`.
    pub fn count(&self, n_rows: usize) -> usize {
        match self {
            Self::All => n_rows,
            Self::Listed(rows) => rows.len(),
        }
    }

    /// Whether there are none in a column of `n_rows`.
    pub fn is_empty(&self, n_rows: usize) -> bool {
        self.count(n_rows) == 0
    }

    /// The list, or `None` when every row takes part.
    pub fn as_list(&self) -> Option<&[u32]> {
        match self {
            Self::All => None,
            Self::Listed(rows) => Some(rows),
        }
    }

    /// Those of a column of `n_rows` that `keep` accepts. Stays [`Rows::All`] when it accepts all.
    pub(super) fn filter(self, n_rows: usize, keep: impl Fn(usize) -> bool) -> Self {
        match self {
            Self::All if (0..n_rows).all(&keep) => Self::All,
            Self::All => {
                let n_rows = u32::try_from(n_rows).unwrap_or(u32::MAX);
                Self::listed((0..n_rows).filter(|row| keep(*row as usize)).collect())
            }
            Self::Listed(rows) if rows.iter().all(|row| keep(*row as usize)) => Self::Listed(rows),
            Self::Listed(rows) => {
                let kept = rows.iter().copied().filter(|row| keep(*row as usize));
                Self::listed(kept.collect())
            }
        }
    }
}
