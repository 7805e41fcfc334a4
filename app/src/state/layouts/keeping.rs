//! How places looked when they were seen last, kept beside the settings.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{View, ViewTime};
use crate::source::SourceLocation;
use crate::state::{AppState, Effect, OpenSource, SavedLayout, Severity, SourceId};

/// Places that are remembered.
const MAX_KEPT: usize = 8;

/// How a place looked.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kept {
    place: SourceLocation,
    /// A layout file.
    layout: Value,
}

impl AppState {
    /// Takes what [`Self::kept_layouts`] gave in an earlier run; the first place that is opened will
    /// look as it did then. Gives what is wrong with the text.
    pub fn restore_layouts(&mut self, text: &str) -> Option<String> {
        self.layouts.restores = true;
        let places: Vec<Value> = match serde_json::from_str(text) {
            Ok(places) => places,
            Err(error) => {
                let trouble = "how the window looked last could not be read; it begins afresh";
                return Some(format!("{trouble}: {error}"));
            }
        };
        let mut trouble = None;
        for place in places {
            match serde_json::from_value(place) {
                Ok(kept) => self.layouts.kept.push(kept),
                Err(error) => {
                    let place = "how a place looked last could not be read; it begins afresh";
                    trouble = Some(format!("{place}: {error}"));
                }
            }
        }
        trouble
    }

    /// How places look now or looked before, as text.
    pub fn kept_layouts(&mut self) -> String {
        if let Some(place) = self.place_shown() {
            let kept = &mut self.layouts.kept;
            kept.retain(|kept| kept.place != place);
            // What was cleared is to stay so.
            if self.workspace.has_signals() {
                let line = self.saved_layout().to_line();
                let layout = serde_json::from_str(&line).unwrap_or_default();
                let kept = &mut self.layouts.kept;
                kept.insert(0, Kept { place, layout });
                kept.truncate(MAX_KEPT);
            }
        }
        serde_json::to_string(&self.layouts.kept).expect("plain data with text keys")
    }

    fn place_shown(&self) -> Option<SourceLocation> {
        let selected = &self.selection.as_ref()?.vehicle;
        let source = self.source(selected.source)?;
        source.catalogue()?;
        Some(source.location.clone())
    }

    /// Makes the place that was opened first look as it did last; `None` if it never did, or something
    /// else fills the window.
    pub(in crate::state) fn restore_layout(&mut self, id: SourceId) -> Option<Vec<Effect>> {
        let is_first = std::mem::take(&mut self.layouts.restores);
        if !is_first || self.workspace.panels().next().is_some() {
            return None;
        }
        let place = self
            .source(id)
            .map(|source: &OpenSource| &source.location)?;
        let kept = self.layouts.kept.iter().find(|it| it.place == *place)?;
        let bytes = kept.layout.to_string().into_bytes();
        match SavedLayout::from_bytes(&bytes) {
            Ok((layout, skipped)) => {
                if !skipped.is_empty() {
                    let title = "some of how the window looked last could not be read";
                    self.notices
                        .add(Severity::Warning, title, skipped.join("\n"));
                }
                let effects = self.begin_view(View::unasked(layout, None, ViewTime::Saved));
                if !self.workspace.has_signals() {
                    // Nothing of it is there any more.
                    self.workspace.clear();
                    return None;
                }
                Some(effects)
            }
            Err(error) => {
                let error = canlake_shared::error_chain(&error);
                let title = format!("the window does not look as it did last: {error}");
                self.notices.add(Severity::Warning, title, "");
                None
            }
        }
    }
}
