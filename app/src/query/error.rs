//! Why a query gives no answer at all.

use std::sync::Arc;

use datafusion::error::DataFusionError;

use crate::source::SourceError;

/// A query that cannot be answered. Files that cannot be read are not an error: they make the
/// answer partial ([`super::Completeness`]).
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The source could not be listed.
    #[error("cannot list the source")]
    Source {
        /// Why.
        #[source]
        source: Arc<SourceError>,
    },
    /// The catalogue has no such vehicle; list them with `canlake vehicles`.
    #[error("no vehicle {vehicle:?} in this source")]
    UnknownVehicle {
        /// The vehicle as asked for.
        vehicle: String,
    },
    /// The scan could not be planned: a bug, since the plan does not depend on the data.
    #[error("cannot plan the scan")]
    Plan {
        /// What DataFusion says.
        #[source]
        source: DataFusionError,
    },
}
