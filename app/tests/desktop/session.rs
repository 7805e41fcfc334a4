//! An hour of an engineer in a minute: from the demo lake to exported files, and back after a restart.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::display::{Display, Window};

const SIGNAL: &str = "BMS_PackStatus.Pack_Voltage";

/// Where things are in a window of 1280 × 800 points.
const PLOT: [i32; 2] = [640, 180];
/// In the plot that the second signal was dropped below of.
const LOWER: [i32; 2] = [640, 255];
const FIRST_RESULT: [i32; 2] = [90, 574];

#[test]
fn from_the_demo_lake_to_exported_files_and_back() {
    let Some(display) = Display::start(1280, 800) else {
        return;
    };
    let home = display.home().to_owned();
    let mut window = display.canlake(&[]);
    window.wait_for_log("first picture");
    window.screenshot("session-01-demo");

    drag_signals(&window);
    zoom(&window);
    place_cursors(&window);
    compute(&window);
    find_events(&window);

    let layout = home.join("saved.canlake.json");
    save_layout(&window, &layout);
    window.screenshot("session-08-saved");
    let csv = home.join("out.csv");
    window.key("ctrl+e");
    window.replace_text(csv.to_str().unwrap());
    window.screenshot("session-09-export");
    window.key("Return");
    wait_for_file(&csv);
    let png = home.join("out.png");
    window.key("ctrl+shift+e");
    window.replace_text(png.to_str().unwrap());
    window.key("Return");
    wait_for_file(&png);
    window.screenshot("session-10-exported");
    assert!(fs::read(&png).unwrap().starts_with(b"\x89PNG"));
    is_as_queried(&home, &csv);

    window.key("ctrl+q");
    window.wait_for_end();
    drop(window);
    let mut window = display.canlake(&[]);
    window.wait_for_log("first picture");
    window.screenshot("session-11-restarted");
    let again = home.join("again.canlake.json");
    save_layout(&window, &again);
    assert_eq!(arrangement(&layout), arrangement(&again));
    assert!(window.is_running());
}

fn drag_signals(window: &Window<'_>) {
    window.key("slash");
    window.type_text("cell_10");
    window.screenshot("session-02-search");
    window.drag(FIRST_RESULT, PLOT);
    window.wait_for_log("Plot { signals");
    window.key("slash");
    window.replace_text("ambient_temp");
    // Near the lower edge, which splits the panel.
    window.drag(FIRST_RESULT, [640, 278]);
    window.wait_for_log("Beside");
    window.screenshot("session-03-dragged");
}

fn zoom(window: &Window<'_>) {
    window.point_at(LOWER);
    for _ in 0..3 {
        window.wheel_up();
    }
    window.screenshot("session-04-wheel");
    window.drag_with(3, [420, 215], [560, 280]);
    window.screenshot("session-05-box");
    window.key("BackSpace");
}

fn place_cursors(window: &Window<'_>) {
    window.point_at([450, 255]);
    window.key("a");
    window.point_at([560, 255]);
    window.key("b");
    window.wait_for_log("Run(CursorB)");
}

fn compute(window: &Window<'_>) {
    window.key("ctrl+shift+f");
    window.type_text("Pack_Voltage * Pack_Current / 1000");
    window.screenshot("session-06-computed");
    window.key("Return");
    window.wait_for_log("Computed(Define(");
}

fn find_events(window: &Window<'_>) {
    window.point_at(PLOT);
    window.key("e");
    window.type_text("VehicleSpeed > 100 for 2 s");
    window.key("Return");
    window.wait_for_log("Events(Watch(");
    window.screenshot("session-07-events");
}

fn save_layout(window: &Window<'_>, path: &Path) {
    window.key("ctrl+s");
    window.replace_text(path.to_str().unwrap());
    window.key("Return");
    wait_for_file(path);
}

fn wait_for_file(path: &Path) {
    for _ in 0..600 {
        if path.is_file() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("no {}", path.display());
}

/// What a layout says of panels and of what is worked out.
fn arrangement(layout: &Path) -> BTreeMap<String, Value> {
    let layout: BTreeMap<String, Value> =
        serde_json::from_slice(&fs::read(layout).unwrap()).unwrap();
    let kept = |name: &String| ["panels", "arrangement", "analysis"].contains(&name.as_str());
    let layout: BTreeMap<_, _> = layout.into_iter().filter(|(name, _)| kept(name)).collect();
    for part in ["panels", "arrangement"] {
        assert!(layout.contains_key(part), "no {part}: {layout:?}");
    }
    layout
}

/// The exported samples of a signal are those that the headless command gives.
fn is_as_queried(home: &Path, csv: &Path) {
    let text = fs::read_to_string(csv).unwrap();
    let range = text
        .lines()
        .find_map(|line| line.strip_prefix("# range: "))
        .unwrap();
    let (from, to) = range.split_once(" to before ").unwrap();
    let lake = home.join(".local/share/canlake/demo-lake-1/decoded");
    let output = Command::new(env!("CARGO_BIN_EXE_canlake"))
        .args(["query", lake.to_str().unwrap(), "--vehicle", "EV_DEMO_1"])
        .args(["--signal", SIGNAL, "--raw", "--from", from, "--to", to])
        .output()
        .unwrap();
    assert!(output.status.success());
    let queried = String::from_utf8(output.stdout).unwrap();
    let queried = column(&queried);
    assert!(queried.len() > 1_000);
    assert_eq!(column(&text), queried);
}

/// Times and values of the signal, as they are written; rows of other signals are left out.
fn column(csv: &str) -> Vec<(String, String)> {
    let mut lines = csv.lines().filter(|line| !line.starts_with('#'));
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let of_signal = |name: &&str| name.starts_with(SIGNAL);
    let column = header.iter().position(of_signal).unwrap();
    let cell = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let value = cells[column];
        (!value.is_empty()).then(|| (cells[0].to_owned(), value.to_owned()))
    };
    lines.filter_map(cell).collect()
}
