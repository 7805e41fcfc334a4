use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command as Process;

use canlake::command::{Action, Command};
use canlake::export::{CsvLayout, CsvOptions, Decimal, Separator, TimeFormat};
use canlake::state::{
    ExportCommand, ExportKind, ExportOptions, ExportRange, ExportScope, ExportTarget, PngOptions,
    Severity, SignalRef, ThemeChoice,
};
use canlake::time_display::ZoneChoice;
use canlake::ui::theme;
use canlake_shared::time::{TimeRange, Timestamp};
use egui::{Key, Modifiers, Role, Theme};
use egui_kittest::kittest::{AccessKitNode, Queryable as _};
use test_support::skip;

use crate::window::{TestWindow, VEHICLE, VOLTAGE, samples};

fn click(window: &mut TestWindow, label: &str) {
    window.harness.get_by_label(label).click();
    window.harness.run_steps(3);
}

/// Types where to into the dialog that is open, and exports.
fn export(window: &mut TestWindow, name: &str) -> Vec<u8> {
    let path = window.lake.path(name);
    let extension = path.extension().unwrap().to_str().unwrap().to_owned();
    let field = move |node: &AccessKitNode<'_>| {
        node.role() == Role::TextInput && node.value().is_some_and(|it| it.ends_with(&extension))
    };
    window.harness.get_by(&field).focus();
    window.harness.run_steps(2);
    window.press_with(Modifiers::COMMAND, Key::A);
    let text = path.to_str().unwrap();
    window.harness.get_by(&field).type_text(text);
    window.harness.run_steps(2);
    click(window, "Export");
    written(window, &path)
}

fn written(window: &mut TestWindow, path: &Path) -> Vec<u8> {
    window.wait("the export", |state| state.exports.is_empty());
    assert!(window.state().dialog.is_none());
    let read = std::fs::read(path);
    read.unwrap_or_else(|error| panic!("{error}: {:?}", window.state().notices))
}

/// Exports as chosen, without the dialog.
fn write(window: &mut TestWindow, name: &str, options: ExportOptions) -> Vec<u8> {
    let path = window.lake.path(name);
    let target = ExportTarget {
        kind: options.kind,
        path: path.clone(),
        may_replace: false,
    };
    window.send(Command::Export(ExportCommand::Choose(Box::new(options))));
    window.send(Command::Export(ExportCommand::Write(target)));
    written(window, &path)
}

/// The facts before the heading, the heading, and the rows.
fn parts(csv: &str) -> (BTreeMap<String, String>, String, Vec<String>) {
    let fact = |line: &str| {
        let (key, value) = line.strip_prefix("# ").unwrap().split_once(": ").unwrap();
        (key.to_owned(), value.to_owned())
    };
    let (facts, rest): (Vec<_>, Vec<_>) = csv.lines().partition(|line| line.starts_with('#'));
    let heading = rest[0].to_owned();
    let rows = rest[1..].iter().map(|&row| row.to_owned()).collect();
    (facts.into_iter().map(fact).collect(), heading, rows)
}

fn with_voltage() -> TestWindow {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND, Key::N);
    window.click_signal(VOLTAGE);
    window.wait("the samples", |state| !state.store.is_loading());
    window
}

#[test]
fn csv_has_the_samples_of_the_visible_range() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    window.press_with(Modifiers::COMMAND, Key::E);
    let csv = export(&mut window, "out.csv");
    let (facts, heading, rows) = parts(&String::from_utf8(csv).unwrap());
    let visible = window.visible();
    let (times, values) = samples(1);
    let expected: Vec<String> = times
        .into_iter()
        .zip(values)
        .map(|(time, value)| (Timestamp::from_ns(time), value))
        .filter(|(time, _)| visible.contains(*time))
        .map(|(time, value)| format!("{time},{value}"))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(rows, expected);
    assert!(heading.ends_with("Speed [km/h]"), "{heading}");
    let root = window.lake.root().to_str().unwrap();
    assert_eq!(facts["source"], root);
    assert_eq!(facts["vehicle"], "CAR_1");
    assert_eq!(facts["zone"], "UTC");
    assert_eq!(facts["complete"], "yes");
    assert!(facts["dbc"].contains("not known"), "{facts:?}");
    assert!(facts["range"].starts_with(&visible.start.to_string()));
    assert!(facts["written by"].starts_with("canlake "));
}

