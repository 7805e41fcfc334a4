//! Decoded files of this machine: a lake's folders, or files astray.
//!
//! Listing reads every footer once, several at a time, and scans files that do not describe
//! themselves; queries then read exactly the files that hold what was asked for.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use canlake_shared::error_chain;
use canlake_shared::lake::{
    Candidate, Choice, ObjectKey, Partition, SESSION_GAP_DEFAULT_NS, choose_files,
};
use canlake_shared::schema::{SignalKey, first_pages_hash};
use canlake_shared::time::TimeRange;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::OnceCell;

use super::assemble::{self, Part};
use super::footer::{self, DecodedContent, FileContent};
use super::walk::{self, Found, FoundFile};
use super::{
    Catalogue, DecodedFileOrigin, FileProblem, ListingProgress, ListingProgressFn, RawFile,
    SignalSource, SourceError, SourceLocation,
};
use crate::query::{
    self, DecodedFile, FooterCache, QueryError, QueryStream, SignalQuery, VehicleFiles,
};
use crate::stop::StopOnDrop;

/// Footers read at the same time: more than cores, because a disk answers better to several.
const FOOTERS_AT_ONCE: usize = 8;

/// Files and folders of this machine.
#[derive(Debug, Clone)]
pub struct LocalSource {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    location: SourceLocation,
    paths: Vec<PathBuf>,
    footers: Arc<FooterCache>,
    listed: OnceCell<Listed>,
}

/// What a listing found: for people, and for queries.
#[derive(Debug)]
struct Listed {
    catalogue: Arc<Catalogue>,
    files: BTreeMap<Arc<str>, VehicleFiles>,
    /// Files that could not be read; their rows may be missing in an answer.
    unreadable: Vec<Unreadable>,
}

/// A file that could not be read, and what its path says of its rows.
#[derive(Debug)]
struct Unreadable {
    problem: FileProblem,
    partition: Option<Partition>,
}

impl Unreadable {
    fn new(path: &str, text: &str) -> Self {
        let key = path.replace('\\', "/");
        let key = ObjectKey::parse_with_prefix(&key).ok();
        Self {
            problem: FileProblem {
                path: path.to_owned(),
                text: text.to_owned(),
            },
            partition: key.and_then(|(_, key)| key.partition().cloned()),
        }
    }

    /// Whether rows of a query may have been in it: its first row was on the day of its path.
    fn may_concern(&self, query: &SignalQuery) -> bool {
        self.partition.as_ref().is_none_or(|partition| {
            let begins_before_end = partition.date.start().is_none_or(|it| it < query.range.end);
            partition.vehicle.as_str() == &*query.vehicle && begins_before_end
        })
    }
}

impl LocalSource {
    /// Files and folders; nothing is opened yet.
    pub fn new(paths: Vec<PathBuf>) -> Self {
        Self {
            inner: Arc::new(Inner {
                location: SourceLocation::Local(paths.clone()),
                paths,
                footers: Arc::default(),
                listed: OnceCell::new(),
            }),
        }
    }
}

impl SignalSource for LocalSource {
    fn location(&self) -> &SourceLocation {
        &self.inner.location
    }

    fn catalogue(
        &self,
        progress: ListingProgressFn,
    ) -> BoxFuture<'static, Result<Arc<Catalogue>, Arc<SourceError>>> {
        let inner = Arc::clone(&self.inner);
        async move { Ok(Arc::clone(&inner.listed(progress).await?.catalogue)) }.boxed()
    }

    fn query(&self, query: SignalQuery) -> QueryStream {
        let inner = Arc::clone(&self.inner);
        async move {
            let listed = match inner.listed(Arc::new(|_progress| {})).await {
                Ok(listed) => listed,
                Err(source) => return failed(QueryError::Source { source }),
            };
            let Some(files) = listed.files.get(&query.vehicle) else {
                return failed(QueryError::UnknownVehicle {
                    vehicle: query.vehicle.as_ref().to_owned(),
                });
            };
            let unreadable = listed.unreadable.iter();
            let unreadable = unreadable.filter(|it| it.may_concern(&query));
            let problems = unreadable.map(|it| it.problem.clone()).collect();
            query::run(files, query, Arc::clone(&inner.footers), problems)
        }
        .flatten_stream()
        .boxed()
    }
}

