//! From a source to the writer's queue, on a thread of its own.
//!
//! The queue is bounded. When it is full, frames of a source that cannot wait are counted as lost,
//! exactly and with the times of the first and last; a source that can wait does.

use std::io;
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use canlake_shared::bus::{BusError, BusEvent, FrameSource, Received, Reception};
use canlake_shared::can::ChannelTable;
use canlake_shared::schema::footer::{Loss, LossPlace};
use canlake_shared::time::Timestamp;

use crate::shutdown::Shutdown;

/// Receptions that may wait for the writer; each is at most [`Reception::MAX_FRAMES`] frames.
const QUEUE_LEN: usize = 64;
/// How long a source is waited for before the shutdown flag is looked at.
const RECV_TIMEOUT: Duration = Duration::from_millis(100);

/// What a full queue means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The source waits: it computes or reads its frames.
    Wait,
    /// Frames are counted as lost: they come from a bus.
    Count,
}

/// A piece of work for the writer.
#[derive(Debug)]
pub struct Captured {
    /// Frames and what happened besides, losses of the queue included.
    pub reception: Reception,
    /// Sent when the source has found new channels: the names behind the frames' indices.
    pub channels: Option<ChannelTable>,
}

/// A running capture thread.
#[derive(Debug)]
pub struct Capture {
    /// What it captured. Closed when the source is at its end or a shutdown was asked for.
    pub queue: Receiver<Captured>,
    thread: JoinHandle<Result<(), BusError>>,
}

impl Capture {
    /// Starts a thread named `capture-<name>`.
    pub fn spawn(
        name: &str,
        source: Box<dyn FrameSource>,
        when_full: WhenFull,
        shutdown: Shutdown,
    ) -> io::Result<Self> {
        let (sender, queue) = sync_channel(QUEUE_LEN);
        let thread = thread::Builder::new()
            .name(format!("capture-{name}"))
            .spawn(move || run(source, &Outlet::new(sender, when_full), &shutdown))?;
        Ok(Self { queue, thread })
    }

