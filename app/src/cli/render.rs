//! `canlake render`: the plots as a picture, drawn by the window's own code.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{RenderArgs, SelectArgs};
use super::failure::Failure;
use super::output::{tell_problems, write_to};
use super::session::{Opened, Selected};
use crate::command::{Command, PlotTarget};
use crate::export::{Picture, write_png};
use crate::query::{QueryResult, SignalRows};
use crate::series::{GapPolicy, Prepared, Series};
use crate::source::SourceLocation;
use crate::state::{
    AppState, Effect, Event, LoadedPart, RangeChoice, Settings, SignalRef, ThemeChoice, VehicleRef,
};
use crate::ui;

pub(super) fn run(args: &RenderArgs) -> Result<bool, Failure> {
    let theme = if args.light {
        ThemeChoice::Light
    } else {
        ThemeChoice::Dark
    };
    let size = [args.width, args.height];
    if let Some(layout) = &args.layout {
        let state = super::layout::shown(args, layout, theme)?;
        let picture = ui::picture(&state.shown, egui_size(size), args.scale);
        write(&picture, &args.output)?;
        return Ok(state.is_complete);
    }
    let opened = Opened::new(&args.source)?;
    let select = SelectArgs {
        source: args.source.clone(),
        signals: args.signals.clone(),
        from: args.from,
        to: args.to,
        explain: args.explain,
    };
    draw(
        &opened,
        &select,
        theme,
        args.stack,
        size,
        args.scale,
        &args.output,
    )
}

/// Draws what is selected of an open source.
pub(super) fn draw(
    opened: &Opened,
    select: &SelectArgs,
    theme: ThemeChoice,
    stack: bool,
    size: [u16; 2],
    scale: f32,
    output: &Path,
) -> Result<bool, Failure> {
    let selected = opened.select(select, false)?;
    let result = opened.ask(selected.query.clone(), select.explain)?;
    let problems = opened.problems_of(&result.completeness);
    let is_complete = problems.is_empty() && !result.completeness.is_cancelled();
    tell_problems(&problems);
    let settings = Settings {
        theme,
        ..Settings::default()
    };
    let state = plotted(opened, &selected, result, settings, stack);
    let size = egui_size(size);
    let picture = ui::picture(&state, size, scale);
    write(&picture, output)?;
    Ok(is_complete)
}

fn egui_size(size: [u16; 2]) -> (f32, f32) {
    (f32::from(size[0]), f32::from(size[1]))
}

fn write(picture: &Picture, output: &Path) -> Result<(), Failure> {
    write_to(Some(output), |out| write_png(out, picture, &[]))
}

/// The state that the window would have after plotting the same signals.
fn plotted(
    opened: &Opened,
    selected: &Selected,
    result: QueryResult,
    settings: Settings,
    stack: bool,
) -> AppState {
    let mut state = AppState::new(settings);
    let place = "source".to_owned();
    state.update(Command::Open(vec![place.clone()]));
    let Some(source) = state.sources.last().map(|source| source.id) else {
        return state;
    };
    state.apply(Event::SourceReady {
        source,
        catalogue: Arc::clone(&opened.catalogue),
        location: SourceLocation::Local(vec![PathBuf::from(place)]),
        remarks: Vec::new(),
    });
    // The samples are here already.
    state.settings.memory_mb = Some(u64::MAX);
    let vehicle = VehicleRef::new(source, Arc::clone(&selected.vehicle));
    state.update(Command::SelectVehicle(vehicle.clone()));
    let known = state.vehicle(&vehicle).map(|vehicle| vehicle.range);
    let range = known.map_or(selected.query.range, |known| {
        known.intersection(selected.query.range)
    });
    state.update(Command::ChooseRange(RangeChoice::Typed(range)));
    let mut rows: Vec<SignalRows> = result.signals;
    let mut loads = Vec::new();
    for info in &selected.signals {
        let signal = SignalRef {
            vehicle: vehicle.clone(),
            key: info.key.clone(),
        };
        let target = if stack {
            PlotTarget::NewPanel
        } else {
            PlotTarget::Active
        };
        loads.extend(state.update(Command::Plot {
            signals: vec![signal],
            target,
        }));
    }
    for (effect, rows) in loads.into_iter().zip(rows.drain(..)) {
        let Effect::Load {
            load,
            signals,
            recording_gaps,
            ..
        } = effect
        else {
            continue;
        };
        let recording_gaps: Vec<_> = recording_gaps
            .iter()
            .map(|gap| (gap.start.as_ns(), gap.end.as_ns()))
            .collect();
        let parts = signals
            .iter()
            .filter_map(|info| {
                let series =
                    Series::new(rows.times.clone().into(), rows.values.clone().into()).ok()?;
                let policy = GapPolicy::of(info.cycle_time_ms, info.on_change, &recording_gaps);
                Some(LoadedPart {
                    signal: SignalRef {
                        vehicle: vehicle.clone(),
                        key: info.key.clone(),
                    },
                    series: Arc::new(Prepared::new(series, &policy)),
                })
            })
            .collect();
        let outcome = (
            result.completeness.clone(),
            result.stats.clone().unwrap_or_default(),
        );
        state.apply(Event::LoadEnded {
            load,
            parts,
            result: Ok(outcome),
        });
    }
    state
}
