//! How many warnings of which kind each file gives. A change must be deliberate: run the test with
//! `CANLAKE_BLESS=1` to write the list anew, and look at the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use canlake_shared::dbc::load;

use crate::dbc_files;
use crate::test_data::data_dir;

#[test]
fn warnings_are_those_of_the_list() {
    let Some(data) = data_dir("oracle") else {
        return;
    };
    let files = dbc_files(&data);
    assert_eq!(files.len(), 192);
    let mut list = String::new();
    for (name, path) in files {
        let (_, warnings) = load(&fs::read(path).unwrap());
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for warning in &warnings {
            assert!(!warning.text.contains('\n'), "{name}: {warning}");
            *counts.entry(warning.kind.name()).or_default() += 1;
        }
        if !counts.is_empty() {
            let counts = counts.iter().map(|(kind, n)| format!("{kind} {n}"));
            writeln!(list, "{name}: {}", counts.collect::<Vec<_>>().join(", ")).unwrap();
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dbc_corpus/warnings.txt");
    if std::env::var_os("CANLAKE_BLESS").is_some() {
        fs::write(&path, &list).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (got, expected) in list.lines().zip(expected.lines()) {
        assert_eq!(got, expected);
    }
    assert_eq!(list.lines().count(), expected.lines().count());
}
