//! Where the test data is, for all tests of this folder.

use std::path::{Path, PathBuf};

/// The folder of test data: `CANLAKE_TEST_DATA`, or `shared/data` beside the checkout. `None`, after
/// saying so, where `marker` is not in it.
///
/// # Panics
///
/// With `CANLAKE_NO_SKIP` set, where it is not there: then nothing may be skipped.
pub(crate) fn data_dir(marker: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let dir = std::env::var_os("CANLAKE_TEST_DATA").map_or(beside, PathBuf::from);
    if dir.join(marker).exists() {
        return Some(dir);
    }
    let reason = format!("no {marker} in {}; set CANLAKE_TEST_DATA", dir.display());
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
    None
}
