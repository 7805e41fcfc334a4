//! SIGINT, SIGTERM and SIGHUP ask the agent to close what is open and end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the agent has been asked to end. Cheap to clone; all clones agree.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    requested: Arc<AtomicBool>,
}

impl Shutdown {
    /// Requested by the process's signals. Once per process.
    pub(crate) fn on_signals() -> Result<Self, ctrlc::Error> {
        let shutdown = Self::default();
        let requested = Arc::clone(&shutdown.requested);
        ctrlc::set_handler(move || requested.store(true, Ordering::SeqCst))?;
        Ok(shutdown)
    }

    /// Asks for it.
    pub fn request(&self) {
        self.requested.store(true, Ordering::SeqCst);
    }

    /// Whether it has been asked for.
    pub fn is_requested(&self) -> bool {
        self.requested.load(Ordering::SeqCst)
    }
}