#[test]
fn csv_from_a_to_b_of_all_panels_or_one_in_the_zone_that_is_shown() {
    let mut window = with_voltage();
    window.send(Command::SetZone(
        ZoneChoice::named("Asia/Kathmandu").unwrap(),
    ));
    window.press_with(Modifiers::COMMAND, Key::E);
    // Without cursors there is no such range.
    click(&mut window, "A to B");
    assert_eq!(window.state().settings.export.range, ExportRange::Visible);
    window.press(Key::Escape);
    window.press(Key::A);
    window.click_plot(0.2);
    window.press(Key::B);
    window.click_plot(0.4);
    window.press_with(Modifiers::COMMAND, Key::E);
    click(&mut window, "A to B");
    click(&mut window, "At every sample, others hold their value");
    let csv = export(&mut window, "both.csv");
    let (facts, heading, rows) = parts(&String::from_utf8(csv).unwrap());
    assert!(
        heading.contains("Speed") && heading.contains("Voltage"),
        "{heading}"
    );
    assert_eq!(facts["zone"], "Asia/Kathmandu");
    let (a, b) = window.state().cursors.both().unwrap();
    let inside = |time: &&i64| (a.as_ns()..=b.as_ns()).contains(*time);
    let (times, _) = samples(1);
    assert_eq!(rows.len(), times.iter().filter(inside).count());
    assert!(rows[0].contains("+05:45,"), "{}", rows[0]);

    window.press_with(Modifiers::COMMAND, Key::E);
    click(&mut window, "Signals of the active panel");
    let csv = export(&mut window, "one.csv");
    let (_, heading, _) = parts(&String::from_utf8(csv).unwrap());
    let n_columns = heading.split(',').count();
    assert_eq!(n_columns, 2, "{heading}");
    // What was chosen is kept.
    assert_eq!(
        window.state().settings.export.scope,
        ExportScope::ActivePanel
    );
}

#[test]
fn parquet_opens_here_again_with_the_same_samples() {
    let mut window = with_voltage();
    window.press_with(Modifiers::COMMAND, Key::E);
    click(&mut window, "Parquet");
    click(&mut window, "All loaded");
    let bytes = export(&mut window, "exported.parquet");
    assert_eq!(bytes[..4], *b"PAR1");
    let path = window.lake.path("exported.parquet");

    let mut again = TestWindow::over(&window.lake);
    again.send(Command::Open(vec![path.to_str().unwrap().to_owned()]));
    again.wait("the vehicle", |state| state.selected_vehicle().is_some());
    let vehicle = again.state().selected_vehicle().unwrap();
    assert_eq!(&*vehicle.id, "CAR_1");
    assert_eq!(vehicle.sessions.len(), 1);
    for name in ["Drive.Speed", VOLTAGE] {
        let is_plotted = again
            .state()
            .workspace
            .signals()
            .iter()
            .any(|signal| format!("{}.{}", signal.key.message, signal.key.signal) == name);
        if !is_plotted {
            again.click_signal(name);
        }
    }
    again.wait("the samples", |state| {
        state.store.iter().count() == 2 && !state.store.is_loading()
    });
    let (times, values) = samples(1);
    for (signal, loaded) in again.state().store.iter() {
        let series = loaded.series.as_ref().unwrap();
        assert_eq!(series.times(), times, "{signal:?}");
        assert_eq!(series.values(), values, "{signal:?}");
    }
    let units: Vec<_> = again
        .state()
        .store
        .iter()
        .map(|(_, loaded)| loaded.info.unit.to_string())
        .collect();
    assert_eq!(units, ["km/h", "V"]);
}

#[test]
fn a_compared_drive_is_written_to_a_file_of_its_own_as_it_was_recorded() {
    let mut window = with_voltage();
    window.run_in_palette("compare with session 1");
    window.wait("the samples", |state| {
        let mut overlaid = state.store.iter();
        let is_overlaid = |it: &SignalRef| it.vehicle.overlay.is_some();
        overlaid.any(|(it, loaded)| is_overlaid(it) && loaded.series.is_some())
            && !state.store.is_loading()
    });
    window.press_with(Modifiers::COMMAND, Key::E);
    click(&mut window, "Parquet");
    click(&mut window, "All loaded");
    let said = "2 files, one of each drive, which open here again; what is compared is written at \
                the times when it was recorded.";
    assert!(window.harness.query_by_label_contains(said).is_some());
    export(&mut window, "shown.parquet");
    let compared = "shown-CAR_1-0-compared-1.parquet";
    let notice = window.state().notices.iter().next_back().unwrap();
    assert!(notice.title.contains(compared), "{}", notice.title);

    for (name, session) in [("shown.parquet", 1), (compared, 0)] {
        let path = window.lake.path(name);
        let mut again = TestWindow::over(&window.lake);
        again.send(Command::Open(vec![path.to_str().unwrap().to_owned()]));
        again.wait("the first plots", |state| {
            state.store.iter().count() == 2 && !state.store.is_loading()
        });
        let (times, values) = samples(session);
        for (signal, loaded) in again.state().store.iter() {
            let series = loaded.series.as_ref().unwrap();
            assert_eq!(series.times(), times, "{name} {signal:?}");
            assert_eq!(series.values(), values, "{name} {signal:?}");
        }
    }
}

