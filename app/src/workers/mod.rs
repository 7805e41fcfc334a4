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
mod spawn;
mod summary;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use export::Draw;
pub use file_dialogs::{Choose, FileDialogs, FileQuestion, SystemDialogs};
pub use spawn::EventSender;
use spawn::Spawner;
use tokio::sync::mpsc::Receiver;

use crate::runtime::{Task, Wake};
use crate::source::SignalSource;
use crate::state::inspector::InspectEffect;
use crate::state::{
    Effect, Event, ExportEffect, ExportEvent, ExportId, LayoutEffect, LoadId, PanelId,
    PictureOrder, ShiftOrder, SourceId,
};
use crate::stop::StopOnDrop;

/// The tasks that run, and the sources they read.
pub struct Workers {
    spawner: Spawner,
    received: Receiver<Event>,
    dialogs: Arc<dyn FileDialogs>,
    sources: Arc<open::Sources>,
    opening: BTreeMap<SourceId, Task<()>>,
    loading: BTreeMap<LoadId, load::Running>,
    summaries: BTreeMap<PanelId, summary::Running>,
    shifting: Option<Task<()>>,
    computing: compute::Computing,
    inspection: inspect::Inspection,
    exporting: BTreeMap<ExportId, (Task<()>, Option<StopOnDrop>)>,
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
        let (spawner, received) = Spawner::new(wake)?;
        Ok(Self {
            spawner,
            received,
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
        let events = self.spawner.events.clone();
        match effect {
            Effect::Open {
                source,
                location,
                dbc,
            } => {
                let sources = Arc::clone(&self.sources);
                self.start_opening(source, open::open(source, location, dbc, sources, events));
            }
            Effect::OpenDemo(source) => {
                let sources = Arc::clone(&self.sources);
                self.start_opening(source, open::open_demo(source, sources, events));
            }
            // Dropping the task cancels it.
            Effect::CancelOpen(source) => drop(self.opening.remove(&source)),
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
                let source = self.sources.get(vehicle.source);
                let order = load::Order {
                    load,
                    vehicle,
                    signals,
                    range,
                    recording_gaps,
                    shift_ns,
                    max_bytes,
                };
                let running = load::start(&self.spawner, order, source);
                self.loading.insert(load, running);
            }
            Effect::Cancel(load) => {
                if let Some(running) = self.loading.get_mut(&load) {
                    running.cancel();
                }
                self.computing.cancel(load);
            }
            Effect::Summarise(panel, question) => {
                let running = summary::start(&self.spawner, panel, question);
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
            } => {
                let spawner = &self.spawner;
                self.computing
                    .find_first(of, computation, at_least_ns, spawner);
            }
            Effect::StopFirsts(gone) => self.computing.stop_firsts(&gone),
            Effect::Inspect(effect) => self.inspect(effect),
            Effect::Layout(effect) => self.arrange(effect),
            Effect::Share(effect) => {
                let sources = Arc::clone(&self.sources);
                let work = share::perform(effect, sources, events);
                self.start("copying the plot as code", work);
            }
            Effect::Note(effect) => {
                self.start("reading or writing notes", notes::perform(effect, events));
            }
            Effect::Compute(effect) => self.computing.start(effect, &self.spawner),
            Effect::PickFiles => self.pick(pick::files()),
            Effect::PickFolder => self.pick(pick::folder()),
            Effect::PickDbc(source) => self.pick(pick::dbc(source)),
            Effect::Quit | Effect::ToggleFullScreen => {}
        }
    }

    fn shift(&mut self, orders: Vec<ShiftOrder>) {
        let work = shift::run(orders, self.spawner.events.clone());
        let panicked = |text| Event::Shifted(Err(text));
        self.shifting = Some(self.spawner.cpu(work, panicked));
    }

    /// What has come since the last call.
    pub fn poll(&mut self) -> Vec<Event> {
        self.forget_ended();
        let mut events = Vec::new();
        while let Ok(event) = self.received.try_recv() {
            events.push(event);
        }
        events
    }

    /// Draws a picture and writes it.
    pub fn export_png(&mut self, order: PictureOrder, draw: Draw) {
        let stop = StopOnDrop::default();
        let (id, events) = (order.id, self.spawner.events.clone());
        let work = export::picture(order, draw, stop.stop(), events);
        self.start_export(id, work, Some(stop));
    }

