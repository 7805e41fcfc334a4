//! A word to work that waits for nothing: dropping its task would not end it, so it looks at this now
//! and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Looked at by the work.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Whether nobody wants the work any more.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Held by whoever wants the work: when it is dropped, the work stops.
#[derive(Debug, Default)]
pub struct StopOnDrop(Stop);

impl StopOnDrop {
    /// What the work looks at.
    pub fn stop(&self) -> Stop {
        self.0.clone()
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}
