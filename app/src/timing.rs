//! How long the user waits, for the log: `RUST_LOG=canlake=info` shows it.

use std::time::Instant;

use crate::state::{AppState, Effect, SourceId, SourceStatus};

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

    /// To be called when work is given to the workers.
    pub fn asked(&mut self, effect: &Effect) {
        if let Effect::Open { source, .. } | Effect::OpenDemo(source) = effect {
            let now = Instant::now();
            self.opening.push((*source, now));
            self.picture = Some(now);
        }
    }

    /// To be called when a frame was drawn.
    pub fn drawn(&mut self, state: &AppState) {
        if let Some(start) = self.start.take() {
            tell("first frame", start);
        }
        self.opening.retain(|(id, since)| {
            let Some(source) = state.source(*id) else {
                return false;
            };
            match &source.status {
                SourceStatus::Opening(_) => return true,
                SourceStatus::NeedsDbc => tell("open, up to the question for DBC files,", *since),
                _ if source.dbc.paths.is_empty() => tell("open", *since),
                _ => tell("open and decode", *since),
            }
            false
        });
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
