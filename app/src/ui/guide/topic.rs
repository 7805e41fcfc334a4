//! What the guide says, as data: one [`Topic`] for each part of the window and each task.
//!
//! README.md tells the same gestures; a test keeps them equal.

use super::{data, panels, work};
use crate::command::Action;

/// A page of the guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    FirstSteps,
    Sources,
    Sessions,
    Compare,
    Signals,
    Panels,
    Plot,
    Axis,
    Legend,
    Lanes,
    Overview,
    Table,
    Statistics,
    Histogram,
    Xy,
    Track,
    Events,
    Computed,
    Inspector,
    Layouts,
    Notes,
    Sharing,
    Export,
    Times,
    LongWork,
    Keys,
}

/// A page, ready to be shown.
#[derive(Debug)]
pub(crate) struct Page {
    pub title: &'static str,
    /// Paragraphs.
    pub text: &'static [&'static str],
    /// What the mouse does, and to what effect.
    pub gestures: &'static [(&'static str, &'static str)],
    /// Commands whose keys belong here.
    pub actions: &'static [Action],
}

impl Topic {
    /// All pages, in the order of the guide.
    pub(crate) const ALL: &'static [Self] = &[
        Self::FirstSteps,
        Self::Sources,
        Self::Sessions,
        Self::Compare,
        Self::Signals,
        Self::Panels,
        Self::Plot,
        Self::Axis,
        Self::Legend,
        Self::Lanes,
        Self::Overview,
        Self::Table,
        Self::Statistics,
        Self::Histogram,
        Self::Xy,
        Self::Track,
        Self::Events,
        Self::Computed,
        Self::Inspector,
        Self::Layouts,
        Self::Notes,
        Self::Sharing,
        Self::Export,
        Self::Times,
        Self::LongWork,
        Self::Keys,
    ];

    /// What the page says.
    pub(crate) fn page(self) -> &'static Page {
        match self {
            Self::FirstSteps => &data::FIRST_STEPS,
            Self::Sources => &data::SOURCES,
            Self::Sessions => &data::SESSIONS,
            Self::Compare => &data::COMPARE,
            Self::Signals => &data::SIGNALS,
            Self::Panels => &panels::PANELS,
            Self::Plot => &panels::PLOT,
            Self::Axis => &panels::AXIS,
            Self::Legend => &panels::LEGEND,
            Self::Lanes => &panels::LANES,
            Self::Overview => &panels::OVERVIEW,
            Self::Table => &panels::TABLE,
            Self::Statistics => &panels::STATISTICS,
            Self::Histogram => &panels::HISTOGRAM,
            Self::Xy => &panels::XY,
            Self::Track => &panels::TRACK,
            Self::Events => &panels::EVENTS,
            Self::Computed => &work::COMPUTED,
            Self::Inspector => &work::INSPECTOR,
            Self::Layouts => &work::LAYOUTS,
            Self::Notes => &work::NOTES,
            Self::Sharing => &work::SHARING,
            Self::Export => &work::EXPORT,
            Self::Times => &work::TIMES,
            Self::LongWork => &work::LONG_WORK,
            Self::Keys => &work::KEYS,
        }
    }
}
