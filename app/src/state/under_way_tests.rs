use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};

use super::*;
use crate::command::{Action, Command, PlotTarget};
use crate::query::{Completeness, QueryStats};
use crate::series::{GapPolicy, Prepared, Series};
use crate::source::{Catalogue, SessionInfo, SignalInfo, SourceLocation, Vehicle};
use crate::state::inspector::ComparisonStatus;
use crate::state::{
    Alignment, Between, CompareCommand, ComputeEffect, ComputedCommand, ComputedSignal, Event,
    EventsCommand, ExportKind, ExportTarget, First, LoadedPart, OpenProgress, PartialCommand,
    Settings, ShiftedSeries, VehicleRef,
};

/// In milliseconds.
fn range(start: i64, end: i64) -> TimeRange {
    let at = |ms: i64| Timestamp::from_ns(ms * 1_000_000);
    TimeRange::new(at(start), at(end))
}

fn catalogue() -> Arc<Catalogue> {
    let info = |name: &str| SignalInfo {
        key: SignalKey::new("can0", "Drive", Some(0x100), name),
        unit: "km/h".into(),
        comment: "".into(),
        rows: 100,
        min: None,
        max: None,
        first: range(0, 3_000).start,
        last: range(0, 3_000).end,
        cycle_time_ms: None,
        on_change: false,
        integer: false,
        labels: [].into(),
    };
    let session = |range| SessionInfo {
        range,
        rows: 100,
        bytes: 1_000,
        estimated: false,
        files: 1,
        signals: 2,
        gaps: Vec::new(),
        overlapping: false,
        lost_frames: 0,
        lost_at_least: false,
    };
    let vehicle = Vehicle {
        id: "CAR_1".into(),
        range: range(0, 3_000),
        rows: 200,
        bytes: 2_000,
        files: 2,
        sessions: vec![session(range(0, 1_000)), session(range(2_000, 3_000))],
        signals: vec![info("Speed"), info("Torque")],
    };
    Arc::new(Catalogue {
        vehicles: vec![vehicle],
        ..Catalogue::default()
    })
}

fn ready(source: SourceId) -> Event {
    Event::SourceReady {
        source,
        catalogue: catalogue(),
        location: SourceLocation::path("lake"),
        remarks: Vec::new(),
    }
}

fn car() -> VehicleRef {
    VehicleRef::new(SourceId(0), "CAR_1")
}

fn signal(name: &str) -> SignalRef {
    SignalRef {
        vehicle: car(),
        key: SignalKey::new("can0", "Drive", Some(0x100), name),
    }
}

fn part(signal: SignalRef, range: TimeRange, n: i64) -> LoadedPart {
    let step = range.duration_ns() / n.max(1);
    let times: Vec<i64> = (0..n).map(|idx| range.start.as_ns() + idx * step).collect();
    let values: Vec<f64> = times.iter().map(|time| *time as f64).collect();
    let series = Series::new(times.into(), values.into()).unwrap();
    LoadedPart {
        signal,
        series: Arc::new(Prepared::new(series, &GapPolicy::default())),
    }
}

/// Ends every load with so many samples, and moves what is to be moved.
fn end_loads(state: &mut AppState, effects: Vec<Effect>, n: i64, completeness: &Completeness) {
    for effect in effects {
        if let Effect::Shift(orders) = &effect {
            let moved = orders.iter().map(|order| ShiftedSeries {
                signal: order.signal.clone(),
                before: Arc::clone(&order.series),
                after: Arc::new(order.series.shifted(order.by_ns)),
            });
            let more = state.apply(Event::Shifted(Ok(moved.collect())));
            end_loads(state, more, n, completeness);
        }
        if let Effect::Load {
            load,
            vehicle,
            signals,
            range,
            ..
        } = effect
        {
            let parts = signals.iter().map(|info| {
                let signal = SignalRef {
                    vehicle: vehicle.clone(),
                    key: info.key.clone(),
                };
                part(signal, range, n)
            });
            let parts = parts.collect();
            let result = Ok((completeness.clone(), QueryStats::default()));
            let more = state.apply(Event::LoadEnded {
                load,
                parts,
                result,
            });
            end_loads(state, more, n, completeness);
        }
    }
}

