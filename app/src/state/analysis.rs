//! What the user works out from the signals, beside the panels that show it.
//!
//! Plain data without samples; undone, saved and opened together with the
//! [`Workspace`](super::Workspace).

/// Names a stretch of time that is laid over the others, as long as the app runs and in a saved layout.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct OverlayId(pub u32);

/// What the user works out from the signals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {}
