//! What the user works out from the signals, beside the panels that show it.
//!
//! Plain data without samples; undone, saved and opened together with the
//! [`Workspace`](super::Workspace).

use super::{ComputedSignal, Overlay, WatchedCondition};

/// Names a stretch of time that is laid over the others, as long as the app runs and in a saved layout.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct OverlayId(pub u32);

/// What the user works out from the signals.
///
/// A saved layout has it as it is, with the vehicles in it named by their roles. Each field is read by
/// itself, so that what one of them cannot be read of costs no other; elements of lists likewise.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Analysis {
    /// Drives laid over the time shown, in the order in which they were added.
    pub overlays: Vec<Overlay>,
    /// Expressions with names, used like signals.
    pub computed: Vec<ComputedSignal>,
    /// Conditions whose events are looked for.
    pub conditions: Vec<WatchedCondition>,
}

impl Analysis {
    /// Whether a signal is worked out here, so that no file has it.
    pub fn defines(&self, signal: &super::SignalRef) -> bool {
        self.computed_signal(&signal.key).is_some()
    }
}
