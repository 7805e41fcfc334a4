//! Works out what panels tell of many samples at once. What nobody waits for any more stops within some
//! ten thousand samples.

use std::sync::Arc;

use super::spawn::Spawner;
use crate::runtime::Task;
use crate::state::{Event, PanelId, SummaryQuestion};
use crate::stop::StopOnDrop;

/// A question that is being answered; dropping it stops the work.
pub(super) struct Running {
    pub(super) task: Task<()>,
    _stop: StopOnDrop,
}

/// Begins to answer.
pub(super) fn start(spawner: &Spawner, panel: PanelId, question: Arc<SummaryQuestion>) -> Running {
    let running = StopOnDrop::default();
    let stop = running.stop();
    let events = spawner.events.clone();
    let asked = Arc::clone(&question);
    let work = async move {
        let summary = asked.answer(&|| !stop.is_set());
        if let Some(summary) = summary {
            let event = Event::Summarised(panel, asked, Ok(summary));
            events.send(event).await;
        }
    };
    let panicked = move |text| Event::Summarised(panel, question, Err(text));
    Running {
        task: spawner.cpu(work, panicked),
        _stop: running,
    }
}
