use std::fs;
use std::path::Path;

use crate::display::Display;
use crate::test_data;
use crate::xdnd::DragSource;

/// A candump log of a real drive with its DBC file beside it, or one of our own where the data are
/// absent.
fn log_file(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("drive.log");
    let real = "logs/tesla_model_s/tesla_model_s.log";
    if let Some(data) = test_data::data_dir(real) {
        fs::copy(data.join(real), &path).unwrap();
        let dbc = data.join("dbc/opendbc/tesla_can.dbc");
        fs::copy(dbc, folder.join("drive.dbc")).unwrap();
        return path;
    }
    let lines = (0..20_000).map(|idx| {
        let seconds = 1_775_368_800.0 + f64::from(idx) * 0.01;
        format!(
            "({seconds:.6}) can0 1A0#{:04X}{:04X}00000000\n",
            idx % 9_000,
            idx % 700
        )
    });
    fs::write(&path, lines.collect::<String>()).unwrap();
    let dbc = concat!(
        "VERSION \"\"\n\nBS_:\n\nBU_: ECU\n\n",
        "BO_ 416 Drive: 8 ECU\n",
        " SG_ Speed : 7|16@0+ (0.01,0) [0|655] \"km/h\" ECU\n",
        " SG_ Torque : 23|16@0+ (0.1,0) [0|6553] \"Nm\" ECU\n",
    );
    fs::write(folder.join("drive.dbc"), dbc).unwrap();
    path
}

#[test]
fn a_log_dragged_out_of_another_program_becomes_a_plot() {
    let Some(display) = Display::start(1280, 800) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let log = log_file(folder.path());
    // Opens with nothing but a path that does not exist, so that no demo lake is made.
    let nowhere = folder.path().join("nowhere");
    let mut window = display.canlake(&[nowhere.to_str().unwrap()]);
    let source = DragSource::new(display.name(), [1200, 700], &log);
    display.xdotool(&["mousemove", "1220", "720", "mousedown", "1"]);
    for place in ["1150", "1000", "900", "800"] {
        display.xdotool(&["mousemove", place, "400"]);
        std::thread::sleep(std::time::Duration::from_millis(60));
    }
    window.screenshot("drop-1-over");
    display.xdotool(&["mouseup", "1"]);
    assert!(source.was_taken(), "{}", window.log());
    window.screenshot("drop-2-dropped");
    // The log needs a DBC file; the one beside it is offered.
    window.wait_for_log("question for DBC files");
    display.xdotool(&["mousemove", "640", "600", "key", "Return"]);
    window.wait_for_log("open and decode");
    window.wait_for_log("first picture");
    window.screenshot("drop-3-plot");
    assert!(window.is_running());
}
