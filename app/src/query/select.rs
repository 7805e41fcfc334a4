//! Which files a query reads, by what their footers said. Pure.
//!
//! Files are found by the time of their rows, not by the day in their path: a file belongs to the
//! day of its first row and may run past midnight, so the search looks back by the longest file.

use std::collections::HashSet;
use std::sync::Arc;

use canlake_shared::schema::SignalKey;

use super::SignalQuery;
use super::file::DecodedFile;

/// The files of one vehicle, ready to be searched.
#[derive(Debug, Clone, Default)]
pub(crate) struct VehicleFiles {
    // By the time of their first row.
    files: Vec<Arc<DecodedFile>>,
    longest_ns: i64,
}

impl VehicleFiles {
    pub(crate) fn new(mut files: Vec<Arc<DecodedFile>>) -> Self {
        files.sort_by(|a, b| {
            let key = |file: &DecodedFile| (file.range.start, file.range.end);
            key(a).cmp(&key(b)).then_with(|| a.path.cmp(&b.path))
        });
        let lengths = files.iter().map(|file| file.range.duration_ns());
        let longest_ns = lengths.max().unwrap_or(0);
        Self { files, longest_ns }
    }

    /// All files, by the time of their first row.
    pub(crate) fn all(&self) -> &[Arc<DecodedFile>] {
        &self.files
    }

    /// The files that hold rows of a query, by the time of their first row.
    pub(crate) fn select(&self, query: &SignalQuery) -> Vec<Arc<DecodedFile>> {
        let earliest = query.range.start - self.longest_ns;
        let from = self
            .files
            .partition_point(|file| file.range.start < earliest);
        self.files
            .iter()
            .skip(from)
            .take_while(|file| file.range.start < query.range.end)
            .filter(|file| file.range.overlaps(query.range))
            .filter(|file| query.signals.iter().any(|key| file.has_signal(key)))
            .cloned()
            .collect()
    }
}

/// Whether message and signal name do not tell the signals of a query from others in the files.
pub(super) fn needs_identity(files: &[Arc<DecodedFile>], query: &SignalQuery) -> bool {
    let wanted = |key: &SignalKey| query.signals.contains(key);
    let mut seen = HashSet::new();
    files
        .iter()
        .filter(|file| seen.insert(Arc::as_ptr(&file.signals).cast::<()>()))
        .flat_map(|file| same_names(&file.signals, query))
        .any(|key| !wanted(key))
        || has_namesakes(&query.signals)
}

/// The keys of a file that have the message and signal name of a wanted one.
fn same_names<'a>(
    keys: &'a [SignalKey],
    query: &'a SignalQuery,
) -> impl Iterator<Item = &'a SignalKey> {
    query.signals.iter().flat_map(move |wanted| {
        let names = (&wanted.message, &wanted.signal);
        let from = keys.partition_point(|key| (&key.message, &key.signal) < names);
        keys.iter()
            .skip(from)
            .take_while(move |key| (&key.message, &key.signal) == names)
    })
}

fn has_namesakes(keys: &[SignalKey]) -> bool {
    let distinct: HashSet<_> = keys.iter().collect();
    let names: HashSet<_> = keys.iter().map(|key| (&key.message, &key.signal)).collect();
    names.len() < distinct.len()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arrow::datatypes::Schema;
    use canlake_shared::time::{NS_PER_DAY, TimeRange, Timestamp};

    use super::*;

    fn key(message: &str, signal: &str, channel: &str) -> SignalKey {
        SignalKey::new(channel, message, None, signal)
    }

    fn file(name: &str, start: i64, end: i64, signals: &[SignalKey]) -> Arc<DecodedFile> {
        Arc::new(DecodedFile {
            path: Arc::from(Path::new(name)),
            bytes: 1,
            schema: Arc::new(Schema::empty()),
            range: TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end)),
            signals: signals.into(),
            has_other_vehicles: false,
        })
    }

    fn query(start: i64, end: i64, signals: &[SignalKey]) -> SignalQuery {
        SignalQuery {
            vehicle: "V".into(),
            signals: signals.to_vec(),
            range: TimeRange::new(Timestamp::from_ns(start), Timestamp::from_ns(end)),
            labels: false,
        }
    }

    #[test]
    fn a_file_that_runs_past_midnight_is_found() {
        let speed = key("Drive", "Speed", "");
        let day = NS_PER_DAY;
        let files = VehicleFiles::new(vec![
            file("short", day, day + 10, std::slice::from_ref(&speed)),
            file("long", 10, 3 * day, std::slice::from_ref(&speed)),
            file("late", 5 * day, 6 * day, std::slice::from_ref(&speed)),
            file("other", 0, 9 * day, &[key("Drive", "Torque", "")]),
        ]);
        let names = |start, end| -> Vec<String> {
            let selected = files.select(&query(start, end, std::slice::from_ref(&speed)));
            let name = |file: &Arc<DecodedFile>| file.path.display().to_string();
            selected.iter().map(name).collect()
        };
        assert_eq!(names(2 * day, 2 * day + 1), ["long"]);
        assert_eq!(names(day + 9, 9 * day), ["long", "short", "late"]);
        assert_eq!(names(day + 10, 2 * day), ["long"]);
        assert_eq!(names(3 * day, 5 * day), [""; 0]);
        assert_eq!(names(i64::MIN, i64::MAX), ["long", "short", "late"]);
    }

    #[test]
    fn identity_is_read_only_where_names_are_not_enough() {
        let on = |channel: &str| key("Drive", "Speed", channel);
        let one = file("one", 0, 1, &[on("can0"), key("Drive", "Torque", "can0")]);
        let two = file("two", 0, 1, &[on("can0"), on("can1")]);
        let elsewhere = file("elsewhere", 0, 1, &[on("can1")]);
        let ask = |files: &[&Arc<DecodedFile>], signals: &[SignalKey]| {
            let files: Vec<_> = files.iter().map(|file| Arc::clone(file)).collect();
            needs_identity(&files, &query(0, 1, signals))
        };
        assert!(!ask(&[&one], &[on("can0")]));
        assert!(ask(&[&two], &[on("can0")]));
        assert!(ask(&[&two], &[on("can0"), on("can1")]));
        assert!(ask(&[&one, &elsewhere], &[on("can0")]));
        assert!(ask(&[&one, &elsewhere], &[on("can0"), on("can1")]));
        assert!(!ask(&[&one], &[on("can0"), on("can0")]));
    }
}