fn sides(png: &[u8]) -> [usize; 2] {
    assert_eq!(png[..8], *b"\x89PNG\r\n\x1a\n");
    [16, 20].map(|at| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize)
}

#[test]
fn png_is_a_picture_of_the_plots() {
    let mut window = TestWindow::plotted();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    assert_eq!(window.state().settings.export.kind, ExportKind::Png);
    let png = export(&mut window, "out.png");
    let [width, height] = sides(&png);
    assert!(width > 300 && height > 200, "{width} × {height}");

    // A signal's line has its colour, near enough for one that is a pixel thin.
    let picture = image::load_from_memory(&png).unwrap().into_rgba8();
    let signal = &window.state().workspace.panels().next().unwrap().signals[0];
    let color = theme::signal_color(Theme::Dark, signal.color_idx).to_array();
    let is_near = |pixel: &image::Rgba<u8>| {
        let mut parts = pixel.0.iter().zip(color);
        parts.all(|(part, of)| part.abs_diff(of) < 60)
    };
    let of_signal = picture.pixels().filter(|pixel| is_near(pixel)).count();
    assert!(of_signal > 200, "{of_signal} pixels");
}

#[test]
fn png_has_the_size_and_the_look_that_was_chosen() {
    let mut window = with_voltage();
    window.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::E);
    click(&mut window, "1280 × 720");
    let dark = export(&mut window, "dark.png");
    assert_eq!(sides(&dark), [1280, 720]);
    let options = ExportOptions {
        kind: ExportKind::Png,
        scope: ExportScope::ActivePanel,
        png: PngOptions {
            size: Some((640, 400)),
            theme: Some(ThemeChoice::Light),
            legend: Some(false),
        },
        ..ExportOptions::default()
    };
    let light = write(&mut window, "light.png", options);
    assert_eq!(sides(&light), [640, 400]);
    let picture = image::load_from_memory(&light).unwrap();
    let corner = picture.to_rgb8().get_pixel(2, 2).0;
    assert!(corner.iter().all(|it| *it > 200), "{corner:?}");
}

/// What a picture says of itself, as uncompressed international texts (PNG, 11.3.4.5).
fn texts_of(png: &[u8]) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    let mut rest = &png[8..];
    while let [a, b, c, d, kind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let data = &kind[4..4 + length];
        if kind.starts_with(b"iTXt") {
            let mut parts = data.splitn(2, |byte| *byte == 0);
            let key = String::from_utf8(parts.next().unwrap().to_vec()).unwrap();
            // Neither compressed, nor with a language and a translated key.
            let text = parts.next().unwrap().strip_prefix(&[0, 0, 0, 0]).unwrap();
            texts.insert(key, String::from_utf8(text.to_vec()).unwrap());
        }
        rest = &kind[4 + length + 4..];
    }
    texts
}

#[test]
fn png_is_of_the_range_that_was_chosen_and_says_where_it_is_from() {
    let mut window = TestWindow::plotted();
    window.press(Key::I);
    window.click_plot(0.3);
    window.press(Key::B);
    window.click_plot(0.6);
    let visible = window.visible();
    let of = |range| ExportOptions {
        kind: ExportKind::Png,
        range,
        ..ExportOptions::default()
    };
    let extent = window.state().window.as_ref().unwrap().extent();
    let (a, b) = window.state().cursors.both().unwrap();
    let mut pictures = Vec::new();
    for (name, range, expected) in [
        ("visible.png", ExportRange::Visible, visible),
        (
            "cursors.png",
            ExportRange::Cursors,
            TimeRange::inclusive(a, b),
        ),
        ("loaded.png", ExportRange::Loaded, extent),
    ] {
        let png = write(&mut window, name, of(range));
        let texts = texts_of(&png);
        let said = format!("{} to before {}", expected.start, expected.end);
        assert_eq!(texts["range"], said, "{name}");
        assert_eq!(texts["vehicle"], VEHICLE);
        assert_eq!(texts["zone"], "UTC");
        assert!(texts["written by"].starts_with("canlake "), "{texts:?}");
        assert!(texts.contains_key("source") && texts.contains_key("dbc"));
        assert_eq!(window.visible(), visible, "the window stays as it is");
        pictures.push(image::load_from_memory(&png).unwrap().to_rgb8());
    }
    assert!(pictures[0] != pictures[1] && pictures[0] != pictures[2]);
}

