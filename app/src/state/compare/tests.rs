use std::sync::Arc;

use canlake_shared::schema::SignalKey;

use super::*;
use crate::command::{Action, Command, PlotTarget};
use crate::query::{Completeness, QueryStats};
use crate::series::{GapPolicy, Prepared, Series};
use crate::source::testing::signal_info;
use crate::source::{Catalogue, SessionInfo, SignalInfo, SourceLocation, Vehicle};
use crate::state::{Event, LoadState, LoadedPart, Settings};

const HOUR: i64 = 3_600_000_000_000;

fn at(ns: i64) -> Timestamp {
    Timestamp::from_ns(ns)
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange::new(at(start), at(end))
}

fn key(channel: &str, signal: &str) -> SignalKey {
    SignalKey::new(channel, "Drive", Some(0x100), signal)
}

fn info(channel: &str, signal: &str, unit: &str, range: TimeRange) -> SignalInfo {
    SignalInfo {
        rows: 100,
        min: Some(0.0),
        max: Some(1.0),
        first: range.start,
        last: range.end,
        ..signal_info(key(channel, signal), unit)
    }
}

fn vehicle(id: &str, sessions: &[TimeRange], signals: Vec<SignalInfo>) -> Vehicle {
    let session = |range: &TimeRange| SessionInfo {
        range: *range,
        rows: 100,
        bytes: 1_000,
        estimated: false,
        files: 1,
        signals: signals.len(),
        gaps: Vec::new(),
        overlapping: false,
        lost_frames: 0,
        lost_at_least: false,
    };
    let sessions: Vec<_> = sessions.iter().map(session).collect();
    let ranges = sessions.iter().map(|session| session.range);
    Vehicle {
        id: id.into(),
        range: ranges.reduce(TimeRange::union).unwrap(),
        rows: 100,
        bytes: 1_000,
        files: 1,
        sessions,
        signals,
    }
}

/// The first car drove for an hour at 0 h, 10 h and 20 h; the second only from 20 h on, with another bus, without
/// a voltage, and its speed in other units.
fn opened() -> AppState {
    let first = [
        range(0, HOUR),
        range(10 * HOUR, 11 * HOUR),
        range(20 * HOUR, 21 * HOUR),
    ];
    let all = range(0, 21 * HOUR);
    let second = range(20 * HOUR + HOUR / 2, 22 * HOUR);
    let vehicles = vec![
        vehicle(
            "CAR_1",
            &first,
            vec![
                info("can0", "Speed", "km/h", all),
                info("can0", "Voltage", "V", all),
            ],
        ),
        vehicle(
            "CAR_2",
            &[second],
            vec![info("can1", "Speed", "mph", second)],
        ),
    ];
    let mut state = AppState::new(Settings::default());
    state.update(Command::Open(vec!["lake".to_owned()]));
    state.apply(Event::SourceReady {
        source: SourceId(0),
        catalogue: Arc::new(Catalogue {
            vehicles,
            ..Catalogue::default()
        }),
        location: SourceLocation::path("lake"),
        remarks: Vec::new(),
    });
    state
}

fn car(number: usize) -> VehicleRef {
    VehicleRef::new(SourceId(0), format!("CAR_{number}"))
}

fn signal(vehicle: VehicleRef, name: &str) -> SignalRef {
    let channel = if &*vehicle.vehicle == "CAR_2" {
        "can1"
    } else {
        "can0"
    };
    SignalRef {
        vehicle,
        key: key(channel, name),
    }
}