fn opened() -> AppState {
    // What is inspected is work of its own.
    let mut state = AppState::new(Settings {
        inspector: false,
        ..Settings::default()
    });
    state.update(Command::Open(vec!["lake".to_owned()]));
    state.apply(ready(SourceId(0)));
    state
}

/// With the speed of the last session.
fn plotted() -> AppState {
    let mut state = opened();
    let effects = plot(&mut state, "Speed");
    end_loads(&mut state, effects, 10, &Completeness::Complete);
    state
}

fn plot(state: &mut AppState, name: &str) -> Vec<Effect> {
    state.update(Command::Plot {
        signals: vec![signal(name)],
        target: PlotTarget::Active,
    })
}

fn jobs(state: &AppState) -> Vec<Job> {
    state.under_way().iter().map(|it| it.job).collect()
}

fn cancel_all(state: &mut AppState) -> Vec<Effect> {
    state.update(Command::Run(Action::CancelWork))
}

fn cancelled() -> Completeness {
    Completeness::Partial {
        cancelled: true,
        problems: Vec::new(),
    }
}

#[test]
fn amounts_are_told_and_added() {
    let bytes = |done, total| Amount::Bytes { done, total };
    assert_eq!(bytes(1_500_000, 6_000_000).text(), "1.5 MB of 6.0 MB");
    assert_eq!(bytes(1_500_000, 6_000_000).share(), 0.25);
    // More than was foreseen.
    assert_eq!(bytes(7_000, 6_000).text(), "6.0 kB of 6.0 kB");
    assert_eq!(bytes(0, 0).share(), 0.0);
    let files = Amount::Count {
        done: 120,
        total: 2_000,
        what: "files",
    };
    assert_eq!(files.text(), "120 of 2\u{2009}000 files");
    assert_eq!(Amount::Share(0.374).text(), "37 %");

    assert_eq!(Amount::together(&[]), None);
    assert_eq!(
        Amount::together(&[bytes(1, 4), bytes(2, 16)]),
        Some(bytes(3, 20))
    );
    let mixed = Amount::together(&[bytes(1, 4), Amount::Share(0.75)]);
    assert_eq!(mixed, Some(Amount::Share(0.5)));
}

#[test]
fn a_new_source_is_closed_and_another_is_what_it_was() {
    let mut state = AppState::new(Settings::default());
    state.update(Command::Open(vec!["lake".to_owned()]));
    let files = Amount::Count {
        done: 3,
        total: 8,
        what: "files",
    };
    state.apply(Event::SourceProgress(
        SourceId(0),
        OpenProgress {
            text: "reading".to_owned(),
            done: Some(files),
        },
    ));
    let [under_way] = state.under_way().try_into().unwrap();
    assert_eq!(under_way.job, Job::Open(SourceId(0)));
    assert_eq!(under_way.title, "lake: reading");
    assert_eq!(under_way.amount, Some(files));
    let effects = cancel_all(&mut state);
    assert!(matches!(
        effects.as_slice(),
        [.., Effect::Close(SourceId(0))]
    ));
    assert!(state.sources.is_empty());

    let mut state = plotted();
    state.update(Command::ReloadSource(SourceId(0)));
    // What it held is shown meanwhile.
    assert!(state.selected_vehicle().is_some());
    state.update(Command::ReloadSource(SourceId(0)));
    let effects = cancel_all(&mut state);
    assert!(matches!(
        effects.as_slice(),
        [Effect::CancelOpen(SourceId(0))]
    ));
    assert!(matches!(state.sources[0].status, SourceStatus::Ready(_)));
    assert_eq!(jobs(&state), []);
    // Late news of what was cancelled.
    state.apply(Event::SourceProgress(
        SourceId(0),
        OpenProgress::begun("late"),
    ));
    assert!(matches!(state.sources[0].status, SourceStatus::Ready(_)));
}

