//! Opens sources.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;

use super::EventSender;
use crate::source::{SignalSource, SourceLocation};
use crate::state::{Event, SourceId};

/// The sources that are open.
#[derive(Default)]
pub struct Sources {
    by_id: Mutex<BTreeMap<SourceId, Arc<dyn SignalSource>>>,
}

impl Sources {
    /// The source behind a name.
    pub fn get(&self, id: SourceId) -> Option<Arc<dyn SignalSource>> {
        self.by_id.lock().get(&id).map(Arc::clone)
    }

    /// Forgets a source.
    pub fn remove(&self, id: SourceId) {
        self.by_id.lock().remove(&id);
    }

    fn insert(&self, id: SourceId, source: Arc<dyn SignalSource>) {
        self.by_id.lock().insert(id, source);
    }
}

pub async fn open(
    id: SourceId,
    location: SourceLocation,
    dbc_paths: Vec<PathBuf>,
    sources: Arc<Sources>,
    events: EventSender,
) {
    let _ = (location, dbc_paths, sources);
    events.send(Event::SourceFailed(id, "wip".to_owned())).await;
}

pub async fn open_demo(id: SourceId, sources: Arc<Sources>, events: EventSender) {
    let _ = sources;
    events.send(Event::SourceFailed(id, "wip".to_owned())).await;
}