/// Delivers what was asked for: a sample every minute.
fn deliver(state: &mut AppState, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::Load {
                load,
                vehicle,
                signals,
                range,
                shift_ns,
                ..
            } => {
                let times: Vec<i64> = (range.start.as_ns()..range.end.as_ns())
                    .step_by(60_000_000_000)
                    .collect();
                let values: Vec<f64> = times.iter().map(|time| *time as f64).collect();
                let parts = signals.iter().map(|info| {
                    let series = Series::new(times.clone().into(), values.clone().into()).unwrap();
                    LoadedPart {
                        signal: SignalRef {
                            vehicle: vehicle.clone(),
                            key: info.key.clone(),
                        },
                        series: Arc::new(
                            Prepared::new(series, &GapPolicy::default()).shifted(shift_ns),
                        ),
                    }
                });
                let parts = parts.collect();
                let effects = state.apply(Event::LoadEnded {
                    load,
                    parts,
                    result: Ok((Completeness::Complete, QueryStats::default())),
                });
                deliver(state, effects);
            }
            Effect::Shift(orders) => {
                let moved = orders.into_iter().map(|order| ShiftedSeries {
                    after: Arc::new(order.series.shifted(order.by_ns)),
                    signal: order.signal,
                    before: order.series,
                });
                let effects = state.apply(Event::Shifted(Ok(moved.collect())));
                deliver(state, effects);
            }
            _ => {}
        }
    }
}

fn run(state: &mut AppState, command: Command) {
    let effects = state.update(command);
    deliver(state, effects);
}

/// The last session of the first car with its speed plotted.
fn plotted() -> AppState {
    let mut state = opened();
    run(
        &mut state,
        Command::Plot {
            signals: vec![signal(car(1), "Speed")],
            target: PlotTarget::Active,
        },
    );
    run(&mut state, Command::EndGesture);
    state
}

fn add(state: &mut AppState, vehicle: VehicleRef, range: TimeRange) -> OverlayId {
    run(state, Command::Compare(CompareCommand::Add(vehicle, range)));
    run(state, Command::EndGesture);
    state.analysis.overlays.last().unwrap().id
}

fn overlaid(vehicle: VehicleRef, id: OverlayId, name: &str) -> SignalRef {
    let vehicle = VehicleRef {
        overlay: Some(id),
        ..vehicle
    };
    signal(vehicle, name)
}

fn first_time(state: &AppState, signal: &SignalRef) -> i64 {
    let series = state.store.get(signal).unwrap().series.as_ref().unwrap();
    series.times()[0]
}

#[test]
fn a_session_is_laid_on_the_start_of_the_one_shown() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    let speed = overlaid(car(1), id, "Speed");
    let loaded = state.store.get(&speed).unwrap();
    assert_eq!(loaded.state, LoadState::Complete);
    assert_eq!(loaded.range, range(0, HOUR), "its own time is loaded");
    assert_eq!(first_time(&state, &speed), 20 * HOUR);
    let sample = loaded
        .series
        .as_ref()
        .unwrap()
        .sample_at(20 * HOUR + HOUR / 2);
    assert_eq!(sample.unwrap().value, (HOUR / 2) as f64);
    assert_eq!(state.real_time(&speed.vehicle, at(20 * HOUR)), at(0));
    let panel = state.workspace.panels().next().unwrap();
    assert_eq!(panel.signals.len(), 2);
    assert_eq!(panel.signals[0].axis, panel.signals[1].axis);
    assert_eq!(
        state.signal_name(&speed),
        "Drive.Speed · 1970-01-01 00:00:00"
    );
    assert_eq!(state.signal_name(&signal(car(1), "Speed")), "Drive.Speed");
}

#[test]
fn another_vehicle_on_the_same_trip_is_laid_at_its_own_time() {
    let mut state = plotted();
    run(
        &mut state,
        Command::Compare(CompareCommand::AddVehicle(car(2))),
    );
    let overlay = state.analysis.overlays[0].clone();
    assert_eq!(overlay.alignment, Alignment::Absolute);
    assert_eq!(overlay.range, range(20 * HOUR + HOUR / 2, 21 * HOUR));
    let speed = overlaid(car(2), overlay.id, "Speed");
    assert_eq!(first_time(&state, &speed), 20 * HOUR + HOUR / 2);
    let panel = state.workspace.panels().next().unwrap();
    assert_ne!(panel.signals[0].axis, panel.signals[1].axis, "other units");
    assert_eq!(
        state.signal_name(&speed),
        "Drive.Speed · CAR_2 1970-01-01 20:30:00"
    );
    assert_eq!(
        state.signal_name(&signal(car(1), "Speed")),
        "Drive.Speed · CAR_1"
    );
}

