//! Samples of several signals as one table: a row per time stamp, a column per signal.
//!
//! No sample is dropped: where signals repeat a time stamp, the table repeats it, the n-th sample of
//! each signal in the n-th row of that time.

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// What to call it; from files, so any text.
    pub name: &'a str,
    /// The unit, empty when there is none.
    pub unit: &'a str,
    /// Nanoseconds since 1970, UTC, ascending.
    pub times: &'a [i64],
    /// One value per time.
    pub values: &'a [f64],
    /// Texts of the values, one per time, or none at all.
    pub labels: &'a [Option<Box<str>>],
}

/// Goes through the rows of a table.
#[derive(Debug)]
pub struct Rows<'a> {
    columns: &'a [Column<'a>],
    /// For each column the sample that comes next.
    next: Vec<usize>,
    /// For each column the sample in the current row.
    current: Vec<Option<usize>>,
}

impl<'a> Rows<'a> {
    /// Before the first row.
    pub fn new(columns: &'a [Column<'a>]) -> Self {
        Self {
            columns,
            next: vec![0; columns.len()],
            current: vec![None; columns.len()],
        }
    }

    /// Goes to the next row: its time, and for each column the position of its sample if it has one.
    pub fn advance(&mut self) -> Option<(i64, &[Option<usize>])> {
        let upcoming = self.columns.iter().zip(&self.next);
        let time = upcoming
            .filter_map(|(column, &next)| column.times.get(next))
            .min()
            .copied()?;
        for ((column, next), current) in self
            .columns
            .iter()
            .zip(&mut self.next)
            .zip(&mut self.current)
        {
            *current = (column.times.get(*next) == Some(&time)).then_some(*next);
            *next += usize::from(current.is_some());
        }
        Some((time, &self.current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_time_repeats_the_row() {
        let column = |times: &'static [i64]| Column {
            name: "",
            unit: "",
            times,
            values: &[],
            labels: &[],
        };
        let columns = [column(&[1, 2, 2, 5]), column(&[2, 2, 2, 4])];
        let mut rows = Rows::new(&columns);
        let mut table = Vec::new();
        while let Some((time, samples)) = rows.advance() {
            table.push((time, samples[0], samples[1]));
        }
        let expected = [
            (1, Some(0), None),
            (2, Some(1), Some(0)),
            (2, Some(2), Some(1)),
            (2, None, Some(2)),
            (4, None, Some(3)),
            (5, Some(3), None),
        ];
        assert_eq!(table, expected);
    }
}
