//! `canlake render`: the plots as a picture, drawn by the window's own code.

use std::path::Path;
use std::sync::Arc;

use super::args::{RenderArgs, SelectArgs};
use super::failure::Failure;
use super::output::{tell_problems, write_to};
use super::session::{Opened, Selected};
use crate::command::{Command, PlotTarget};
use crate::export::write_png;
use crate::query::{QueryResult, SignalRows};
use crate::series::{GapPolicy, Prepared, Series};
use crate::source::SourceLocation;
use crate::state::{
    AppState, Effect, Event, ExportScope, LoadedPart, RangeChoice, Settings, SignalRef,
    ThemeChoice, VehicleRef,
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
        write_picture(&state.shown, size, args.scale, &args.output)?;
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
    let mut state = AppState::new(settings);
    let location = SourceLocation::from_args(&select.source.source)?;
    state.update(Command::Open(select.source.source.clone()));
    plot(&mut state, location, opened, &selected, result, stack);
    write_picture(&state, size, scale, output)?;
    Ok(is_complete)
}

fn write_picture(
    state: &AppState,
    [width, height]: [u16; 2],
    scale: f32,
    output: &Path,
) -> Result<(), Failure> {
    let picture = ui::picture(state, (f32::from(width), f32::from(height)), scale);
    let window = state.window.as_ref();
    let facts = window.map(|it| state.picture_facts(ExportScope::Everything, it.visible()));
    let facts = facts.unwrap_or_default();
    write_to(Some(output), |out| write_png(out, &picture, &facts))
}

/// Does to a state what the window does to plot the same signals of the source opened last.
fn plot(
    state: &mut AppState,
    location: SourceLocation,
    opened: &Opened,
    selected: &Selected,
    result: QueryResult,
    stack: bool,
) {
    let Some(source) = state.sources.last().map(|source| source.id) else {
        return;
    };
    state.apply(Event::SourceReady {
        source,
        catalogue: Arc::clone(&opened.catalogue),
        location,
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
}
