//! Opens sources: lists lakes, decodes raw files and logs first, makes the demo lake.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use canlake_shared::error_chain;
use parking_lot::Mutex;
use tokio::task::spawn_blocking;

use super::EventSender;
use super::remarks::{self, Remark};
use crate::demo;
use crate::inspect::origin::Inputs;
use crate::source::decode::DbcChoice;
use crate::source::decode_all::decode_all;
use crate::source::inputs::Inputs as GivenInputs;
use crate::source::proposing::proposed;
use crate::source::{ListingProgress, LocalSource, SignalSource, SourceLocation};
use crate::state::{Amount, Event, OpenProgress, SourceId};
use crate::stop::{Stop, StopOnDrop};
use crate::time_display::count_text;

/// The sources that are open.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    by_id: Mutex<BTreeMap<SourceId, Arc<dyn SignalSource>>>,
    /// What was decoded for a source: decoded files and their inputs.
    inputs: Mutex<BTreeMap<SourceId, Arc<Inputs>>>,
}

impl Sources {
    /// The source behind a name.
    pub(crate) fn get(&self, id: SourceId) -> Option<Arc<dyn SignalSource>> {
        self.by_id.lock().get(&id).map(Arc::clone)
    }

    /// Forgets a source.
    pub(crate) fn remove(&self, id: SourceId) {
        self.by_id.lock().remove(&id);
        self.inputs.lock().remove(&id);
    }

    /// Which inputs the files of a source were decoded from, where this program did that.
    pub(crate) fn inputs(&self, id: SourceId) -> Arc<Inputs> {
        let inputs = self.inputs.lock();
        inputs.get(&id).map(Arc::clone).unwrap_or_default()
    }

    pub(crate) fn insert(&self, id: SourceId, source: Arc<dyn SignalSource>) {
        self.by_id.lock().insert(id, source);
    }
}

/// Looks at a source and opens it, or asks for DBC files.
pub(crate) async fn open(
    id: SourceId,
    location: SourceLocation,
    dbc: DbcChoice,
    sources: Arc<Sources>,
    events: EventSender,
) {
    let result = match &location {
        SourceLocation::Local(paths) => {
            open_local(id, &location, paths.clone(), dbc, &sources, &events).await
        }
        _ => match crate::source::open(&location) {
            Ok(source) => list(id, &location, source, Vec::new(), &sources, &events)
                .await
                .map(drop),
            Err(error) => Err(error_chain(&error)),
        },
    };
    if let Err(text) = result {
        events.send(Event::SourceFailed(id, text)).await;
    }
}

/// Makes the demo lake if there is none yet, and opens it.
pub(crate) async fn open_demo(id: SourceId, sources: Arc<Sources>, events: EventSender) {
    let made = {
        let progress = Progress::new(id, &events);
        let running = StopOnDrop::default();
        let stop = running.stop();
        spawn_blocking(move || {
            let root = demo::location()?;
            demo::ensure(&root, &stop, |done, all| {
                let sessions = Amount::Count {
                    done: done as u64,
                    total: all as u64,
                    what: "sessions",
                };
                progress.say("making the demo lake".to_owned(), Some(sessions));
            })?;
            Ok::<_, demo::DemoError>(root)
        })
        .await
    };
    match made {
        Ok(Ok(root)) => {
            open(
                id,
                SourceLocation::path(root.join("decoded")),
                DbcChoice::default(),
                sources,
                events,
            )
            .await;
        }
        Ok(Err(error)) => {
            events
                .send(Event::SourceFailed(id, error_chain(&error)))
                .await;
        }
        Err(error) => {
            events
                .send(Event::SourceFailed(id, error.to_string()))
                .await;
        }
    }
}

/// Progress from a thread that must not wait for the window: what does not fit the queue is left out.
#[derive(Clone)]
struct Progress {
    id: SourceId,
    events: EventSender,
}

impl Progress {
    fn new(id: SourceId, events: &EventSender) -> Self {
        Self {
            id,
            events: events.clone(),
        }
    }

    fn say(&self, text: String, done: Option<Amount>) {
        let progress = OpenProgress { text, done };
        self.events.offer(Event::SourceProgress(self.id, progress));
    }
}

