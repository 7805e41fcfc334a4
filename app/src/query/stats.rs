//! What a query cost, for `--explain` and the status bar.

use std::fmt;
use std::time::Duration;

use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};

/// How many of a kind there were and how many of them were not read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Looked at.
    pub total: u64,
    /// Found unnecessary and not read.
    pub pruned: u64,
}

impl Pruned {
    /// What was read.
    pub fn read(self) -> u64 {
        self.total.saturating_sub(self.pruned)
    }
}

impl fmt::Display for Pruned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} read, {} pruned",
            self.read(),
            self.total,
            self.pruned
        )
    }
}

/// Which way the samples of a query came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Route {
    /// Read from files of this machine.
    #[default]
    LocalFiles,
    /// They were in memory already.
    Memory,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LocalFiles => "from local files",
            Self::Memory => "from memory",
        })
    }
}

/// What a query cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryStats {
    /// Files of the source and those that the catalogue ruled out.
    pub files: Pruned,
    /// Row groups of the files read, and those that their statistics ruled out.
    pub row_groups: Pruned,
    /// Pages of the row groups read whose index was looked at, and those ruled out. Zero for files
    /// without a page index.
    pub pages: Pruned,
    /// Size of the files read, in bytes.
    pub file_bytes: u64,
    /// Bytes read of them, footers and page indexes included.
    pub bytes_read: u64,
    /// Reads from a file or requests to a store.
    pub requests: u64,
    /// Samples found.
    pub rows: u64,
    /// Rows without a time stamp, which no range of time can contain.
    pub rows_without_time: u64,
    /// From the question to the last sample.
    pub elapsed: Duration,
    /// Which way the samples came.
    pub route: Route,
}

impl QueryStats {
    /// Adds what the plan counted.
    pub(super) fn add_metrics(&mut self, metrics: &MetricsSet) {
        for metric in metrics.iter() {
            let MetricValue::PruningMetrics {
                name,
                pruning_metrics,
            } = metric.value()
            else {
                continue;
            };
            let pruned = pruning_metrics.pruned() as u64;
            let total = pruned + pruning_metrics.matched() as u64;
            let target = match name.as_ref() {
                "row_groups_pruned_statistics" => &mut self.row_groups,
                "page_index_pages_pruned" => &mut self.pages,
                _ => continue,
            };
            target.pruned += pruned;
            target.total += total;
        }
    }
}

impl fmt::Display for QueryStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = if self.file_bytes == 0 {
            0.0
        } else {
            100.0 * self.bytes_read as f64 / self.file_bytes as f64
        };
        writeln!(f, "files:      {}", self.files)?;
        writeln!(f, "row groups: {}", self.row_groups)?;
        writeln!(f, "pages:      {}", self.pages)?;
        writeln!(
            f,
            "bytes:      {} of {} read ({share:.2} %) in {} requests",
            self.bytes_read, self.file_bytes, self.requests
        )?;
        write!(f, "rows:       {}", self.rows)?;
        if self.rows_without_time > 0 {
            write!(f, ", {} more without a time stamp", self.rows_without_time)?;
        }
        write!(f, "\ntime:       {:.3} s", self.elapsed.as_secs_f64())?;
        write!(f, "\nroute:      {}", self.route)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_was_read_and_pruned() {
        let stats = QueryStats {
            files: Pruned {
                total: 10,
                pruned: 9,
            },
            file_bytes: 1_000,
            bytes_read: 15,
            requests: 3,
            rows: 6_000,
            rows_without_time: 1,
            ..QueryStats::default()
        };
        let text = stats.to_string();
        assert!(
            text.contains("files:      1 of 10 read, 9 pruned"),
            "{text}"
        );
        assert!(
            text.contains("15 of 1000 read (1.50 %) in 3 requests"),
            "{text}"
        );
        assert!(text.contains("6000, 1 more without a time stamp"), "{text}");
        assert!(text.contains("route:      from local files"), "{text}");
    }
}
