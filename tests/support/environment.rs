//! Where things are on this machine.

use std::path::{Path, PathBuf};

/// The folder with the workspace's manifest.
pub fn workspace_root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// The folder of real logs, DBC files and decode oracles: `CANLAKE_TEST_DATA`, or `shared/data`
/// beside the checkout. `None`, after saying so, where there is none.
///
/// # Panics
///
/// With `CANLAKE_NO_SKIP` set, where there is none.
pub fn data_dir() -> Option<PathBuf> {
    let path = std::env::var_os("CANLAKE_TEST_DATA")
        .map_or_else(|| workspace_root().join("../shared/data"), PathBuf::from);
    if path.join("MANIFEST.md").is_file() {
        return Some(path);
    }
    skip(&format!("no test data in {}", path.display()));
    None
}

/// Says why a test does not run here.
///
/// # Panics
///
/// With `CANLAKE_NO_SKIP` set: where everything must be there, nothing may be skipped.
pub fn skip(reason: &str) {
    assert!(
        std::env::var_os("CANLAKE_NO_SKIP").is_none(),
        "would be skipped: {reason}"
    );
    #[expect(
        clippy::print_stderr,
        reason = "the runner shows why a test did nothing"
    )]
    {
        eprintln!("skipped: {reason}");
    }
}
