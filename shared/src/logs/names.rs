//! What the names of logs tell: where a folder is searched, and what a dialog offers. What a file is,
//! its content says.

/// How the names of logs end.
pub const EXTENSIONS: &[&str] = &["log", "blf", "mf4", "pcap", "pcapng"];
/// How the names of packed files end.
pub const PACKED_EXTENSIONS: &[&str] = &["gz", "zst", "zip"];

/// The name without the ending of what packed the file.
pub fn without_packing(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((plain, ending)) if is_any(ending, PACKED_EXTENSIONS) => plain,
        _ => name,
    }
}

/// Whether a file is called as logs are, packed or not, in letters of any case.
pub fn is_log_name(name: &str) -> bool {
    let ending = without_packing(name).rsplit_once('.');
    ending.is_some_and(|(_, ending)| is_any(ending, EXTENSIONS))
}

fn is_any(ending: &str, endings: &[&str]) -> bool {
    endings
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_logs() {
        for name in [
            "a.log",
            "a.LOG.GZ",
            "a.b.blf",
            "0001.MF4",
            "x.pcapng.zst",
            "a.log.zip",
        ] {
            assert!(is_log_name(name), "{name}");
        }
        for name in [
            "log",
            "a.gz",
            "a.zip",
            "a.log.bak",
            "a.parquet",
            "a.log.gz.gz",
            "",
        ] {
            assert!(!is_log_name(name), "{name}");
        }
        assert_eq!(without_packing("truck 7.log.GZ"), "truck 7.log");
        assert_eq!(without_packing("truck.log"), "truck.log");
        assert_eq!(without_packing("gz"), "gz");
    }
}
