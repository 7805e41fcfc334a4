//! Carries out what the state asks for, away from the thread that draws.
//!
//! [`Workers::perform`] starts an [`Effect`], [`Workers::poll`] gives the [`Event`]s that have come
//! since. Neither waits. A task is cancelled by dropping its handle or, where what has arrived must
//! be kept, by its own signal. The queue of events is bounded: when it is full, the work waits for
//! the window to take some.

mod compute;
mod export;
mod file_dialogs;
mod inspect;
pub(crate) mod layouts;
mod load;
mod notes;
mod open;
mod pick;
mod remarks;
mod share;
mod shift;
mod summary;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub use file_dialogs::{Choose, FileDialogs, FileQuestion, SystemDialogs};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::runtime::{Runtimes, Task, Wake};
use crate::source::SignalSource;
use crate::state::inspector::{InspectEffect, InspectEvent};
use crate::state::{
    Computation, Effect, Event, ExportEffect, ExportEvent, ExportId, FirstOf, LayoutEffect, LoadId,
    PanelId, PictureOrder, ShiftOrder, SourceId,
};

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
}

impl EventSender {
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

/// The tasks that run, and the sources they read.
pub struct Workers {
    runtimes: Runtimes,
    events: EventSender,
    received: Receiver<Event>,
    wake: Wake,
    dialogs: Arc<dyn FileDialogs>,
    sources: Arc<open::Sources>,
    opening: BTreeMap<SourceId, Task<()>>,
    loading: BTreeMap<LoadId, load::Running>,
    summaries: BTreeMap<PanelId, summary::Running>,
    shifting: Option<Task<()>>,
    computing: compute::Computing,
    inspection: inspect::Inspection,
    exporting: BTreeMap<ExportId, Task<()>>,
    others: Vec<Task<()>>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers").finish_non_exhaustive()
    }
}

impl Workers {
    /// Starts the runtimes. `wake` is called from any thread when there is something to poll.
    pub fn new(wake: Wake, dialogs: Arc<dyn FileDialogs>) -> std::io::Result<Self> {
        let (sender, received) = channel(QUEUE);
        let events = EventSender {
            sender,
            wake: Arc::clone(&wake),
        };
        Ok(Self {
            runtimes: Runtimes::new()?,
            events,
            received,
            wake,
            dialogs,
            sources: Arc::default(),
            opening: BTreeMap::new(),
            loading: BTreeMap::new(),
            summaries: BTreeMap::new(),
            shifting: None,
            computing: compute::Computing::default(),
            inspection: inspect::Inspection::default(),
            exporting: BTreeMap::new(),
            others: Vec::new(),
        })
    }

