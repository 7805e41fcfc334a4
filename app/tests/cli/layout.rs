//! `render --layout`: what the window saved, drawn without one.

use std::path::PathBuf;

use super::{canlake, path_of, stderr};
use crate::lake::lake;

const LAYOUT: &str = r#"{
  "canlake_layout": 1,
  "vehicles": ["V1"],
  "panels": [
    {"id": 0, "kind": "plot", "signals": [
      {"vehicle": {"slot": 0}, "key": "can7:Drive[0x100].Speed", "axis": {"unit": "km/h"}}]},
    {"id": 1, "kind": "table", "signals": [
      {"vehicle": {"slot": 0}, "key": "Drive.Nothing", "axis": {"unit": "km/h"}}]}],
  "arrangement": {"split": {"direction": "column", "children": [[3.0, {"panel": 0}], [1.0, {"panel": 1}]]}}
}"#;

fn render(
    lake: &tempfile::TempDir,
    layout: &str,
    more: &[&str],
) -> (std::process::Output, PathBuf) {
    let (file, picture) = (
        lake.path().join("l.canlake.json"),
        lake.path().join("out.png"),
    );
    std::fs::write(&file, layout).unwrap();
    let mut args = vec!["render", path_of(lake), "--layout", file.to_str().unwrap()];
    args.extend([
        "-o",
        picture.to_str().unwrap(),
        "--width",
        "400",
        "--height",
        "300",
    ]);
    args.extend(more);
    (canlake(&args), picture)
}

#[test]
fn a_layout_is_drawn_and_what_is_missing_is_told() {
    let lake = lake();
    let (output, picture) = render(&lake, LAYOUT, &[]);
    // Speed is on another channel and identifier; the other signal is nowhere.
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let told = stderr(&output);
    assert!(told.contains("Drive.Nothing is not in V1"), "{told}");
    let whole = std::fs::read(&picture).unwrap();
    assert_eq!(whole[16..24], [0, 0, 1, 144, 0, 0, 1, 44]);
    let says = |text: &str| whole.windows(text.len()).any(|it| it == text.as_bytes());
    assert!(says(path_of(&lake)) && says("V1"), "where it is from");
    let complete = LAYOUT.replace("Drive.Nothing", "Drive.Speed");
    let (output, picture) = render(&lake, &complete, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_ne!(std::fs::read(&picture).unwrap(), whole);
    // The whole range and a part of it look different.
    let all = std::fs::read(&picture).unwrap();
    let (output, picture) = render(&lake, &complete, &["--from", "2026-01-01T00:00:00Z"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_ne!(std::fs::read(&picture).unwrap(), all);
}

#[test]
fn what_is_worked_out_is_drawn_as_well() {
    let lake = lake();
    let computed = LAYOUT
        .replace("Drive.Nothing", "computed.Twice")
        .replace(r#""kind": "table""#, r#""kind": "plot""#)
        .replacen(
            r#""panels""#,
            r#""analysis": {"computed": [{"name": "Twice", "expression": "Drive.Speed * 2"}]}, "panels""#,
            1,
        );
    let (output, picture) = render(&lake, &computed, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    let twice = std::fs::read(&picture).unwrap();
    // Had it not been waited for, both would look alike.
    let (output, picture) = render(&lake, &computed.replace("* 2", "* 0"), &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_ne!(std::fs::read(&picture).unwrap(), twice);
}

#[test]
fn a_layout_that_cannot_be_opened_is_one_line() {
    let lake = lake();
    let later = r#"{"canlake_layout": 2}"#;
    for (text, reason) in [(later, "version 2"), ("{", "damaged"), ("{}", "no layout")] {
        let (output, picture) = render(&lake, text, &[]);
        assert_eq!(output.status.code(), Some(1));
        let told = stderr(&output);
        assert!(told.contains(reason) && told.lines().count() == 1, "{told}");
        assert!(!picture.exists());
    }
    let missing = canlake(&["render", path_of(&lake), "-o", "x.png"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        stderr(&missing).contains("--signal"),
        "{}",
        stderr(&missing)
    );
}