#[test]
fn offsets_move_what_is_loaded_and_undo_moves_it_back() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    let speed = overlaid(car(1), id, "Speed");
    let values = state
        .store
        .get(&speed)
        .unwrap()
        .series
        .as_ref()
        .unwrap()
        .values()
        .as_ptr();
    run(
        &mut state,
        Command::Compare(CompareCommand::SetOffset(id, 123_456_789)),
    );
    run(&mut state, Command::EndGesture);
    assert_eq!(first_time(&state, &speed), 20 * HOUR + 123_456_789);
    let series = state.store.get(&speed).unwrap().series.as_ref().unwrap();
    assert_eq!(series.values().as_ptr(), values, "nothing is loaded again");
    run(&mut state, Command::Run(Action::Undo));
    assert_eq!(first_time(&state, &speed), 20 * HOUR);
    run(&mut state, Command::Run(Action::Undo));
    assert!(state.analysis.overlays.is_empty());
    assert!(state.store.get(&speed).is_none());
    run(&mut state, Command::Run(Action::Redo));
    run(&mut state, Command::Run(Action::Redo));
    assert_eq!(first_time(&state, &speed), 20 * HOUR + 123_456_789);
}

#[test]
fn the_newest_place_wins() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    let speed = overlaid(car(1), id, "Speed");
    let first = state.update(Command::Compare(CompareCommand::Move(id, 1_000)));
    let meanwhile = state.update(Command::Compare(CompareCommand::Move(id, 10)));
    assert!(meanwhile.is_empty(), "one order at a time: {meanwhile:?}");
    deliver(&mut state, first);
    assert_eq!(first_time(&state, &speed), 20 * HOUR + 1_010);
}

#[test]
fn what_is_loaded_while_the_overlay_moves_lands_where_it_is() {
    let mut state = plotted();
    let load = state.update(Command::Compare(CompareCommand::Add(
        car(1),
        range(0, HOUR),
    )));
    let id = state.analysis.overlays[0].id;
    state.update(Command::Compare(CompareCommand::SetOffset(id, 5_000)));
    deliver(&mut state, load);
    assert_eq!(
        first_time(&state, &overlaid(car(1), id, "Speed")),
        20 * HOUR + 5_000
    );
}

#[test]
fn another_session_shown_moves_the_overlay_to_its_start() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    run(&mut state, Command::SelectSession(1));
    let speed = overlaid(car(1), id, "Speed");
    assert_eq!(first_time(&state, &speed), 10 * HOUR);
    run(
        &mut state,
        Command::Compare(CompareCommand::Align(id, Alignment::Absolute)),
    );
    assert_eq!(first_time(&state, &speed), 0);
    let window = state.window.as_ref().unwrap();
    assert_eq!(window.extent(), range(10 * HOUR, 11 * HOUR));
    assert_eq!(window.reach(), range(0, 11 * HOUR), "both can be looked at");
}

#[test]
fn signals_that_are_plotted_later_are_compared_and_missing_ones_told() {
    let mut state = plotted();
    let first = add(&mut state, car(1), range(0, HOUR));
    let second = add(&mut state, car(2), range(20 * HOUR + HOUR / 2, 22 * HOUR));
    assert_ne!(first, second);
    run(
        &mut state,
        Command::Plot {
            signals: vec![signal(car(1), "Voltage")],
            target: PlotTarget::NewPanel,
        },
    );
    assert!(
        state
            .workspace
            .contains(&overlaid(car(1), first, "Voltage"))
    );
    let notice = state.notices.iter().last().unwrap();
    assert!(
        notice.title.contains("CAR_2") && notice.title.contains('1'),
        "{}",
        notice.title
    );
    assert!(notice.detail.contains("Drive.Voltage"), "{}", notice.detail);
    let panel = state.workspace.panels().nth(1).unwrap().id;
    run(
        &mut state,
        Command::Unplot(panel, signal(car(1), "Voltage")),
    );
    assert!(
        !state
            .workspace
            .contains(&overlaid(car(1), first, "Voltage"))
    );
}

