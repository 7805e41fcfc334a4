//! Which module may import what.

use std::path::{Path, PathBuf};

use test_support::workspace_root;

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Lines that are not comments, with their numbers from 1.
fn code_lines(path: &Path) -> Vec<(usize, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .map(str::to_owned)
        .enumerate()
        .map(|(idx, line)| (idx + 1, line));
    lines
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

#[test]
fn egui_stays_in_app_and_ui() {
    let source = workspace_root().join("app/src");
    let mut found = Vec::new();
    for path in rust_files(&source) {
        let inside = path.strip_prefix(&source).unwrap();
        if inside == Path::new("app.rs") || inside.starts_with("ui") {
            continue;
        }
        for (number, line) in code_lines(&path) {
            if ["egui::", "egui_plot::", "eframe::", "egui_tiles::"]
                .iter()
                .any(|name| line.contains(name))
            {
                found.push(format!("{}:{number}: {}", inside.display(), line.trim()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "egui outside app.rs and ui/:\n{}",
        found.join("\n")
    );
}

#[test]
fn series_knows_std_and_arrow_buffers_alone() {
    let mut found = Vec::new();
    for path in rust_files(&workspace_root().join("app/src/series")) {
        for (number, line) in code_lines(&path) {
            let Some(import) = line.trim_start().strip_prefix("use ") else {
                continue;
            };
            let allowed = ["std::", "arrow::buffer", "super", "self", "proptest::"];
            // Variants of an enum at hand.
            let is_local_type = import.starts_with(char::is_uppercase);
            if !is_local_type && !allowed.iter().any(|name| import.starts_with(name)) {
                found.push(format!("{}:{number}: {import}", path.display()));
            }
        }
    }
    assert!(
        found.is_empty(),
        "series imports more than std and Arrow buffers:\n{}",
        found.join("\n")
    );
}