    fn export(&mut self, effect: ExportEffect) {
        let events = self.spawner.events.clone();
        match effect {
            ExportEffect::PickTarget(kind, suggested) => {
                self.pick(pick::export_target(kind, suggested));
            }
            ExportEffect::Samples(order) => {
                self.start_export(order.id, export::samples(*order, events), None);
            }
            ExportEffect::Events {
                id,
                target,
                events: found,
                options,
                zone,
            } => {
                let work = export::found_events(id, target, found, options, zone, events);
                self.start_export(id, work, None);
            }
            // Dropping the task cancels it.
            ExportEffect::Cancel(id) => drop(self.exporting.remove(&id)),
            // Drawn by the window.
            ExportEffect::Picture(_) => {}
        }
    }

    fn start_export(
        &mut self,
        id: ExportId,
        work: impl Future<Output = ()> + Send + 'static,
        stop: Option<StopOnDrop>,
    ) {
        let panicked = move |text| Event::Export(ExportEvent::Ended(id, Err(text)));
        let task = self.spawner.cpu(work, panicked);
        self.exporting.insert(id, (task, stop));
    }

    /// Takes a source that is open already, under a name.
    pub fn insert_source(&self, id: SourceId, source: Arc<dyn SignalSource>) {
        self.sources.insert(id, source);
    }

    /// Whether nothing is being worked on: what has ended has sent its last event by then. What is
    /// inspected does not count, because only a window shows it.
    pub fn is_idle(&mut self) -> bool {
        self.forget_ended();
        self.opening.is_empty()
            && self.loading.is_empty()
            && self.exporting.is_empty()
            && self.others.is_empty()
            && self.summaries.is_empty()
            && self.shifting.is_none()
            && self.computing.is_idle()
    }

    /// The opened source behind a name, for whoever asks it directly.
    pub fn source(&self, id: SourceId) -> Option<Arc<dyn SignalSource>> {
        self.sources.get(id)
    }

    fn forget_ended(&mut self) {
        let runs = |task: &mut Task<()>| task.try_take().is_none();
        self.opening.retain(|_, task| runs(task));
        self.loading.retain(|_, running| runs(&mut running.task));
        self.summaries.retain(|_, running| runs(&mut running.task));
        self.exporting.retain(|_, (task, _)| runs(task));
        self.others.retain_mut(runs);
        self.shifting.take_if(|task| !runs(task));
        self.computing.forget_ended();
        self.inspection.forget_ended();
    }

    fn start_opening(&mut self, source: SourceId, work: impl Future<Output = ()> + Send + 'static) {
        let panicked = move |text| Event::SourceFailed(source, text);
        // A task that opened the same source before is dropped, which cancels it.
        self.opening
            .insert(source, self.spawner.cpu(work, panicked));
    }

    fn arrange(&mut self, effect: LayoutEffect) {
        match effect {
            LayoutEffect::PickFile => self.pick(pick::layout()),
            LayoutEffect::PickTarget(suggested) => self.pick(pick::layout_target(suggested)),
            effect => {
                let work = layouts::perform(effect, self.spawner.events.clone());
                self.start("reading or writing a layout", work);
            }
        }
    }

    /// Starts work of which nothing is known meanwhile; `what` names it, should it fail.
    fn start(&mut self, what: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.spawner.cpu(work, panicked_in(what));
        self.others.push(task);
    }

    fn inspect(&mut self, effect: InspectEffect) {
        if let InspectEffect::PickDbc(source) = effect {
            return self.pick(pick::inspected_dbc(source));
        }
        self.inspection.start(effect, &self.sources, &self.spawner);
    }

    fn pick(&mut self, pick: pick::Pick) {
        let work = pick.run(Arc::clone(&self.dialogs), self.spawner.events.clone());
        let task = self.spawner.io(work, panicked_in("choosing files"));
        self.others.push(task);
    }
}

fn panicked_in(what: &'static str) -> impl FnOnce(String) -> Event + Send + 'static {
    move |text| Event::Panicked(format!("{what} failed: {text}"))
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::BoxFuture;

    use super::*;
    use crate::runtime::no_wake;

    #[derive(Debug)]
    struct Broken;

    impl FileDialogs for Broken {
        fn ask(&self, _question: FileQuestion) -> BoxFuture<'static, Vec<std::path::PathBuf>> {
            async { panic!("boom") }.boxed()
        }
    }

    /// As the headless commands wait: what has ended before it was looked at is still told.
    #[test]
    fn whatever_panics_is_told() {
        let mut workers = Workers::new(no_wake(), Arc::new(Broken)).unwrap();
        workers.perform(Effect::PickFiles);
        while !workers.is_idle() {
            std::thread::yield_now();
        }
        let events = workers.poll();
        let [Event::Panicked(text)] = events.as_slice() else {
            panic!("other events: {events:?}");
        };
        assert!(text.starts_with("choosing files failed: "), "{text}");
    }
}
