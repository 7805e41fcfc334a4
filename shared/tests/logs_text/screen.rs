//! What candump writes to the screen.

use canlake_shared::logs::{LogFormat, TimeBasis};

use crate::python_can::read_file;
use crate::test_data;

/// The other reader of this file is this test: a line that begins with `<` is a frame.
#[test]
fn a_log_of_the_old_candump_has_its_frames_in_their_order() {
    let Some(dir) = test_data::data_dir("formats/canboat/candumpSample1_filtered.txt") else {
        return;
    };
    let path = dir.join("formats/canboat/candumpSample1_filtered.txt");
    let log = read_file(&path);
    assert_eq!(log.skipped(), [""; 0]);
    assert_eq!(log.reader.format(), LogFormat::CandumpScreen);
    assert_eq!(log.reader.time_basis(), TimeBasis::Order);
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with('<')).collect();
    assert_eq!(log.frames.len(), lines.len());
    for (i, (frame, line)) in log.frames.iter().zip(lines).enumerate() {
        let bytes = frame.payload.iter().map(|byte| format!("{byte:02x} "));
        let bytes: String = bytes.collect();
        let id = frame.id.number();
        let written = format!("<0x{id:08x}> [{}] {bytes}", frame.len);
        assert_eq!(written.trim_end(), line.trim_end());
        assert!(frame.id.is_extended());
        assert_eq!(frame.timestamp.as_ns(), i as i64 * 1_000_000);
    }
    println!("candumpSample1: {} frames equal", log.frames.len());
}
