//! How much memory the machine has.

use std::sync::LazyLock;

/// Where the system does not say: what a small laptop has.
const UNKNOWN_BYTES: u64 = 4_000_000_000;

static TOTAL: LazyLock<u64> = LazyLock::new(|| {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    total_of(&text).unwrap_or(UNKNOWN_BYTES)
});

/// Bytes of memory of the machine. The first call may read a file: it belongs to the start of the
/// program.
pub(crate) fn total_bytes() -> u64 {
    *TOTAL
}

fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo
        .lines()
        .find_map(|it| it.strip_prefix("MemTotal:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_answer_is_read() {
        let text = "MemFree: 1 kB\nMemTotal:       24544512 kB\n";
        assert_eq!(total_of(text), Some(24_544_512 * 1_024));
        assert_eq!(total_of("MemTotal: many kB"), None);
        assert_eq!(total_of(""), None);
        assert!(total_bytes() > 100_000_000);
    }
}
