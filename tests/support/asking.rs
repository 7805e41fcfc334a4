//! A source of this machine, opened and asked as the app's headless commands do.

use std::path::Path;
use std::sync::Arc;

use canlake::query::{QueryCollector, QueryResult, SignalQuery};
use canlake::runtime::{Runtimes, no_wake};
use canlake::source::{Catalogue, LocalSource, SignalInfo, SignalSource};
use canlake_shared::schema::SignalKey;
use canlake_shared::time::{TimeRange, Timestamp};

/// An opened source with its catalogue.
#[derive(Debug)]
pub struct Asked {
    runtimes: Runtimes,
    source: Arc<dyn SignalSource>,
    /// What it holds.
    pub catalogue: Arc<Catalogue>,
}

impl Asked {
    /// Opens a file or a folder.
    ///
    /// # Panics
    ///
    /// When it cannot be listed.
    pub fn open(path: &Path) -> Self {
        let runtimes = Runtimes::new().unwrap();
        let source: Arc<dyn SignalSource> = Arc::new(LocalSource::new(vec![path.to_owned()]));
        let listing = source.catalogue(Arc::new(|_| {}));
        let catalogue = runtimes.run(listing).unwrap().unwrap();
        Self {
            runtimes,
            source,
            catalogue,
        }
    }

    /// The samples of signals in `start <= time < end`, labels included.
    ///
    /// # Panics
    ///
    /// When the question cannot be answered.
    pub fn query(&self, vehicle: &str, signals: &[SignalKey], range: (i64, i64)) -> QueryResult {
        let query = SignalQuery {
            vehicle: vehicle.into(),
            signals: signals.to_vec(),
            range: TimeRange::new(Timestamp::from_ns(range.0), Timestamp::from_ns(range.1)),
            labels: true,
        };
        let mut collector = QueryCollector::new(query.signals.len());
        let stream = self.source.query(query);
        let mut events = self.runtimes.spawn_stream(stream, 8, no_wake());
        while let Some(event) = events.wait_next() {
            collector.push(event.unwrap());
        }
        collector.finish()
    }

    /// The only signal of this name, whatever its message.
    ///
    /// # Panics
    ///
    /// When there is none or several.
    pub fn signal(&self, vehicle: &str, message: &str, signal: &str) -> &SignalInfo {
        let vehicle = self.catalogue.vehicle(vehicle).unwrap();
        let mut found = vehicle
            .signals
            .iter()
            .filter(|info| &*info.key.message == message && &*info.key.signal == signal);
        let first = found.next().unwrap();
        assert!(found.next().is_none(), "several {message}.{signal}");
        first
    }
}
