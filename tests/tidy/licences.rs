//! `app/licences.txt`, which the window shows, names every crate of the program.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;
use test_support::{skip, workspace_root};

/// Ids of the packages that a package needs to run or to be built, itself included.
fn closure<'a>(metadata: &'a Value, root: &str) -> BTreeSet<&'a str> {
    let text = |value: &'a Value| value.as_str().unwrap();
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<_, _> = nodes.iter().map(|node| (text(&node["id"]), node)).collect();
    let packages = metadata["packages"].as_array().unwrap();
    let is_root = |package: &&'a Value| package["name"] == root;
    let root = packages.iter().find(is_root).unwrap();
    let mut open = vec![text(&root["id"])];
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !found.insert(id) {
            continue;
        }
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"] != "dev") {
                open.push(text(&dependency["pkg"]));
            }
        }
    }
    found
}

#[test]
fn the_list_of_licences_is_up_to_date() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(workspace_root())
        .output()
        .unwrap();
    if !output.status.success() {
        skip("crates of other systems cannot be downloaded");
        return;
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let used = closure(&metadata, "canlake");
    let mut lines = BTreeSet::new();
    for package in metadata["packages"].as_array().unwrap() {
        let (id, source) = (package["id"].as_str().unwrap(), &package["source"]);
        if used.contains(id) && !source.is_null() {
            let field = |name: &str| package[name].as_str().unwrap_or("see its repository");
            let (name, version, licence) = (field("name"), field("version"), field("license"));
            lines.insert(format!("{name} {version}: {licence}"));
        }
    }
    let mut expected = String::new();
    for line in lines {
        writeln!(expected, "{line}").unwrap();
    }
    let path = workspace_root().join("app/licences.txt");
    if std::env::var_os("CANLAKE_BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "app/licences.txt is not what Cargo.lock says: run CANLAKE_BLESS=1 cargo test --test tidy"
    );
}