#[test]
fn a_load_tells_how_much_is_read() {
    let mut state = opened();
    let effects = plot(&mut state, "Speed");
    let [Effect::Load { load, .. }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(state.under_way()[0].amount, None, "nothing is known yet");
    state.apply(Event::Loaded {
        load: *load,
        progress: Progress {
            bytes_read: 25,
            bytes_total: 100,
            ..Progress::default()
        },
        parts: Vec::new(),
    });
    let [under_way] = state.under_way().try_into().unwrap();
    assert_eq!(under_way.title, "loading Drive.Speed");
    assert_eq!(under_way.amount.unwrap().share(), 0.25);
    let stopped = cancel_all(&mut state);
    assert!(matches!(stopped.as_slice(), [Effect::Cancel(of)] if of == load));
    end_loads(&mut state, effects, 4, &cancelled());
    assert_eq!(jobs(&state), []);
    let notice = state.notices.iter().next_back().unwrap();
    let labels: Vec<_> = notice.choices.iter().map(|choice| choice.label).collect();
    assert_eq!(labels, ["Keep", "Discard", "Load the rest"]);
    assert!(
        notice.title.contains("25 B of 100 B (25 %)"),
        "{}",
        notice.title
    );
    // An answer is an answer: the same notice asks no more.
    let id = notice.id;
    state.update(Command::Answer(id, 0));
    assert!(state.update(Command::Answer(id, 2)).is_empty());
}

#[test]
fn fewer_samples_do_not_replace_more() {
    let mut state = plotted();
    let effects = plot(&mut state, "Torque");
    end_loads(&mut state, effects, 6, &cancelled());
    let shown = |state: &AppState| {
        let loaded = state.store.get(&signal("Torque")).unwrap();
        loaded.series.as_ref().map_or(0, |it| it.series().len())
    };
    let rest = PartialCommand::LoadRest(vec![signal("Torque"), signal("Speed")]);
    let effects = state.update(Command::Partial(rest));
    let [Effect::Load { load, signals, .. }] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(signals.len(), 1, "all of the other is there");
    let news = |n| Event::Loaded {
        load: *load,
        progress: Progress::default(),
        parts: vec![part(signal("Torque"), range(2_000, 3_000), n)],
    };
    state.apply(news(2));
    assert_eq!(shown(&state), 6);
    state.apply(news(7));
    assert_eq!(shown(&state), 7);
    end_loads(&mut state, effects, 5, &Completeness::Complete);
    assert_eq!(shown(&state), 5, "the whole is the whole");
}

#[test]
fn computing_a_signal_is_cancelled_and_done_again() {
    let mut state = plotted();
    let doubled = ComputedSignal::new("Doubled", "Speed * 2", "km/h", Between::Hold);
    state.update(Command::Computed(ComputedCommand::Define(None, doubled)));
    let asked = state.refresh();
    let is_asked = |effects: &[Effect]| {
        let of_signal = |it: &Effect| matches!(it, Effect::Compute(ComputeEffect::Signal { .. }));
        effects.iter().any(of_signal)
    };
    assert!(is_asked(&asked), "{asked:?}");
    let [under_way] = state.under_way().try_into().unwrap();
    assert_eq!(under_way.title, "working out Doubled");
    let effects = cancel_all(&mut state);
    assert!(matches!(effects.as_slice(), [Effect::Cancel(_)]));
    assert_eq!(jobs(&state), []);
    assert!(!is_asked(&state.refresh()), "nobody wants it now");
    assert_eq!(state.partial_signals().len(), 1);
    state.update(Command::Run(Action::LoadRest));
    assert!(is_asked(&state.refresh()));
}

#[test]
fn looking_for_events_is_cancelled_and_done_again() {
    let mut state = plotted();
    let watch = EventsCommand::Watch("Speed > 1".to_owned());
    state.update(Command::Events(watch));
    state.refresh();
    let [Job::Events(id)] = jobs(&state)[..] else {
        panic!("{:?}", state.under_way());
    };
    let effects = cancel_all(&mut state);
    let [Effect::Compute(ComputeEffect::Forget(gone))] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(*gone, [id]);
    assert!(state.events.of(id).unwrap().is_cancelled);
    state.refresh();
    assert_eq!(jobs(&state), []);
    state.update(Command::Events(EventsCommand::FindAgain(id)));
    state.refresh();
    assert_eq!(jobs(&state), [Job::Events(id)]);
    assert!(!state.events.of(id).unwrap().is_cancelled);
}

#[test]
fn aligning_is_cancelled_and_done_again() {
    let mut state = plotted();
    let add = CompareCommand::Add(car(), range(0, 1_000));
    let effects = state.update(Command::Compare(add));
    end_loads(&mut state, effects, 10, &Completeness::Complete);
    let id = state.analysis.overlays[0].id;
    let alignment = Alignment::FirstTime("Speed > 1".to_owned());
    let align = Command::Compare(CompareCommand::Align(id, alignment));
    let run = |state: &mut AppState, command| {
        let effects = state.update(command);
        end_loads(state, effects, 10, &Completeness::Complete);
        state.refresh()
    };
    run(&mut state, align.clone());
    assert!(
        jobs(&state).contains(&Job::Align),
        "{:?}",
        state.under_way()
    );
    let effects = state.update(Command::Cancel(Job::Align));
    let stopped = effects.iter().find_map(|effect| match effect {
        Effect::StopFirsts(stopped) => Some(stopped.len()),
        _ => None,
    });
    assert_eq!(stopped, Some(2));
    let times = state.first_times(&state.analysis.overlays[0]).unwrap();
    assert!(times.contains(&First::Cancelled));
    run(&mut state, Command::EndGesture);
    assert!(!jobs(&state).contains(&Job::Align));
    run(&mut state, align);
    assert!(jobs(&state).contains(&Job::Align));
}

#[test]
fn summaries_are_cancelled_until_something_changes() {
    let mut state = plotted();
    state.update(Command::Run(Action::ToggleStatistics));
    let asked = state.refresh();
    let [Effect::Summarise(panel, _)] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(jobs(&state), [Job::Summaries]);
    let effects = cancel_all(&mut state);
    assert!(matches!(effects.as_slice(), [Effect::StopSummary(of)] if of == panel));
    assert!(state.refresh().is_empty());
    assert!(state.summaries.has_stopped(*panel));
    state.update(Command::Run(Action::ZoomIn));
    assert_eq!(state.refresh().len(), 1);
    assert_eq!(jobs(&state), [Job::Summaries]);
}

#[test]
fn inspecting_is_cancelled() {
    let mut state = plotted();
    state.settings.inspector = true;
    state.update(Command::SelectSignal(signal("Speed")));
    assert!(!state.refresh().is_empty());
    assert_eq!(jobs(&state), [Job::Inspect]);
    let effects = cancel_all(&mut state);
    let is_stop = |it: &Effect| matches!(it, Effect::Inspect(InspectEffect::Stop(_)));
    assert!(
        !effects.is_empty() && effects.iter().all(is_stop),
        "{effects:?}"
    );
    assert!(state.refresh().is_empty(), "not asked again");
    assert_eq!(jobs(&state), []);

    let again = crate::source::decode::DbcChoice::default();
    let again = crate::state::inspector::InspectorCommand::DecodeAgain(SourceId(0), again);
    state.update(Command::Inspector(again));
    assert_eq!(state.under_way()[0].title, "looking for frames");
    cancel_all(&mut state);
    let comparison = state.inspector.comparison.as_ref().unwrap();
    assert!(
        matches!(&comparison.status, ComparisonStatus::Refused(text) if text.contains("cancelled"))
    );
}

#[test]
fn writing_is_cancelled() {
    let mut state = plotted();
    let target = ExportTarget {
        kind: ExportKind::Png,
        path: "plots.png".into(),
        may_replace: false,
    };
    state.update(Command::Export(ExportCommand::Write(target)));
    let [under_way] = state.under_way().try_into().unwrap();
    assert_eq!(under_way.title, "writing plots.png");
    assert!(matches!(under_way.job, Job::Export(_)));
    let effects = cancel_all(&mut state);
    assert!(matches!(effects.as_slice(), [Effect::Export(_)]));
    assert_eq!(jobs(&state), []);
}
