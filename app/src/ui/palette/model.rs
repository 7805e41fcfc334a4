//! What the palette can do now, and which of it a text means. Pure.
//!
//! Made once, when the palette is opened: there may be thousands of signals.

use canlake_shared::search::{Closeness, Index, Query, Searcher};
use canlake_shared::time::Timestamp;

use super::entry::PaletteEntry;
use super::{data, panels, signals};
use crate::command::Action;
use crate::state::AppState;

/// Lines that are listed; who wants another types more.
const MAX_LISTED: usize = 100;

/// A line that matches, with the letters that were looked for.
#[derive(Debug)]
pub(super) struct Found {
    at: usize,
    pub lit_title: Vec<u32>,
    pub lit_detail: Vec<u32>,
}

/// Everything that can be done now, and what of it matches the text.
#[derive(Debug)]
pub(super) struct Model {
    entries: Vec<PaletteEntry>,
    index: Index,
    searcher: Searcher,
    /// The text that `found` is of.
    text: Option<String>,
    found: Vec<Found>,
    n_found: usize,
}

impl Model {
    /// Of what is shown. `now` is the time of day.
    pub(super) fn new(state: &AppState, now: Timestamp) -> Self {
        let actions = Action::ALL.iter().copied();
        // Whoever is in the palette need not be led there.
        let actions = actions.filter(|action| *action != Action::Palette);
        let mut entries: Vec<_> = actions.map(PaletteEntry::of).collect();
        data::add(state, now, &mut entries);
        panels::add(state, &mut entries);
        signals::add(state, &mut entries);
        Self {
            index: Index::new(entries.iter().map(PaletteEntry::words)),
            entries,
            searcher: Searcher::default(),
            text: None,
            found: Vec::new(),
            n_found: 0,
        }
    }

    /// Looks for a text; nothing happens while it is the same.
    pub(super) fn search(&mut self, text: &str) {
        if self.text.as_deref() == Some(text) {
            return;
        }
        self.text = Some(text.to_owned());
        let n_entries = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let all: Vec<u32> = (0..n_entries).collect();
        let is_action = |at: u32| {
            let entry = self.entries.get(at as usize);
            entry.is_some_and(|entry| entry.action.is_some())
        };
        let mut query = Query::new(text, Closeness::Exact);
        let mut found = all;
        if query.is_empty() {
            // Things are so many that they would hide what can be done without them.
            found.retain(|at| is_action(*at));
        } else {
            let hits = self.index.search(&mut self.searcher, text, &found);
            query = Query::new(text, hits.closeness);
            found = hits.positions;
            let typed = text.trim().to_lowercase();
            // Stable: among others the best stay first.
            found.sort_by_cached_key(|at| {
                let entry = self.entries.get(*at as usize);
                let is_typed = entry.is_some_and(|it| it.title.to_lowercase() == typed);
                (!is_typed, !is_action(*at))
            });
        }
        self.n_found = found.len();
        let lit = |searcher: &mut Searcher, text: &str| {
            if query.is_empty() {
                return Vec::new();
            }
            searcher.lit(&query, text)
        };
        let listed = found.into_iter().take(MAX_LISTED);
        let listed = listed.filter_map(|at| {
            let entry = self.entries.get(at as usize)?;
            Some(Found {
                at: at as usize,
                lit_title: lit(&mut self.searcher, &entry.title),
                lit_detail: lit(&mut self.searcher, &entry.detail),
            })
        });
        self.found = listed.collect();
    }

    /// What matches, best first: commands without data before what is done to something.
    pub(super) fn found(&self) -> impl ExactSizeIterator<Item = (&Found, &PaletteEntry)> {
        let found = self.found.iter();
        found.map(|found| (found, &self.entries[found.at]))
    }

    /// How many lines match that are not listed.
    pub(super) fn n_left_out(&self) -> usize {
        self.n_found - self.found.len()
    }
}
