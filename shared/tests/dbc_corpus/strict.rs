//! What cantools 45.1 refuses in strict mode, as the table of the test data tells, has a warning here.

use std::fs;

use canlake_shared::dbc::load;

use crate::test_data::data_dir;

#[test]
fn whatever_cantools_refuses_has_a_warning() {
    let Some(data) = data_dir("dbc/dbc_status.csv") else {
        return;
    };
    let table = fs::read_to_string(data.join("dbc/dbc_status.csv")).unwrap();
    let mut lines = table.lines();
    let position = |heading: &str, name| heading.split(',').position(|it| it == name).unwrap();
    let heading = lines.next().unwrap();
    let (file, verdict) = (
        position(heading, "dbc"),
        position(heading, "cantools_45_strict"),
    );
    let (mut n_refused, mut silent) = (0, Vec::new());
    for line in lines {
        // What follows the verdict may hold commas; what stands before it does not.
        let fields: Vec<&str> = line.split(',').collect();
        let (name, verdict) = (fields[file], fields[verdict]);
        if verdict == "OK" {
            continue;
        }
        n_refused += 1;
        let (_, warnings) = load(&fs::read(data.join("dbc").join(name)).unwrap());
        if warnings.is_empty() {
            silent.push(name);
        }
    }
    assert_eq!(n_refused, 61);
    assert_eq!(silent, [""; 0]);
}
