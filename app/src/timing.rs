//! How long the user waits, for the log: `RUST_LOG=canlake=info` shows it.

use std::time::Instant;

use crate::state::{AppState, SourceId, SourceStatus};

/// What the user waits for, and since when.
#[derive(Debug)]
pub struct Waits {
    start: Option<Instant>,
    opening: Vec<(SourceId, Instant)>,
    picture: Option<Instant>,
}

impl Waits {
    /// `start` is when the program began.
    pub fn new(start: Instant) -> Self {
        Self {
            start: Some(start),
            opening: Vec::new(),
            picture: None,
        }
    }

    /// To be called when a frame was drawn.
    pub fn drawn(&mut self, state: &AppState) {
        if let Some(start) = self.start.take() {
            tell("first frame", start);
        }
        for source in &state.sources {
            let known = self.opening.iter().position(|(id, _)| *id == source.id);
            match (&source.status, known) {
                (SourceStatus::Opening(_), None) => {
                    let now = Instant::now();
                    self.opening.push((source.id, now));
                    self.picture.get_or_insert(now);
                }
                (SourceStatus::Opening(_), Some(_)) | (_, None) => {}
                (_, Some(idx)) => tell("open", self.opening.swap_remove(idx).1),
            }
        }
        let is_waiting = !self.opening.is_empty() || state.store.is_loading();
        let is_shown = !state.workspace.signals().is_empty();
        if let Some(since) = self.picture.take_if(|_| !is_waiting && is_shown) {
            tell("first picture", since);
        }
    }
}

fn tell(what: &str, since: Instant) {
    let ms = since.elapsed().as_secs_f64() * 1e3;
    tracing::info!("{what} after {ms:.1} ms");
}
