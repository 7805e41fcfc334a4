//! Starts tasks whose events reach the window, also where a task panics.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures::FutureExt as _;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::runtime::{Runtimes, Task, TaskPanicked, Wake};
use crate::state::Event;

/// Events that wait for the window at most.
const QUEUE: usize = 256;

/// Sends events and wakes the window.
#[derive(Clone)]
pub struct EventSender {
    sender: Sender<Event>,
    wake: Wake,
}

impl EventSender {
    /// Sends an event; waits while the queue is full. An event that nobody waits for any more is dropped.
    pub async fn send(&self, event: Event) {
        if self.sender.send(event).await.is_ok() {
            (self.wake)();
        }
    }

    fn wake(&self) -> Wake {
        Arc::clone(&self.wake)
    }

    /// Sends an event from a thread that may not wait; left out when the queue is full.
    pub fn offer(&self, event: Event) {
        if self.sender.try_send(event).is_ok() {
            (self.wake)();
        }
    }
}

impl fmt::Debug for EventSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventSender").finish_non_exhaustive()
    }
}

/// The runtimes, with the queue that their tasks send to.
#[derive(Debug)]
pub(crate) struct Spawner {
    runtimes: Runtimes,
    pub(crate) events: EventSender,
}

impl Spawner {
    /// Starts the threads; the receiver gets what tasks send.
    pub(crate) fn new(wake: Wake) -> std::io::Result<(Self, Receiver<Event>)> {
        let (sender, received) = channel(QUEUE);
        let spawner = Self {
            runtimes: Runtimes::new()?,
            events: EventSender { sender, wake },
        };
        Ok((spawner, received))
    }

    /// Starts work on the runtime for computing. A panic is a bug, but one that the user must hear of:
    /// `panicked` makes an event of it, which is sent before the task ends.
    pub(crate) fn cpu(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
        panicked: impl FnOnce(String) -> Event + Send + 'static,
    ) -> Task<()> {
        let guarded = self.guarded(work, panicked);
        self.runtimes.spawn_cpu(guarded, self.events.wake())
    }

    /// As [`Self::cpu`], on the runtime for waiting.
    pub(crate) fn io(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
        panicked: impl FnOnce(String) -> Event + Send + 'static,
    ) -> Task<()> {
        let guarded = self.guarded(work, panicked);
        self.runtimes.spawn_io(guarded, self.events.wake())
    }

    fn guarded(
        &self,
        work: impl Future<Output = ()> + Send + 'static,
        panicked: impl FnOnce(String) -> Event + Send + 'static,
    ) -> impl Future<Output = ()> + Send + 'static {
        let events = self.events.clone();
        async move {
            if AssertUnwindSafe(work).catch_unwind().await.is_err() {
                events.send(panicked(TaskPanicked.to_string())).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::no_wake;

    #[test]
    fn a_panic_is_told_before_the_task_ends() {
        let (spawner, mut received) = Spawner::new(no_wake()).unwrap();
        let work = || async { assert!(std::hint::black_box(false), "boom") };
        let on_both = [
            spawner.cpu(work(), Event::Panicked),
            spawner.io(work(), Event::Panicked),
        ];
        for task in on_both {
            task.wait().unwrap();
        }
        for _ in 0..2 {
            let event = received.try_recv().unwrap();
            let Event::Panicked(text) = event else {
                panic!("another event: {event:?}");
            };
            assert!(text.contains("stopped unexpectedly"), "{text}");
        }
    }
}
