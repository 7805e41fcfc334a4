//! Ctrl-C: the first ends a query with what has arrived, the second ends the program.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// What a shell calls the end by SIGINT.
const ENDED_BY_SIGINT: i32 = 130;

/// Notifies on the first Ctrl-C or request to end from now on. To be called once per process.
pub(super) fn first() -> Arc<Notify> {
    let notify = Arc::new(Notify::new());
    let first = Arc::clone(&notify);
    let is_second = AtomicBool::new(false);
    #[expect(
        clippy::exit,
        reason = "whoever asks twice does not want to wait for an orderly end"
    )]
    let handler = move || {
        if is_second.swap(true, Ordering::Relaxed) {
            std::process::exit(ENDED_BY_SIGINT);
        }
        first.notify_one();
    };
    // Without a handler the first Ctrl-C ends the program, as it does anywhere.
    drop(ctrlc::set_handler(handler));
    notify
}