#[test]
fn what_cannot_be_written_is_said_in_one_line() {
    let mut window = TestWindow::plotted();
    let there = window.lake.path("there.csv");
    std::fs::write(&there, "old").unwrap();
    for (path, expected) in [
        (
            window.lake.path("no/such/folder/a.csv"),
            "choose a folder that is there",
        ),
        (there.clone(), "choose another name or allow replacing it"),
    ] {
        let target = ExportTarget {
            kind: ExportKind::Csv,
            path,
            may_replace: false,
        };
        window.send(Command::Export(ExportCommand::Write(target)));
        window.wait("the export", |state| state.exports.is_empty());
        let notice = window.state().notices.iter().next_back().unwrap();
        assert_eq!(notice.severity, Severity::Error);
        assert!(notice.title.contains(expected), "{}", notice.title);
        assert!(!notice.title.contains('\n'));
    }
    assert_eq!(std::fs::read(there).unwrap(), b"old");
}

#[test]
fn a_cancelled_export_leaves_no_file() {
    let mut window = TestWindow::plotted();
    let path = window.begin_long_export("cancelled.csv");
    window.wait("progress", |state| {
        state.exports.iter().any(|it| it.done > 0.0)
    });
    window.wait("the status line", |state| !state.exports.is_empty());
    click(&mut window, "Cancel");
    assert!(window.state().exports.is_empty());
    assert!(!path.exists());
    let notice = window.state().notices.iter().next_back().unwrap();
    assert!(notice.title.contains("cancelled"), "{}", notice.title);
}

#[test]
fn steps_that_make_too_many_rows_are_refused() {
    let mut window = TestWindow::plotted();
    let options = ExportOptions {
        csv: CsvOptions {
            layout: CsvLayout::Steps(1),
            ..CsvOptions::default()
        },
        ..ExportOptions::default()
    };
    window.send(Command::Export(ExportCommand::Choose(Box::new(options))));
    window.send(Command::Run(Action::Export));
    window.harness.run_steps(4);
    let problem = window
        .harness
        .query_by_label_contains("choose longer steps");
    assert!(problem.is_some());
}

/// Reads a file with pandas and gives the columns as bits.
const READ: &str = r"
import sys, json, struct, pandas
path, sep, decimal = sys.argv[1:4]
frame = pandas.read_csv(path, comment='#', sep=sep, decimal=decimal)
bits = lambda value: struct.unpack('<Q', struct.pack('<d', value))[0]
columns = [list(frame.columns)]
for name in frame.columns[1:]:
    columns.append([bits(float(value)) for value in frame[name]])
first = frame[frame.columns[0]]
if first.dtype.kind in 'if':
    times = [round(value * 1e9) for value in first]
else:
    times = [int(value) for value in pandas.to_datetime(first, utc=True).astype('datetime64[ns, UTC]').astype('int64')]
print(json.dumps([columns[0], times, columns[1:]]))
";

#[test]
fn pandas_reads_the_same_rows() {
    let python = std::env::var_os("CANLAKE_PYTHON").unwrap_or_else(|| "python3".into());
    let has_pandas = Process::new(&python).args(["-c", "import pandas"]).output();
    if !has_pandas.is_ok_and(|output| output.status.success()) {
        return skip("no Python with pandas");
    }
    let mut window = with_voltage();
    let start = window.visible().start.as_ns();
    let german = CsvOptions {
        separator: Separator::Semicolon,
        decimal: Decimal::Comma,
        time: TimeFormat::Seconds,
        ..CsvOptions::default()
    };
    for (name, csv, separator, decimal) in [
        ("plain.csv", CsvOptions::default(), ",", "."),
        ("german.csv", german, ";", ","),
    ] {
        let options = ExportOptions {
            range: ExportRange::Loaded,
            csv,
            ..ExportOptions::default()
        };
        write(&mut window, name, options);
        let path = window.lake.path(name);
        let output = Process::new(&python)
            .args(["-c", READ, path.to_str().unwrap(), separator, decimal])
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let read: (Vec<String>, Vec<i64>, Vec<Vec<u64>>) =
            serde_json::from_slice(&output.stdout).unwrap();
        let (times, values) = samples(1);
        let origin = if csv.time == TimeFormat::Seconds {
            start
        } else {
            0
        };
        let times: Vec<i64> = times.iter().map(|time| time - origin).collect();
        assert_eq!(read.1, times, "{name}");
        let bits: Vec<u64> = values.iter().map(|value| value.to_bits()).collect();
        assert_eq!(read.2, [bits.clone(), bits], "{name}");
        assert!(read.0[1].ends_with("Speed [km/h]"), "{:?}", read.0);
    }
}
