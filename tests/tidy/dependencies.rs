//! Which member may depend on which.

use test_support::workspace_root;
use toml::Table;

const MEMBERS: [&str; 5] = ["app", "edge", "lambda-decoder", "shared", "tests"];

fn manifest(member: &str) -> Table {
    let path = workspace_root().join(member).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    text.parse().unwrap()
}

fn names_of_members() -> Vec<String> {
    let name = |member: &&str| {
        manifest(member)["package"]["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    MEMBERS.iter().map(name).collect()
}

fn dependencies(manifest: &Table, kind: &str) -> Vec<String> {
    let table = manifest.get(kind).and_then(toml::Value::as_table);
    table
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

#[test]
fn members_depend_on_shared_only() {
    let members = names_of_members();
    for member in ["app", "edge", "lambda-decoder", "shared"] {
        let manifest = manifest(member);
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let on_members: Vec<_> = dependencies(&manifest, kind)
                .into_iter()
                .filter(|name| members.contains(name))
                .collect();
            let allowed: &[&str] = if member == "shared" {
                &[]
            } else {
                &["canlake-shared"]
            };
            assert!(
                on_members
                    .iter()
                    .all(|name| allowed.contains(&name.as_str())),
                "{member} has {on_members:?} in [{kind}]"
            );
        }
    }
}

#[test]
fn shared_stays_free_of_runtimes_and_screens() {
    let banned = [
        "tokio",
        "datafusion",
        "egui",
        "eframe",
        "object_store",
        "reqwest",
    ];
    let found: Vec<_> = dependencies(&manifest("shared"), "dependencies")
        .into_iter()
        .filter(|name| banned.contains(&name.as_str()) || name.starts_with("aws-"))
        .collect();
    assert!(found.is_empty(), "shared depends on {found:?}");
}

#[test]
fn only_the_app_links_datafusion_and_egui() {
    for member in ["edge", "lambda-decoder"] {
        let found: Vec<_> = dependencies(&manifest(member), "dependencies")
            .into_iter()
            .filter(|name| ["datafusion", "egui", "eframe"].contains(&name.as_str()))
            .collect();
        assert!(found.is_empty(), "{member} depends on {found:?}");
    }
}

#[test]
fn every_manifest_takes_version_and_lints_from_the_workspace() {
    for member in MEMBERS {
        let manifest = manifest(member);
        assert_eq!(
            manifest["lints"]["workspace"].as_bool(),
            Some(true),
            "{member}"
        );
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in table {
                let from_workspace = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(from_workspace, Some(true), "{member} pins {name} itself");
            }
        }
    }
}