fn failed(error: QueryError) -> QueryStream {
    stream::iter([Err(error)]).boxed()
}

impl Inner {
    async fn listed(&self, progress: ListingProgressFn) -> Result<&Listed, Arc<SourceError>> {
        let listing = self.listed.get_or_try_init(|| self.list(progress));
        listing.await.map_err(Arc::new)
    }

    async fn list(&self, progress: ListingProgressFn) -> Result<Listed, SourceError> {
        let found = self.find(Arc::clone(&progress)).await?;
        let files_found = found.files.len();
        let mut contents = Vec::with_capacity(files_found);
        let mut reading = stream::iter(found.files)
            .map(read_file)
            .buffered(FOOTERS_AT_ONCE);
        while let Some(content) = reading.next().await {
            contents.push(content);
            progress(ListingProgress {
                files_found,
                files_read: contents.len(),
            });
        }
        let footers = Arc::clone(&self.footers);
        let assembling = move || Assembly::new(footers, found.problems).assemble(contents);
        Ok(run_blocking(assembling).await)
    }

    async fn find(&self, progress: ListingProgressFn) -> Result<Found, SourceError> {
        let paths = self.paths.clone();
        let tell = move |files_found| {
            progress(ListingProgress {
                files_found,
                files_read: 0,
            });
        };
        // Whoever drops this wants no more folders to be looked at.
        let running = StopOnDrop::default();
        let stop = running.stop();
        run_blocking(move || walk::find(&paths, &stop, tell)).await
    }
}

/// Runs on a thread that may block; a panic goes on here.
async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

type ReadFile = (FoundFile, Result<FileContent, String>);

async fn read_file(found: FoundFile) -> ReadFile {
    let path = found.path.clone();
    let reading = tokio::task::spawn_blocking(move || {
        footer::read(&path, SESSION_GAP_DEFAULT_NS).map_err(|error| error_chain(&error))
    });
    // A panic in a decoder, met on a damaged file, must not cost the other files.
    let damaged = |_panic| Err("not a readable Parquet file: it is inconsistent".to_owned());
    let content = reading.await.unwrap_or_else(damaged);
    (found, content)
}

/// Sorts what was read from the files into a catalogue.
struct Assembly {
    footers: Arc<FooterCache>,
    catalogue: Catalogue,
    /// Lists of keys that files share.
    keys: HashMap<Vec<SignalKey>, Arc<[SignalKey]>>,
    vehicles: BTreeMap<Arc<str>, VehicleParts>,
    unreadable: Vec<Unreadable>,
}

/// What all files have of one vehicle, file by file.
#[derive(Default)]
struct VehicleParts {
    parts: Vec<Part>,
    files: Vec<Arc<DecodedFile>>,
}

impl Assembly {
    fn new(footers: Arc<FooterCache>, problems: Vec<FileProblem>) -> Self {
        let listed = problems.iter();
        Self {
            unreadable: listed
                .map(|it| Unreadable::new(&it.path, &it.text))
                .collect(),
            footers,
            catalogue: Catalogue {
                problems,
                ..Catalogue::default()
            },
            keys: HashMap::new(),
            vehicles: BTreeMap::new(),
        }
    }

    fn assemble(mut self, contents: Vec<ReadFile>) -> Listed {
        let mut decoded: Vec<(FoundFile, Box<DecodedContent>)> = Vec::new();
        for (found, content) in contents {
            self.catalogue.files_total += 1;
            self.catalogue.bytes_total += found.bytes;
            match content {
                Ok(FileContent::Decoded(content)) => decoded.push((found, content)),
                Ok(FileContent::Raw(vehicle)) => self.catalogue.raw_files.push(RawFile {
                    path: text_of(&found),
                    vehicle,
                    bytes: found.bytes,
                }),
                Ok(FileContent::Other) => {}
                Err(text) => {
                    self.unreadable
                        .push(Unreadable::new(&text_of(&found), &text));
                    self.problem(&found, text);
                }
            }
        }
        let choices = choices(&decoded);
        for ((found, content), choice) in decoded.into_iter().zip(choices) {
            for warning in &content.warnings {
                self.problem(&found, warning.to_string());
            }
            if choice.is_read() {
                self.add(&found, *content);
            } else {
                self.catalogue.superseded.push(text_of(&found));
            }
        }
        self.finish()
    }

