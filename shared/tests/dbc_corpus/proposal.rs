//! Which of all DBC files is proposed for the real logs.

use canlake_shared::dbc::proposal::propose;
use canlake_shared::dbc::{DbcFile, Matching};

use crate::test_data::data_dir;
use crate::{census, library};

/// By log and channel: the best file, and those that fit as well.
const EXPECTED: [(&str, &str, &[&str]); 9] = [
    ("j1939_tractor_6130", "can1", &["canmatrix/j1939.dbc"]),
    ("j1939_tractor_6130", "can2", &["canmatrix/j1939.dbc"]),
    ("j1939_vehicle_imu", "can1", &["canmatrix/j1939.dbc"]),
    ("j1939_vehicle_imu", "can2", CANMOD),
    ("nmea2000_a", "can1", &["canboat/canboat.dbc"]),
    ("nmea2000_raymarine", "can0", &["canboat/canboat.dbc"]),
    ("obd2_imu_a", "can1", &["css/OBD-v4.4.dbc"]),
    ("obd2_imu_a", "can2", CANMOD),
    ("tesla_model_s", "vcan0", &["opendbc/tesla_can.dbc"]),
];

/// Twins: the same messages and signals under other names, see the test of `diff`.
const CANMOD: &[&str] = &["css/canmod-gnss.dbc", "css/matlab_canmod-gps.dbc"];

#[test]
fn the_right_file_is_first() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let library = library(&data);
    let files: Vec<&DbcFile> = library.iter().collect();
    for (log, channel, expected) in EXPECTED {
        let census = census(&data, log);
        let channel = census
            .channels
            .iter()
            .find(|it| it.name == channel)
            .unwrap();
        let fits = propose(channel, &files, Matching::Auto);
        let names: Vec<&str> = fits.iter().map(|fit| &*files[fit.file_idx].name).collect();
        assert_eq!(&names[..expected.len()], expected, "{log}");
        // Twins fit alike.
        let quality = |idx: usize| (fits[idx].evidence, fits[idx].explained_frames);
        assert!((1..expected.len()).all(|idx| quality(idx) == quality(0)));
    }
}

#[test]
fn a_log_of_diagnostics_is_told_by_its_file() {
    let Some(data) = data_dir("logs") else {
        return;
    };
    let library = library(&data);
    let files: Vec<&DbcFile> = library.iter().collect();
    let census = census(&data, "uds_kona_leaf");
    let fits = propose(&census.channels[0], &files, Matching::Auto);
    assert_eq!(files[fits[0].file_idx].name, "css/tp_uds.dbc");
}