#[test]
fn compared_signals_have_one_colour_and_stay_together() {
    let mut state = plotted();
    run(
        &mut state,
        Command::Plot {
            signals: vec![signal(car(1), "Voltage")],
            target: PlotTarget::Active,
        },
    );
    let id = add(&mut state, car(1), range(0, HOUR));
    let looks = |state: &AppState| -> Vec<(usize, usize)> {
        let panels = state.workspace.panels();
        panels
            .flat_map(|panel| panel.signals.iter().map(|it| it.color_idx))
            .map(|idx| {
                (
                    idx / crate::state::OVERLAY_COLORS,
                    idx % crate::state::OVERLAY_COLORS,
                )
            })
            .collect()
    };
    let tone = id.0 as usize;
    assert_eq!(looks(&state), [(0, 0), (0, 1), (tone, 0), (tone, 1)]);
    run(&mut state, Command::Run(Action::StackOrOverlay));
    let panels: Vec<_> = state
        .workspace
        .panels()
        .map(|it| it.signals.len())
        .collect();
    assert_eq!(panels, [2, 2]);
    assert_eq!(looks(&state), [(0, 0), (tone, 0), (0, 1), (tone, 1)]);
    run(&mut state, Command::Run(Action::StackOrOverlay));
    assert_eq!(state.workspace.panels().count(), 1);
}

#[test]
fn a_closed_source_takes_its_overlays_along_also_from_undo() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    run(&mut state, Command::CloseSource(SourceId(0)));
    assert!(state.overlay(id).is_none());
    assert_eq!(state.store.iter().count(), 0);
    run(&mut state, Command::Run(Action::Undo));
    assert!(state.overlay(id).is_none());
    assert!(state.workspace.signals().is_empty());
}

#[test]
fn recording_gaps_of_an_overlay_lie_where_it_is_drawn() {
    let mut state = plotted();
    // From inside the first session into the second.
    let id = add(&mut state, car(1), range(HOUR / 2, 11 * HOUR));
    let speed = overlaid(car(1), id, "Speed");
    let shift = 20 * HOUR;
    let gaps = state.recording_gaps(&speed.vehicle, range(0, 100 * HOUR));
    assert_eq!(gaps, [range(HOUR + shift, 10 * HOUR + shift)]);
}

#[test]
fn nudges_are_round_and_go_back_to_where_they_began() {
    let mut state = plotted();
    run(&mut state, Command::Run(Action::NudgeLater));
    assert!(
        state
            .notices
            .iter()
            .last()
            .unwrap()
            .title
            .contains("Compare")
    );
    let id = add(&mut state, car(1), range(0, HOUR));
    // An hour and a margin: seven seconds would be a 500th.
    assert_eq!(state.nudge_ns(), 5_000_000_000);
    run(&mut state, Command::Run(Action::NudgeLater));
    assert_eq!(state.overlay(id).unwrap().offset_ns, 5_000_000_000);
    run(&mut state, Command::Run(Action::NudgeEarlier));
    assert_eq!(state.overlay(id).unwrap().offset_ns, 0);
}

#[test]
fn absurd_offsets_lose_nothing() {
    let mut state = plotted();
    let id = add(&mut state, car(1), range(0, HOUR));
    let speed = overlaid(car(1), id, "Speed");
    for offset in [i64::MAX, i64::MIN, 0] {
        run(
            &mut state,
            Command::Compare(CompareCommand::SetOffset(id, offset)),
        );
        let series = state.store.get(&speed).unwrap().series.clone().unwrap();
        let shift = state.shift_of(&speed.vehicle);
        assert_eq!(series.shift_ns(), shift);
        assert_eq!(series.times()[0] - shift, 0);
    }
    assert_eq!(first_time(&state, &speed), 20 * HOUR);
}

#[test]
fn overlays_survive_as_text() {
    let overlay = Overlay {
        id: OverlayId(2),
        vehicle: car(1),
        range: range(0, HOUR),
        alignment: Alignment::Absolute,
        offset_ns: -7,
        name: "winter".to_owned(),
    };
    let text = serde_json::to_string(&overlay).unwrap();
    assert_eq!(serde_json::from_str::<Overlay>(&text).unwrap(), overlay);
}
