use std::sync::Arc;
use std::time::Instant;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};

use super::*;
use crate::command::{Action, PlotTarget};
use crate::source::testing::signal_info;
use crate::source::{Catalogue, SignalInfo, SourceLocation, Vehicle};
use crate::state::{Event, Settings, SignalRef, VehicleRef};

fn model(state: &AppState) -> Model {
    Model::new(state, Timestamp::from_ns(0))
}

fn titles(model: &mut Model, text: &str) -> Vec<String> {
    model.search(text);
    model
        .found()
        .map(|(_, entry)| entry.title.clone())
        .collect()
}

/// With a lake of one vehicle that has these signals.
fn with_signals(signals: Vec<SignalInfo>) -> AppState {
    let mut state = AppState::new(Settings::default());
    state.update(Command::Open(vec!["lake".to_owned()]));
    let vehicle = Vehicle {
        id: "EV_1".into(),
        range: TimeRange::new(Timestamp::from_ns(0), Timestamp::from_ns(1_000)),
        rows: 1,
        bytes: 1,
        files: 1,
        sessions: Vec::new(),
        signals,
    };
    state.apply(Event::SourceReady {
        source: state.sources[0].id,
        catalogue: Arc::new(Catalogue {
            vehicles: vec![vehicle],
            ..Catalogue::default()
        }),
        location: SourceLocation::path("lake"),
        remarks: Vec::new(),
    });
    state
}

fn signal(message: &str, name: &str) -> SignalInfo {
    signal_info(SignalKey::new("can0", message, Some(0x100), name), "km/h")
}

#[test]
fn every_command_can_be_found_by_its_name() {
    let mut model = model(&AppState::default());
    for action in Action::ALL.iter().copied() {
        if action != Action::Palette {
            model.search(action.label());
            let (_, first) = model.found().next().unwrap();
            assert_eq!(first.action, Some(action), "{}", first.title);
        }
    }
    assert_eq!(titles(&mut model, "cur a")[0], Action::CursorA.label());
    assert_eq!(
        titles(&mut model, "stakc")[0],
        Action::StackOrOverlay.label()
    );
    assert!(titles(&mut model, "no such thing").is_empty());
}

#[test]
fn things_are_found_by_what_is_done_to_them() {
    let wheels = ["Wheel_Speed_FL", "Wheel_Speed_FR"];
    let signals = wheels.map(|name| signal("Chassis", name));
    let mut state = with_signals(signals.to_vec());
    let wheel = SignalRef {
        vehicle: VehicleRef::new(state.sources[0].id, "EV_1"),
        key: signals[0].key.clone(),
    };
    state.workspace.clear();
    state.update(Command::Plot {
        signals: vec![wheel.clone()],
        target: PlotTarget::NewPanel,
    });
    let mut model = model(&state);
    let panel = state.workspace.active().unwrap();
    model.search("solo wheel speed");
    let (_, entry) = model.found().next().unwrap();
    assert_eq!(entry.commands, [Command::SoloSignal(panel, wheel)]);
    assert_eq!(model.found().len(), 1, "only what is plotted");
    for (text, first) in [
        ("close lake", "Close lake"),
        ("recent lake", "Open recent lake"),
        ("go vehicle ev", "Go to vehicle EV_1"),
        (
            "plot fr new tab",
            "Plot Chassis.Wheel_Speed_FR in a new tab",
        ),
        ("favour speed_fr", "Favourite Chassis.Wheel_Speed_FR"),
        ("berlin", "Times in Europe/Berlin"),
        ("export parquet", "Export Parquet…"),
        // Letters may be left out, of names as of commands.
        ("inspct whl fl", "Inspect Chassis.Wheel_Speed_FL"),
    ] {
        assert_eq!(titles(&mut model, text)[0], first, "{text}");
    }
    // Commands stand before what is done to something.
    assert_eq!(titles(&mut model, "plot")[0], Action::NewPanel.label());
}

#[test]
fn of_thousands_of_signals_few_are_listed() {
    let signals = (0..2_000).map(|idx| signal("Message", &format!("Signal_{idx:04}")));
    let state = with_signals(signals.collect());
    let mut model = model(&state);
    assert_eq!(titles(&mut model, "plot signal").len(), 100);
    assert_eq!(model.n_left_out(), 3 * 2_000 - 100);
    assert_eq!(
        titles(&mut model, "plot signal_1234")[0],
        "Plot Message.Signal_1234"
    );
    // Nothing typed: the commands alone.
    model.search("");
    assert!(model.found().all(|(_, entry)| entry.action.is_some()));
    assert_eq!(
        model.n_left_out() + model.found().len(),
        Action::ALL.len() - 1
    );
}

/// Prints how long it takes to open the palette over 2,000 signals, and to type.
#[test]
#[ignore = "a measurement, to be run alone"]
fn opening_over_2_000_signals() {
    let signals = (0..2_000).map(|idx| signal("Message", &format!("Wheel_Speed_{idx:04}")));
    let state = with_signals(signals.collect());
    let start = Instant::now();
    let mut model = model(&state);
    println!("{:>20}: {:?}", "open", start.elapsed());
    for text in [
        "p",
        "plot",
        "plot wheel",
        "inspect 17",
        "whlspd",
        "inspetc weel",
    ] {
        let start = Instant::now();
        model.search(text);
        println!("{text:>20}: {:?}", start.elapsed());
    }
}
