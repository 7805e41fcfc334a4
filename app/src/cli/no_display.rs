//! What the window would show, where there is no display: the same sources, listed and drawn.

use std::path::{Path, PathBuf};

use super::args::{SelectArgs, SourceArgs};
use super::failure::Failure;
use super::output::{tell, tell_problems, write_table};
use super::render;
use super::session::Opened;
use crate::app::Start;
use crate::demo;
use crate::source::Vehicle;
use crate::state::ThemeChoice;
use crate::stop::Stop;
use crate::time_display::{bytes_text, count_text, duration_text};

/// What the demo lake's first plots are drawn into.
const DEMO_PICTURE: &str = "canlake-demo.png";

/// Says that there is no display, and does the same job without one.
pub(super) fn run(why: &str, start: &Start) -> Result<bool, Failure> {
    // Of winit's message the end says what is missing; before it stand places in its source.
    let why = why.rsplit(": ").next().unwrap_or(why).trim_end_matches('.');
    tell(&format!(
        "canlake: no window can be opened here ({why}); doing the same without one"
    ));
    match start {
        Start::Open(paths) => list(paths).map(|opened| opened.problems().is_empty()),
        Start::Demo => {
            let root = demo::location()?;
            demo::ensure(&root, &Stop::default(), |done, all| {
                tell(&format!(
                    "making the demo lake: session {} of {all}",
                    done + 1
                ));
            })?;
            tell(&format!("demo lake: {}", root.display()));
            let lake = root.join("decoded").to_string_lossy().into_owned();
            let opened = list(std::slice::from_ref(&lake))?;
            draw_demo(&opened, lake, Path::new(DEMO_PICTURE))
        }
    }
}

/// Vehicles with their sessions, as the window's side bar lists them.
fn list(paths: &[String]) -> Result<Opened, Failure> {
    let opened = Opened::new(&source(paths.to_vec(), None))?;
    tell_problems(&opened.problems());
    let mut table = vec![
        ["vehicle", "session", "length", "signals", "samples", "size"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for vehicle in &opened.catalogue.vehicles {
        table.extend(rows(vehicle));
    }
    write_table(&table)?;
    Ok(opened)
}

fn rows(vehicle: &Vehicle) -> impl Iterator<Item = Vec<String>> + '_ {
    vehicle.sessions.iter().map(|session| {
        vec![
            vehicle.id.to_string(),
            session.range.start.to_string(),
            duration_text(session.range.duration_ns()),
            session.signals.to_string(),
            count_text(session.rows),
            bytes_text(session.bytes),
        ]
    })
}

fn source(source: Vec<String>, vehicle: Option<String>) -> SourceArgs {
    SourceArgs {
        source,
        vehicle,
        dbc: Vec::new(),
        j1939: false,
    }
}

fn draw_demo(opened: &Opened, lake: String, picture: &Path) -> Result<bool, Failure> {
    let Some((vehicle, session)) = opened
        .catalogue
        .vehicles
        .iter()
        .find_map(|vehicle| Some((vehicle, vehicle.sessions.last()?)))
    else {
        return Ok(true);
    };
    let select = SelectArgs {
        source: source(vec![lake], Some(vehicle.id.to_string())),
        signals: demo::FIRST_PLOTS
            .iter()
            .copied()
            .flatten()
            .filter_map(|(message, signal)| format!("{message}.{signal}").parse().ok())
            .collect(),
        from: Some(session.range.start),
        to: Some(session.range.end),
        explain: false,
    };
    let is_complete = render::draw(
        opened,
        &select,
        ThemeChoice::Dark,
        true,
        [1280, 720],
        1.0,
        picture,
    )?;
    let shown = std::path::absolute(picture).unwrap_or_else(|_| PathBuf::from(picture));
    tell(&format!("drawn: {}", shown.display()));
    Ok(is_complete)
}