    /// Starts what is asked for. Effects of the window itself (quit, full screen, PNG) are not ours.
    pub fn perform(&mut self, effect: Effect) {
        self.others.retain_mut(|task| task.try_take().is_none());
        match effect {
            Effect::Open {
                source,
                location,
                dbc,
            } => {
                let work = open::open(
                    source,
                    location,
                    dbc,
                    Arc::clone(&self.sources),
                    self.events.clone(),
                );
                self.start_opening(source, work);
            }
            Effect::OpenDemo(source) => {
                let work = open::open_demo(source, Arc::clone(&self.sources), self.events.clone());
                self.start_opening(source, work);
            }
            Effect::Close(source) => {
                self.opening.remove(&source);
                self.sources.remove(source);
            }
            Effect::Load {
                load,
                vehicle,
                signals,
                range,
                recording_gaps,
                shift_ns,
                max_bytes,
            } => {
                let order = load::Order {
                    load,
                    vehicle,
                    signals,
                    range,
                    recording_gaps,
                    shift_ns,
                    max_bytes,
                };
                let source = self.sources.get(order.vehicle.source);
                let running = load::start(
                    &self.runtimes,
                    order,
                    source,
                    self.events.clone(),
                    Arc::clone(&self.wake),
                );
                self.loading.insert(load, running);
            }
            Effect::Cancel(load) => {
                if let Some(running) = self.loading.get_mut(&load) {
                    running.cancel();
                }
                if let Some(event) = self.computing.cancel(load) {
                    self.events.offer(Event::Computed(event));
                }
            }
            Effect::Summarise(panel, question) => {
                let events = self.events.clone();
                let wake = Arc::clone(&self.wake);
                let running = summary::start(&self.runtimes, panel, question, events, wake);
                self.summaries.insert(panel, running);
            }
            Effect::StopSummary(panel) => {
                self.summaries.remove(&panel);
            }
            Effect::Export(effect) => self.export(effect),
            Effect::Shift(orders) => self.shift(orders),
            Effect::FindFirst {
                of,
                computation,
                at_least_ns,
            } => self.find_first(of, computation, at_least_ns),
            Effect::Inspect(effect) => self.inspect(effect),
            Effect::Layout(effect) => self.arrange(effect),
            Effect::Share(effect) => {
                let sources = Arc::clone(&self.sources);
                self.start(share::perform(effect, sources, self.events.clone()));
            }
            Effect::Note(effect) => {
                self.start(notes::perform(effect, self.events.clone()));
            }
            Effect::Compute(effect) => {
                self.computing
                    .start(effect, &self.runtimes, &self.events, &self.wake);
            }
            Effect::PickFiles => self.pick(pick::files()),
            Effect::PickFolder => self.pick(pick::folder()),
            Effect::PickDbc(source) => self.pick(pick::dbc(source)),
            Effect::Quit | Effect::ToggleFullScreen => {}
        }
    }

    fn find_first(&mut self, of: FirstOf, computation: Computation, at_least_ns: i64) {
        let events = self.events.clone();
        let work = async move {
            // Short, and of use whatever comes next: it runs to its end.
            let stop = AtomicBool::new(false);
            let first = compute::first(&computation, at_least_ns, &stop);
            let result = first.map_err(|error| error.to_string());
            let inputs = computation.inputs;
            let event = Event::FoundFirst { of, inputs, result };
            events.send(event).await;
        };
        let task = self.runtimes.spawn_cpu(work, Arc::clone(&self.wake));
        self.others.push(task);
    }

    fn shift(&mut self, orders: Vec<ShiftOrder>) {
        let work = shift::run(orders, self.events.clone());
        self.shifting = Some(self.runtimes.spawn_cpu(work, Arc::clone(&self.wake)));
    }

    /// What has come since the last call.
    pub fn poll(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Ok(event) = self.received.try_recv() {
            if let Event::LoadEnded { load, .. } = &event {
                self.loading.remove(load);
            }
            events.push(event);
        }
        events.extend(self.panicked());
        events
    }

    /// Draws a picture and writes it.
    pub fn export_png(
        &mut self,
        order: PictureOrder,
        draw: impl FnOnce() -> crate::export::Picture + Send + 'static,
    ) {
        let id = order.id;
        let work = export::picture(order, draw, self.events.clone());
        let task = self.runtimes.spawn_cpu(work, Arc::clone(&self.wake));
        self.exporting.insert(id, task);
    }

    fn export(&mut self, effect: ExportEffect) {
        match effect {
            ExportEffect::PickTarget(kind, suggested) => {
                self.pick(pick::export_target(kind, suggested));
            }
            ExportEffect::Samples(order) => {
                let id = order.id;
                let work = export::samples(*order, self.events.clone());
                let task = self.runtimes.spawn_cpu(work, Arc::clone(&self.wake));
                self.exporting.insert(id, task);
            }
            ExportEffect::Events {
                id,
                target,
                events,
                options,
                zone,
            } => {
                let sender = self.events.clone();
                let work = export::found_events(id, target, events, options, zone, sender);
                let task = self.runtimes.spawn_cpu(work, Arc::clone(&self.wake));
                self.exporting.insert(id, task);
            }
            // Dropping the task cancels it.
            ExportEffect::Cancel(id) => drop(self.exporting.remove(&id)),
            // Drawn by the window.
            ExportEffect::Picture(_) => {}
        }
    }

