//! Names of vehicles and signals, across sources.

use std::sync::Arc;

use canlake_shared::schema::SignalKey;
use serde::{Deserialize, Serialize};

use super::{OverlayId, SourceId};

/// A vehicle of an opened source.
///
/// A saved layout names it by its role instead of the source, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VehicleRef {
    /// The source.
    #[serde(rename = "source_id")]
    pub source: SourceId,
    /// The vehicle's id.
    #[serde(rename = "vehicle_id")]
    pub vehicle: Arc<str>,
    /// The stretch of time that is laid over the others, for a comparison; `None` for the time that
    /// the window shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<OverlayId>,
}

impl VehicleRef {
    /// A vehicle in the time that the window shows.
    pub fn new(source: SourceId, vehicle: impl Into<Arc<str>>) -> Self {
        Self {
            source,
            vehicle: vehicle.into(),
            overlay: None,
        }
    }
}

/// A signal of an opened source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SignalRef {
    /// The vehicle.
    pub vehicle: VehicleRef,
    /// The signal.
    pub key: SignalKey,
}