async fn open_local(
    id: SourceId,
    location: &SourceLocation,
    paths: Vec<PathBuf>,
    dbc: DbcChoice,
    sources: &Sources,
    events: &EventSender,
) -> Result<(), String> {
    let mut looked = spawn_blocking(move || GivenInputs::look(paths))
        .await
        .map_err(|error| error.to_string())?;
    if looked.undecoded.is_empty() && looked.measured.is_empty() {
        let source = Arc::new(LocalSource::new(looked.decoded));
        let raw = list(id, location, source, Vec::new(), sources, events).await?;
        if raw.is_empty() {
            return Ok(());
        }
        looked = GivenInputs {
            undecoded: raw,
            ..GivenInputs::default()
        };
    }
    if dbc.paths.is_empty() && !looked.undecoded.is_empty() {
        let running = StopOnDrop::default();
        let stop = running.stop();
        let propose = move || {
            let files = suggest_dbc(&looked.undecoded);
            let only = only_beside(&looked.undecoded, &files);
            let mut proposal = proposed(&looked.undecoded, files, &stop);
            if let (None, Some(only)) = (&proposal.best, only) {
                proposal.best = Some(DbcChoice {
                    paths: vec![only],
                    ..DbcChoice::default()
                });
            }
            proposal
        };
        let proposal = spawn_blocking(propose).await.unwrap_or_default();
        let source = id;
        events
            .send(Event::SourceNeedsDbc { source, proposal })
            .await;
        return Ok(());
    }
    let progress = Progress::new(id, events);
    let running = StopOnDrop::default();
    let stop = running.stop();
    let done = spawn_blocking(move || decode_inputs(looked, &dbc, &stop, &progress))
        .await
        .map_err(|error| error.to_string())??;
    sources.inputs.lock().insert(id, Arc::new(done.inputs));
    let source = Arc::new(LocalSource::new(done.paths));
    list(id, location, source, done.remarks, sources, events).await?;
    Ok(())
}

/// Lists a source and announces it; gives its raw files instead where nothing in it is decoded.
async fn list(
    id: SourceId,
    location: &SourceLocation,
    source: Arc<dyn SignalSource>,
    mut remarks: Vec<Remark>,
    sources: &Sources,
    events: &EventSender,
) -> Result<Vec<PathBuf>, String> {
    let progress = Progress::new(id, events);
    let on_progress = Arc::new(move |listing: ListingProgress| {
        let files = |done: usize| Amount::Count {
            done: done as u64,
            total: listing.files_found as u64,
            what: "files",
        };
        match listing.files_read {
            // How many there are is not known before all are found.
            0 => {
                let found = count_text(listing.files_found as u64);
                progress.say(format!("{found} files found"), None);
            }
            read => progress.say("reading".to_owned(), Some(files(read))),
        }
    });
    let catalogue = source
        .catalogue(on_progress)
        .await
        .map_err(|error| error_chain(&*error))?;
    let raw = GivenInputs::raw_files_of(&catalogue);
    if catalogue.vehicles.is_empty() && !raw.is_empty() {
        return Ok(raw);
    }
    remarks.extend(remarks::undecoded(&raw));
    remarks.extend(remarks::unreadable(&catalogue));
    sources.insert(id, source);
    let location = location.clone();
    events
        .send(Event::SourceReady {
            source: id,
            catalogue,
            location,
            remarks,
        })
        .await;
    Ok(Vec::new())
}

/// The DBC file in the folder of the inputs, if it is the only one there.
fn only_beside(inputs: &[PathBuf], suggestions: &[PathBuf]) -> Option<PathBuf> {
    let folder = inputs.first()?.parent()?.canonicalize().ok()?;
    let mut beside = suggestions
        .iter()
        .filter(|dbc| dbc.parent() == Some(folder.as_path()));
    match (beside.next(), beside.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// DBC files beside the inputs, in a `dbc` folder beside or above them, or in that of the program.
pub(super) fn suggest_dbc(inputs: &[PathBuf]) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for folder in inputs.iter().filter_map(|path| path.parent()) {
        folders.push(folder.to_owned());
        folders.extend(folder.ancestors().take(8).map(|above| above.join("dbc")));
    }
    folders.push(PathBuf::from("dbc"));
    let program = std::env::current_exe()
        .ok()
        .and_then(|path| path.parent().map(|folder| folder.join("dbc")));
    folders.extend(program);
    let mut found = Vec::new();
    for folder in folders {
        let mut here: Vec<_> = std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension.eq_ignore_ascii_case("dbc"))
            })
            .collect();
        here.sort();
        for path in here {
            // One file may be reached by a relative and by an absolute path.
            let path = path.canonicalize().unwrap_or(path);
            if !found.contains(&path) {
                found.push(path);
            }
        }
    }
    found
}

struct Decoded {
    paths: Vec<PathBuf>,
    inputs: Inputs,
    remarks: Vec<Remark>,
}

fn decode_inputs(
    given: GivenInputs,
    choice: &DbcChoice,
    stop: &Stop,
    progress: &Progress,
) -> Result<Decoded, String> {
    let start = Instant::now();
    let all = decode_all(given, choice, stop, |at| {
        // The source has the name of its only file.
        let which = match at.inputs {
            1 => String::new(),
            inputs => {
                let name = at.input.file_name().unwrap_or_default().to_string_lossy();
                format!("{name} ({} of {inputs}), ", at.idx + 1)
            }
        };
        let bytes = Amount::Bytes {
            done: at.bytes,
            total: at.bytes_total,
        };
        let text = match at.frames {
            0 => format!("reading {which}"),
            frames => format!("decoding {which}{} frames", count_text(frames)),
        };
        progress.say(text, Some(bytes));
    });
    let all = all.map_err(|error| error_chain(&error))?;
    tracing::info!(
        "decoded after {:.1} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    Ok(Decoded {
        remarks: remarks::decoded(&all),
        inputs: all.inputs,
        paths: all.paths,
    })
}
