//! Ctrl-C: the first ends a query with what has arrived, any other ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// What a shell calls the end by SIGINT.
const ENDED_BY_SIGINT: i32 = 130;

/// Waits for Ctrl-C as long as it lives.
pub(super) struct Interrupt {
    notify: Arc<Notify>,
    /// Whether the next one ends the program.
    ends: Arc<AtomicBool>,
}

impl Interrupt {
    /// To be called once per process.
    pub(super) fn new() -> Self {
        let notify = Arc::new(Notify::new());
        let ends = Arc::new(AtomicBool::new(false));
        let (first, is_last) = (Arc::clone(&notify), Arc::clone(&ends));
        let handler = move || {
            if is_last.swap(true, Ordering::Relaxed) {
                // Whoever asks twice does not want to wait for an orderly end.
                std::process::exit(ENDED_BY_SIGINT);
            }
            first.notify_one();
        };
        // Without a handler the first Ctrl-C ends the program, as it does anywhere.
        drop(ctrlc::set_handler(handler));
        Self { notify, ends }
    }

    /// Whether it has come: for work that waits for nothing.
    pub(super) fn has_come(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
    }

    /// Comes with the first Ctrl-C or request to end.
    pub(super) fn first(&self) -> impl Future<Output = ()> + Send + 'static {
        let notify = Arc::clone(&self.notify);
        async move { notify.notified().await }
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
    }
}
