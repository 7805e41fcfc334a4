//! Where work runs: one runtime for waiting (`io`), one for computing (`cpu`), none of it on the
//! thread that draws.
//!
//! DataFusion decodes for milliseconds between two awaits; on a runtime shared with network work it
//! would starve that, so it has its own (`cpu`). Whoever asks gets a handle: a [`Task`] for one
//! answer, [`Events`] for many. Dropping the handle cancels the work, which then ends at its next
//! await. Answers are polled (`try_…`), never waited for, by the thread that draws; a [`Wake`] tells
//! it when to look.
//!
//! Not here: what the work is, and any knowledge of a window.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::{Stream, StreamExt as _};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::AbortHandle;

/// Called after something new can be polled: egui's `request_repaint`, or nothing.
pub type Wake = Arc<dyn Fn() + Send + Sync>;

/// A [`Wake`] for callers that wait by themselves.
pub fn no_wake() -> Wake {
    Arc::new(|| {})
}

/// The two runtimes of the program.
///
/// Dropping them abandons what still runs instead of waiting for it.
pub struct Runtimes {
    // `None` only while dropping.
    io: Option<Runtime>,
    cpu: Option<Runtime>,
}

/// Threads that may block in a file system at the same time, per runtime.
const MAX_BLOCKING_THREADS: usize = 16;

impl Runtimes {
    /// Starts the threads: two for waiting, one per core for computing.
    ///
    /// Fails when the operating system gives no threads.
    pub fn new() -> std::io::Result<Self> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            io: Some(build("io", 2)?),
            cpu: Some(build("cpu", cores)?),
        })
    }

    /// Where files are listed and network answers are awaited.
    pub fn io(&self) -> &Handle {
        self.io.as_ref().expect("only dropping takes it").handle()
    }

    /// Where queries run and statistics are computed.
    pub fn cpu(&self) -> &Handle {
        self.cpu.as_ref().expect("only dropping takes it").handle()
    }

    /// Runs `work` on the runtime for waiting.
    pub fn spawn_io<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        wake: Wake,
    ) -> Task<T> {
        spawn(self.io(), work, wake)
    }

    /// Runs `work` on the runtime for computing.
    pub fn spawn_cpu<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
        wake: Wake,
    ) -> Task<T> {
        spawn(self.cpu(), work, wake)
    }

    /// Runs `stream` on the runtime for computing, at most `capacity` items ahead of the reader: when
    /// the queue is full, the work waits.
    pub fn spawn_stream<T: Send + 'static>(
        &self,
        stream: impl Stream<Item = T> + Send + 'static,
        capacity: usize,
        wake: Wake,
    ) -> Events<T> {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        let task = self.cpu().spawn(async move {
            let mut stream = std::pin::pin!(stream);
            while let Some(item) = stream.next().await {
                if sender.send(item).await.is_err() {
                    return;
                }
                wake();
            }
            drop(sender);
            wake();
        });
        Events {
            receiver,
            _cancel: CancelOnDrop(task.abort_handle()),
        }
    }

    /// Runs `work` to its end on the runtime for computing and blocks the calling thread: for
    /// commands and tests, never for the thread that draws.
    pub fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, TaskPanicked> {
        let (sender, receiver) = oneshot::channel();
        // The task's own handle is not needed: the work ends before this returns.
        drop(self.cpu().spawn(async move {
            // The receiver lives until the answer has come.
            drop(sender.send(work.await));
        }));
        receiver.blocking_recv().map_err(|_closed| TaskPanicked)
    }
}

impl Drop for Runtimes {
    fn drop(&mut self) {
        for runtime in [self.io.take(), self.cpu.take()].into_iter().flatten() {
            runtime.shutdown_background();
        }
    }
}

impl fmt::Debug for Runtimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtimes").finish_non_exhaustive()
    }
}

fn build(name: &'static str, threads: usize) -> std::io::Result<Runtime> {
    let next = AtomicUsize::new(0);
    Builder::new_multi_thread()
        .worker_threads(threads)
        .max_blocking_threads(MAX_BLOCKING_THREADS)
        .thread_name_fn(move || format!("{name}-{}", next.fetch_add(1, Ordering::Relaxed)))
        .enable_time()
        .build()
}

fn spawn<T: Send + 'static>(
    on: &Handle,
    work: impl Future<Output = T> + Send + 'static,
    wake: Wake,
) -> Task<T> {
    let (sender, receiver) = oneshot::channel();
    let task = on.spawn(async move {
        // Wakes also when the work panics, so that the reader learns of it.
        let _wake = WakeOnDrop(wake);
        let answer = work.await;
        // A reader that has gone does not want the answer.
        drop(sender.send(answer));
    });
    Task {
        receiver,
        _cancel: CancelOnDrop(task.abort_handle()),
    }
}

/// The work ended without an answer because it panicked: a bug in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a worker stopped unexpectedly; its thread has reported why")]
pub struct TaskPanicked;

