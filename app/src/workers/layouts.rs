//! Reads and writes layout files, and looks for signals that are like missing ones.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use canlake_shared::error_chain;

use super::EventSender;
use crate::state::{Event, LayoutEffect, LayoutError, LayoutEvent, Role, SavedLayout, ranked};
use crate::whole_file;

/// Carries an effect out and sends what became of it.
pub(crate) async fn perform(effect: LayoutEffect, events: EventSender) {
    let event = match effect {
        // Dialogs are not ours.
        LayoutEffect::PickFile | LayoutEffect::PickTarget(_) => None,
        LayoutEffect::Read(path) => {
            let result = read(&path);
            Some(LayoutEvent::Read(path, result))
        }
        LayoutEffect::Write {
            path,
            may_replace,
            layout,
        } => {
            let result = write(&path, may_replace, &layout);
            Some(LayoutEvent::Written(path, result))
        }
        LayoutEffect::Rank {
            catalogue,
            vehicle,
            missing,
        } => {
            let known = catalogue.vehicle(&vehicle);
            let signals = known.map_or(&[][..], |vehicle| &vehicle.signals);
            let rank = |(role, unit): (Role, String)| {
                let keys = ranked(&role.key, &unit, signals);
                (role, keys)
            };
            Some(LayoutEvent::Ranked(missing.into_iter().map(rank).collect()))
        }
    };
    if let Some(event) = event {
        events.send(Event::Layout(event)).await;
    }
}

/// Reads a layout; no more of a file than one can have.
pub(crate) fn read(path: &Path) -> Result<(Box<SavedLayout>, Vec<String>), String> {
    let limit = SavedLayout::MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| error.to_string())?;
    let read = SavedLayout::from_bytes(&bytes);
    read.map(|(layout, skipped)| (Box::new(layout), skipped))
        .map_err(|error: LayoutError| error_chain(&error))
}

fn write(path: &Path, may_replace: bool, layout: &SavedLayout) -> Result<(), String> {
    if !may_replace && path.exists() {
        return Err("the file exists; choose another name or allow replacing it".to_owned());
    }
    let text = layout.to_text();
    whole_file::write(path, |file| file.write_all(text.as_bytes()))
        .map_err(|error| error.to_string())
}