    /// Takes a source that is open already, under a name.
    pub fn insert_source(&self, id: SourceId, source: Arc<dyn SignalSource>) {
        self.sources.insert(id, source);
    }

    /// Whether nothing is being worked on.
    pub fn is_idle(&mut self) -> bool {
        self.others.retain_mut(|task| task.try_take().is_none());
        self.summaries
            .retain(|_, running| running.task.try_take().is_none());
        self.opening.is_empty()
            && self.loading.is_empty()
            && self.exporting.is_empty()
            && self.others.is_empty()
            && self.summaries.is_empty()
            && self.computing.is_idle()
    }

    /// The opened source behind a name, for whoever asks it directly.
    pub fn source(&self, id: SourceId) -> Option<Arc<dyn SignalSource>> {
        self.sources.get(id)
    }

    fn start_opening(&mut self, source: SourceId, work: impl Future<Output = ()> + Send + 'static) {
        // A task that opened the same source before is dropped, which cancels it.
        self.opening.insert(
            source,
            self.runtimes.spawn_cpu(work, Arc::clone(&self.wake)),
        );
    }

    fn arrange(&mut self, effect: LayoutEffect) {
        match effect {
            LayoutEffect::PickFile => self.pick(pick::layout()),
            LayoutEffect::PickTarget(suggested) => self.pick(pick::layout_target(suggested)),
            effect => self.start(layouts::perform(effect, self.events.clone())),
        }
    }

    fn start(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.runtimes.spawn_cpu(work, Arc::clone(&self.wake));
        self.others.push(task);
    }

    fn inspect(&mut self, effect: InspectEffect) {
        if let InspectEffect::PickDbc(source) = effect {
            return self.pick(pick::inspected_dbc(source));
        }
        self.inspection.start(
            effect,
            &self.sources,
            &self.runtimes,
            &self.events,
            &self.wake,
        );
    }

    fn pick(&mut self, pick: pick::Pick) {
        let work = pick.run(Arc::clone(&self.dialogs), self.events.clone());
        self.others
            .push(self.runtimes.spawn_io(work, Arc::clone(&self.wake)));
    }

    /// Tasks that ended without telling: a bug, but one that the user must hear of.
    fn panicked(&mut self) -> Vec<Event> {
        let stopped = self.inspection.panicked().into_iter();
        let mut events: Vec<Event> = stopped
            .map(|topic| Event::Inspected(InspectEvent::Stopped(topic)))
            .collect();
        events.extend(self.computing.panicked().into_iter().map(Event::Computed));
        self.opening.retain(|source, task| match task.try_take() {
            None => true,
            Some(Ok(())) => false,
            Some(Err(panicked)) => {
                events.push(Event::SourceFailed(*source, panicked.to_string()));
                false
            }
        });
        self.exporting.retain(|id, task| match task.try_take() {
            None => true,
            Some(Ok(())) => false,
            Some(Err(panicked)) => {
                let ended = ExportEvent::Ended(*id, Err(panicked.to_string()));
                events.push(Event::Export(ended));
                false
            }
        });
        self.summaries
            .retain(|panel, running| match running.task.try_take() {
                None => true,
                Some(Ok(())) => false,
                Some(Err(panicked)) => {
                    let question = Arc::clone(&running.question);
                    let result = Err(panicked.to_string());
                    events.push(Event::Summarised(*panel, question, result));
                    false
                }
            });
        self.loading
            .retain(|load, running| match running.task.try_take() {
                None => true,
                // The last event may still be in the queue.
                Some(Ok(())) => false,
                Some(Err(panicked)) => {
                    events.push(Event::LoadEnded {
                        load: *load,
                        parts: Vec::new(),
                        result: Err(panicked.to_string()),
                    });
                    false
                }
            });
        if let Some(ended) = self.shifting.as_mut().and_then(Task::try_take) {
            self.shifting = None;
            if let Err(panicked) = ended {
                events.push(Event::Shifted(Err(panicked.to_string())));
            }
        }
        events
    }
}