/// One answer on its way. Dropping it cancels the work.
#[derive(Debug)]
pub struct Task<T> {
    receiver: oneshot::Receiver<T>,
    _cancel: CancelOnDrop,
}

impl<T> Task<T> {
    /// The answer if it has come, `None` if it has not. To be called until it gives an answer, not
    /// after.
    pub fn try_take(&mut self) -> Option<Result<T, TaskPanicked>> {
        match self.receiver.try_recv() {
            Ok(answer) => Some(Ok(answer)),
            Err(oneshot::error::TryRecvError::Empty) => None,
            Err(oneshot::error::TryRecvError::Closed) => Some(Err(TaskPanicked)),
        }
    }

    /// Waits for the answer: for commands and tests, never for the thread that draws.
    pub fn wait(self) -> Result<T, TaskPanicked> {
        self.receiver
            .blocking_recv()
            .map_err(|_closed| TaskPanicked)
    }
}

/// What a poll of [`Events`] gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next<T> {
    /// The next item.
    Item(T),
    /// Nothing yet.
    Pending,
    /// Nothing any more.
    Ended,
}

/// Many answers on their way, in order. Dropping it cancels the work.
#[derive(Debug)]
pub struct Events<T> {
    receiver: mpsc::Receiver<T>,
    _cancel: CancelOnDrop,
}

impl<T> Events<T> {
    /// The next item if there is one.
    pub fn try_next(&mut self) -> Next<T> {
        match self.receiver.try_recv() {
            Ok(item) => Next::Item(item),
            Err(mpsc::error::TryRecvError::Empty) => Next::Pending,
            Err(mpsc::error::TryRecvError::Disconnected) => Next::Ended,
        }
    }

    /// Waits for the next item: for commands and tests, never for the thread that draws.
    pub fn wait_next(&mut self) -> Option<T> {
        self.receiver.blocking_recv()
    }
}

#[derive(Debug)]
struct CancelOnDrop(AbortHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct WakeOnDrop(Wake);

impl Drop for WakeOnDrop {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn count_wakes() -> (Arc<AtomicUsize>, Wake) {
        let count = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&count);
        let wake = move || {
            counter.fetch_add(1, Ordering::SeqCst);
        };
        (count, Arc::new(wake))
    }

    #[test]
    fn threads_are_named_after_their_runtime() {
        let runtimes = Runtimes::new().unwrap();
        let name = async || std::thread::current().name().map(str::to_owned);
        let on_cpu = runtimes.run(async move { name().await }).unwrap();
        assert!(on_cpu.unwrap().starts_with("cpu-"));
        let name = async || std::thread::current().name().map(str::to_owned);
        let on_io = runtimes
            .spawn_io(async move { name().await }, no_wake())
            .wait()
            .unwrap();
        assert!(on_io.unwrap().starts_with("io-"));
    }

    #[test]
    fn an_answer_wakes_and_is_taken_once() {
        let runtimes = Runtimes::new().unwrap();
        let (wakes, wake) = count_wakes();
        let mut task = runtimes.spawn_cpu(async { 7 }, wake);
        let start = Instant::now();
        while wakes.load(Ordering::SeqCst) == 0 && start.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert_eq!(task.try_take(), Some(Ok(7)));
    }

    #[test]
    fn a_panic_is_an_answer_too() {
        let runtimes = Runtimes::new().unwrap();
        let work = async { assert!(std::hint::black_box(false), "boom") };
        let task = runtimes.spawn_cpu(work, no_wake());
        assert_eq!(task.wait(), Err(TaskPanicked));
    }

    /// Counts down when the work that owns it is dropped.
    struct Alive(Arc<AtomicUsize>);

    impl Drop for Alive {
        fn drop(&mut self) {
            self.0.store(0, Ordering::SeqCst);
        }
    }

    #[test]
    fn dropping_a_handle_cancels_within_200_ms() {
        let runtimes = Runtimes::new().unwrap();
        let alive = Arc::new(AtomicUsize::new(1));
        let guard = Alive(Arc::clone(&alive));
        let endless = futures::stream::unfold(guard, |guard| async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Some(((), guard))
        });
        let mut events = runtimes.spawn_stream(endless, 4, no_wake());
        assert!(events.wait_next().is_some());
        drop(events);
        let start = Instant::now();
        while alive.load(Ordering::SeqCst) == 1 {
            assert!(
                start.elapsed() < Duration::from_millis(200),
                "still running"
            );
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_full_queue_makes_the_work_wait() {
        let runtimes = Runtimes::new().unwrap();
        let made = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&made);
        let numbers = futures::stream::iter(0..1_000).inspect(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        let mut events = runtimes.spawn_stream(numbers, 4, no_wake());
        assert_eq!(events.wait_next(), Some(0));
        assert!(made.load(Ordering::SeqCst) <= 10);
        let rest = std::iter::from_fn(|| events.wait_next()).count();
        assert_eq!(rest, 999);
        assert_eq!(events.try_next(), Next::Ended);
    }
}
