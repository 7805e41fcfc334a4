//! What a layout shows of a source, without a window: the window's state and workers, driven to the
//! end.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use canlake_shared::time::TimeRange;

use super::args::RenderArgs;
use super::failure::Failure;
use super::output::{Problem, tell, tell_problems};
use super::session::Opened;
use crate::command::Command;
use crate::runtime::no_wake;
use crate::source::SourceLocation;
use crate::state::{
    AppState, Effect, Event, LoadState, LoadedSignal, SavedLayout, Settings, Severity, SignalRef,
    ThemeChoice,
};
use crate::workers::{SystemDialogs, Workers, layouts};

/// Between two looks at what has come.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// A state with everything loaded.
pub(super) struct Shown {
    pub(super) shown: AppState,
    /// Whether nothing was left out.
    pub(super) is_complete: bool,
}

/// Opens a source and shows it as a layout says.
pub(super) fn shown(args: &RenderArgs, path: &Path, theme: ThemeChoice) -> Result<Shown, Failure> {
    let (layout, skipped) = layouts::read(path).map_err(|reason| Failure::Layout {
        reason,
        path: path.to_owned(),
    })?;
    let range = range(args)?;
    let opened = Opened::new(&args.source)?;
    let mut problems = opened.problems();
    problems.extend(skipped.into_iter().map(|text| Problem {
        path: path.display().to_string(),
        text,
    }));
    let vehicle = vehicle(&opened, args, &layout)?;
    let mut state = AppState::new(Settings {
        theme,
        ..Settings::default()
    });
    state.show_next_as(*layout, Some(vehicle), range);
    let mut workers = Workers::new(no_wake(), Arc::new(SystemDialogs))
        .map_err(|source| Failure::Threads { source })?;
    let location = SourceLocation::from_args(&args.source.source)?;
    // The source is open already: what opening it would do is not done again.
    drop(state.update(Command::Open(args.source.source.clone())));
    if let Some(source) = state.sources.last().map(|source| source.id) {
        workers.insert_source(source, Arc::clone(&opened.source));
        let effects = state.apply(Event::SourceReady {
            source,
            catalogue: Arc::clone(&opened.catalogue),
            location,
            remarks: Vec::new(),
        });
        settle(&mut state, &mut workers, effects);
    }
    problems.extend(lacking(&state));
    tell_problems(&problems);
    let mut is_complete = problems.is_empty();
    for notice in state.notices.iter() {
        tell(&format!("canlake: {}", notice.text()));
        is_complete &= notice.severity == Severity::Info;
    }
    if let (true, Some(stats)) = (args.explain, &state.last_query) {
        tell(&stats.to_string());
    }
    Ok(Shown {
        shown: state,
        is_complete,
    })
}

fn range(args: &RenderArgs) -> Result<Option<TimeRange>, Failure> {
    if args.from.is_none() && args.to.is_none() {
        return Ok(None);
    }
    let all = TimeRange::ALL;
    let range = TimeRange::new(args.from.unwrap_or(all.start), args.to.unwrap_or(all.end));
    if range.is_empty() {
        return Err(Failure::EmptyRange {
            from: range.start.to_string(),
            to: range.end.to_string(),
        });
    }
    Ok(Some(range))
}

/// The vehicle that was named, else the one that the layout was saved with, else the only one.
fn vehicle(opened: &Opened, args: &RenderArgs, layout: &SavedLayout) -> Result<String, Failure> {
    let saved = layout.vehicles.first();
    let is_there = |id: &&String| opened.catalogue.vehicle(id).is_some();
    match saved.filter(is_there) {
        Some(id) if args.source.vehicle.is_none() => Ok(id.clone()),
        _ => Ok(opened.vehicle(&args.source)?.id.to_string()),
    }
}

/// Works until nothing is left to do.
fn settle(state: &mut AppState, workers: &mut Workers, mut effects: Vec<Effect>) {
    loop {
        // What is worked out from the samples follows them.
        effects.extend(state.refresh());
        for effect in effects.drain(..) {
            workers.perform(effect);
        }
        // Asked before events are taken: what has ended has sent its last event by then.
        let is_idle = workers.is_idle();
        let events = workers.poll();
        if is_idle && events.is_empty() && !state.store.is_loading() {
            return;
        }
        for event in events {
            effects.extend(state.apply(event));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Signals of which not everything could be read.
fn lacking(state: &AppState) -> Vec<Problem> {
    let lack = |(signal, loaded): (&SignalRef, &LoadedSignal)| {
        // What failed is a notice.
        let LoadState::Partial(text) = &loaded.state else {
            return None;
        };
        Some(Problem {
            path: signal.key.to_string(),
            text: text.clone(),
        })
    };
    state.store.iter().filter_map(lack).collect()
}
