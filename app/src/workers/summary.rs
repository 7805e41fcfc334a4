//! Works out what panels tell of many samples at once. What nobody waits for any more stops within some
//! ten thousand samples.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::EventSender;
use crate::runtime::{Runtimes, Task, Wake};
use crate::state::{Event, PanelId, SummaryQuestion};

/// A question that is being answered; dropping it stops the work.
pub(super) struct Running {
    pub(super) question: Arc<SummaryQuestion>,
    pub(super) task: Task<()>,
    stopped: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
    }
}

/// Begins to answer.
pub(super) fn start(
    runtimes: &Runtimes,
    panel: PanelId,
    question: Arc<SummaryQuestion>,
    events: EventSender,
    wake: Wake,
) -> Running {
    let stopped = Arc::new(AtomicBool::new(false));
    let (asked, is_stopped) = (Arc::clone(&question), Arc::clone(&stopped));
    let work = async move {
        let summary = asked.answer(&|| !is_stopped.load(Ordering::Relaxed));
        if let Some(summary) = summary {
            let event = Event::Summarised(panel, asked, Ok(summary));
            events.send(event).await;
        }
    };
    Running {
        question,
        task: runtimes.spawn_cpu(work, wake),
        stopped,
    }
}