    /// Waits for the thread; call it when the queue is closed. A panic of the thread goes on here.
    pub fn join(self) -> Result<(), BusError> {
        drop(self.queue);
        match self.thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

fn run(
    mut source: Box<dyn FrameSource>,
    outlet: &Outlet,
    shutdown: &Shutdown,
) -> Result<(), BusError> {
    let mut lost = None;
    let mut n_channels = 0;
    while !shutdown.is_requested() {
        let mut reception = Reception::default();
        let received = source.recv(&mut reception, RECV_TIMEOUT)?;
        let names = source.channels().names();
        let channels = (names.len() != n_channels).then(|| source.channels().clone());
        n_channels = names.len();
        let captured = Captured {
            reception,
            channels,
        };
        let is_open = outlet.send(captured, &mut lost);
        if received == Received::End || !is_open {
            break;
        }
    }
    // What is still uncounted goes to the writer before the queue closes, waiting if need be.
    if let Some(lost) = lost.take() {
        outlet.send_last(lost);
    }
    Ok(())
}

struct Outlet {
    sender: SyncSender<Captured>,
    when_full: WhenFull,
}

/// Frames that found the queue full, and events and channels that must not be lost with them.
struct Backlog {
    frames: u64,
    from: Timestamp,
    to: Timestamp,
    events: Vec<BusEvent>,
    channels: Option<ChannelTable>,
}

impl Outlet {
    const fn new(sender: SyncSender<Captured>, when_full: WhenFull) -> Self {
        Self { sender, when_full }
    }

    /// Queues it, together with what could not be queued before. False when nobody listens.
    fn send(&self, mut captured: Captured, lost: &mut Option<Backlog>) -> bool {
        if let Some(backlog) = lost.take() {
            backlog.put_before(&mut captured);
        }
        let reception = &captured.reception;
        if reception.frames.is_empty() && reception.events.is_empty() && captured.channels.is_none()
        {
            return true;
        }
        if self.when_full == WhenFull::Wait {
            return self.sender.send(captured).is_ok();
        }
        match self.sender.try_send(captured) {
            Ok(()) => true,
            Err(TrySendError::Disconnected(_)) => false,
            Err(TrySendError::Full(captured)) => {
                *lost = Some(Backlog::of(captured));
                true
            }
        }
    }

    fn send_last(&self, backlog: Backlog) {
        let mut captured = Captured {
            reception: Reception::default(),
            channels: None,
        };
        backlog.put_before(&mut captured);
        // The writer is gone only when it failed, which it reports itself.
        self.sender.send(captured).unwrap_or_default();
    }
}

impl Backlog {
    /// Counts the frames; losses counted before that could not be told either are added up.
    fn of(captured: Captured) -> Self {
        let Captured {
            reception,
            channels,
        } = captured;
        let (mut frames, mut from, mut to) = (0, Timestamp::MAX, Timestamp::MIN);
        let mut add = |n: u64, first: Timestamp, last: Timestamp| {
            frames += n;
            from = from.min(first);
            to = to.max(last);
        };
        for frame in &reception.frames {
            add(1, frame.timestamp, frame.timestamp);
        }
        let mut events = reception.events;
        events.retain(|event| match event {
            BusEvent::Loss(loss) if loss.place == LossPlace::Queue => {
                add(loss.frames, loss.from, loss.to);
                false
            }
            _ => true,
        });
        Self {
            frames,
            from,
            to,
            events,
            channels,
        }
    }

    fn put_before(self, captured: &mut Captured) {
        let mut events = self.events;
        if self.frames > 0 {
            events.push(BusEvent::Loss(Loss {
                place: LossPlace::Queue,
                channel: String::new(),
                frames: self.frames,
                exact: true,
                from: self.from,
                to: self.to,
            }));
        }
        events.extend(mem::take(&mut captured.reception.events));
        captured.reception.events = events;
        captured.channels = captured.channels.take().or(self.channels);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use canlake_shared::can::{CanFrame, CanId, ChannelIdx, Payload};

    fn captured(times: &[i64]) -> Captured {
        let id = CanId::standard(1).unwrap();
        let frame =
            |ns: &i64| CanFrame::data(Timestamp::from_ns(*ns), ChannelIdx(0), id, Payload::EMPTY);
        Captured {
            reception: Reception {
                frames: times.iter().map(frame).collect(),
                events: Vec::new(),
            },
            channels: None,
        }
    }

    #[test]
    fn frames_are_stored_or_counted() {
        let (sender, queue) = sync_channel(1);
        let outlet = Outlet::new(sender, WhenFull::Count);
        let mut lost = None;
        for times in [[1, 2], [3, 4], [5, 6]] {
            assert!(outlet.send(captured(&times), &mut lost));
        }
        assert_eq!(queue.recv().unwrap().reception.frames.len(), 2);
        assert!(outlet.send(captured(&[7]), &mut lost));
        let after = queue.recv().unwrap().reception;
        assert_eq!(after.frames.len(), 1);
        let losses: Vec<&Loss> = after
            .events
            .iter()
            .filter_map(|event| match event {
                BusEvent::Loss(loss) => Some(loss),
                BusEvent::State { .. } => None,
            })
            .collect();
        let counted: u64 = losses.iter().map(|loss| loss.frames).sum();
        assert_eq!((counted, losses.len()), (4, 1), "{losses:?}");
        assert!(
            losses
                .iter()
                .all(|loss| loss.exact && loss.place == LossPlace::Queue)
        );
        assert_eq!(losses[0].from, Timestamp::from_ns(3));
        assert_eq!(losses[0].to, Timestamp::from_ns(6));
    }

    #[test]
    fn a_closed_queue_ends_the_capture() {
        let (sender, queue) = sync_channel(1);
        drop(queue);
        let outlet = Outlet::new(sender, WhenFull::Wait);
        assert!(!outlet.send(captured(&[1]), &mut None));
    }
}