    fn problem(&mut self, found: &FoundFile, text: String) {
        self.catalogue.problems.push(FileProblem {
            path: text_of(found),
            text,
        });
    }

    fn add(&mut self, found: &FoundFile, content: DecodedContent) {
        let path: Arc<Path> = Arc::from(found.path.as_path());
        self.footers.insert(&path, found.bytes, &content.metadata);
        let n_vehicles = content.vehicles.len().max(1);
        for vehicle in content.vehicles {
            let keys: Vec<SignalKey> = vehicle.signals.iter().map(|it| it.key.clone()).collect();
            let keys = self
                .keys
                .entry(keys)
                .or_insert_with_key(|keys| keys.as_slice().into());
            let file = DecodedFile {
                path: Arc::clone(&path),
                bytes: found.bytes,
                schema: Arc::clone(&content.schema),
                range: vehicle.range,
                signals: Arc::clone(keys),
                has_other_vehicles: n_vehicles > 1,
            };
            let part = Part {
                range: vehicle.range,
                rows: vehicle.rows,
                bytes: found.bytes / n_vehicles as u64,
                coverage: vehicle.coverage,
                loss: content.summary.recording.loss.clone(),
                signals: vehicle.signals,
            };
            self.catalogue.decoded_files.push(DecodedFileOrigin {
                path: Arc::clone(&path),
                vehicle: Arc::clone(&vehicle.vehicle),
                range: vehicle.range,
                sources: content.summary.sources.clone(),
                dbc: content.summary.dbc.clone(),
            });
            let known = self.vehicles.entry(vehicle.vehicle).or_default();
            known.parts.push(part);
            known.files.push(Arc::new(file));
        }
    }

    fn finish(mut self) -> Listed {
        let mut vehicle_files = BTreeMap::new();
        for (id, VehicleParts { parts, files }) in self.vehicles {
            let vehicle = assemble::vehicle(&id, &parts, SESSION_GAP_DEFAULT_NS);
            self.catalogue.vehicles.push(vehicle);
            vehicle_files.insert(id, VehicleFiles::new(files));
        }
        self.catalogue
            .problems
            .sort_by(|a, b| (&a.path, &a.text).cmp(&(&b.path, &b.text)));
        Listed {
            catalogue: Arc::new(self.catalogue),
            files: vehicle_files,
            unreadable: self.unreadable,
        }
    }
}

fn text_of(found: &FoundFile) -> String {
    found.path.display().to_string()
}

/// Which of the files to read, so that each recording is read once.
fn choices(decoded: &[(FoundFile, Box<DecodedContent>)]) -> Vec<Choice> {
    let keys: Vec<String> = decoded
        .iter()
        .map(|(found, _)| found.path.to_string_lossy().replace('\\', "/"))
        .collect();
    // Files that do not say what they are made of are told apart by their content, which is only
    // looked at where everything else agrees.
    let mut alike: HashMap<(u64, Option<TimeRange>), usize> = HashMap::new();
    let likeness = |content: &DecodedContent| (content.summary.rows, content.summary.time_range);
    for (_, content) in decoded {
        *alike.entry(likeness(content)).or_default() += 1;
    }
    let first_pages = |found: &FoundFile, content: &DecodedContent| {
        let is_alone = alike.get(&likeness(content)).is_none_or(|&count| count < 2);
        if is_alone || !content.summary.sources.is_empty() {
            return None;
        }
        // A file that cannot be read now is no known duplicate; reading it will tell why.
        first_pages_hash(&File::open(&found.path).ok()?).ok()
    };
    let candidates: Vec<Candidate<'_>> = decoded
        .iter()
        .zip(&keys)
        .map(|((found, content), key)| Candidate {
            key,
            modified: found.modified,
            summary: &content.summary,
            first_pages: first_pages(found, content),
        })
        .collect();
    choose_files(&candidates)
}
