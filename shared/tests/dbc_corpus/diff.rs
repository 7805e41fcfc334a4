//! What differs between the files.

use canlake_shared::dbc::diff::{DatabaseDiff, DiffKind};

use crate::library;
use crate::test_data::data_dir;

#[test]
fn no_file_differs_from_itself() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    for file in library(&data) {
        let diff = DatabaseDiff::new(&file.database, &file.database);
        assert!(diff.is_empty(), "{}", file.name);
    }
}

#[test]
fn twins_differ_in_names_and_words_alone() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let library = library(&data);
    let file = |name| {
        &library
            .iter()
            .find(|file| file.name == name)
            .unwrap()
            .database
    };
    let (before, after) = (
        file("css/canmod-gnss.dbc"),
        file("css/matlab_canmod-gps.dbc"),
    );
    let diff = DatabaseDiff::new(before, after);
    assert_eq!(diff.messages.len(), 9);
    let is_of_words = |what: &str| ["comment", "declared range"].contains(&what);
    for message in &diff.messages {
        assert_eq!(
            (message.kind(), &*message.changes),
            (DiffKind::Renamed, &[][..])
        );
        for signal in &message.signals {
            assert!(
                signal.changes.iter().all(|change| is_of_words(change.what)),
                "{signal:?}"
            );
            assert_eq!(signal.kind, DiffKind::Changed);
        }
    }
}
