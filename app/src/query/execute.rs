//! Runs a scan over files and streams what it finds.
//!
//! Workers, as many as there are cores, take the units of the scan in order; one bounded queue carries
//! their batches to the stream. Dropping the stream drops the workers, which end at their next await.
//! A file that cannot be read costs its own rows and makes the answer partial.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::file::DecodedFile;
use super::foreseen::{Foreseen, Wanted};
use super::reader::{FooterCache, LocalReaders, ReadCounters};
use super::route::Router;
use super::scan::{self, Columns, Unit};
use super::select::{VehicleFiles, needs_identity};
use super::stats::Pruned;
use super::worker::{Message, SharedScan};
use super::{
    Completeness, Progress, QueryError, QueryEvent, QueryOutcome, QueryStats, QueryStream,
    SignalQuery,
};
use crate::source::FileProblem;

/// Rows that the scan gives at a time.
const BATCH_ROWS: usize = 32 * 1024;
/// Batches between workers and stream; the memory that waits is this many batches.
const QUEUE_BATCHES: usize = 32;
/// Larger files are read by several workers, each this many bytes.
const UNIT_BYTES: u64 = 64 << 20;
/// How often progress is told at most, apart from the end of files.
const PROGRESS_EVERY: Duration = Duration::from_millis(50);

/// The answer to a query over the files of its vehicle. `problems` are known already: files whose
/// rows are missing because they could not be listed.
pub(crate) fn run(
    files: &VehicleFiles,
    query: SignalQuery,
    footers: Arc<FooterCache>,
    problems: Vec<FileProblem>,
) -> QueryStream {
    let files_total = files.all().len();
    let selected = files.select(&query);
    match Run::start(selected, files_total, query, footers) {
        Ok(run) => Run {
            unlisted: problems,
            ..run
        }
        .into_stream(),
        Err(source) => stream::iter([Err(QueryError::Plan { source })]).boxed(),
    }
}

struct Run {
    started: Instant,
    files: Vec<Arc<DecodedFile>>,
    scan: Option<Arc<SharedScan>>,
    counters: Arc<ReadCounters>,
    foreseen: Foreseen,
    /// `None` until the first poll starts the workers.
    receiver: Option<mpsc::Receiver<Message>>,
    workers: JoinSet<()>,
    /// Units of each file that are not done.
    units_left: Vec<usize>,
    ready: VecDeque<QueryEvent>,
    progress: Progress,
    progress_told: Instant,
    problems: Vec<(usize, FileProblem)>,
    /// Problems of files that are not among those to read.
    unlisted: Vec<FileProblem>,
    stats: QueryStats,
    finished: bool,
}

impl Run {
    fn start(
        files: Vec<Arc<DecodedFile>>,
        files_total: usize,
        query: SignalQuery,
        footers: Arc<FooterCache>,
    ) -> datafusion::error::Result<Self> {
        let started = Instant::now();
        let units = split(&files);
        let counters = Arc::new(ReadCounters::new(units.len()));
        let mut foreseen = Foreseen::new(Vec::new());
        let mut units_left = vec![0; files.len()];
        for unit in &units {
            units_left[unit.file_idx] += 1;
        }
        let scan = if units.is_empty() {
            None
        } else {
            let columns = Columns {
                identity: needs_identity(&files, &query),
                vehicle: files.iter().any(|file| file.has_other_vehicles),
                labels: query.labels,
            };
            let exact_times = files.iter().all(|file| file.has_exact_times());
            let names = scan::column_names(&columns.indices());
            let wanted = Wanted::new(&query, exact_times, names);
            let bytes = units.iter().map(|unit| {
                let footer = footers.get(&unit.file.path, unit.file.bytes);
                wanted.bytes_of(unit, footer.as_deref())
            });
            foreseen = Foreseen::new(bytes.collect());
            let readers = Arc::new(LocalReaders {
                footers,
                counters: Arc::clone(&counters),
            });
            let exec = scan::build(&units, &query, columns, readers, BATCH_ROWS)?;
            Some(Arc::new(SharedScan::new(exec, units, Router::new(query))))
        };
        let file_bytes = files.iter().map(|file| file.bytes).sum();
        Ok(Self {
            started,
            scan,
            counters,
            foreseen,
            receiver: None,
            workers: JoinSet::new(),
            units_left,
            ready: VecDeque::from([QueryEvent::Started {
                files_total: files.len(),
                bytes_total: file_bytes,
            }]),
            progress: Progress {
                files_total: files.len(),
                ..Progress::default()
            },
            progress_told: started,
            problems: Vec::new(),
            unlisted: Vec::new(),
            stats: QueryStats {
                files: Pruned {
                    total: files_total as u64,
                    pruned: (files_total - files.len()) as u64,
                },
                file_bytes,
                ..QueryStats::default()
            },
            files,
            finished: false,
        })
    }

    fn into_stream(self) -> QueryStream {
        stream::unfold(self, |mut run| async move {
            let event = run.next_event().await?;
            Some((Ok(event), run))
        })
        .boxed()
    }

    async fn next_event(&mut self) -> Option<QueryEvent> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.finished {
                return None;
            }
            // Workers start with the first poll, so that they run where the stream is polled.
            let receiver = match &mut self.receiver {
                Some(receiver) => receiver,
                none => none.insert(start_workers(self.scan.as_ref(), &mut self.workers)),
            };
            match receiver.recv().await {
                Some(message) => self.take(message),
                None => self.finish(),
            }
        }
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Routed(routed) => {
                self.stats.rows_without_time += routed.rows_without_time;
                for batch in routed.batches {
                    self.progress.rows += batch.times.len() as u64;
                    self.ready.push_back(QueryEvent::Batch(batch));
                }
                if self.progress_told.elapsed() >= PROGRESS_EVERY {
                    self.tell_progress();
                }
            }
            Message::UnitDone {
                unit,
                file_idx,
                problem,
            } => {
                self.foreseen.done(unit, self.counters.bytes_of(unit));
                self.problems
                    .extend(problem.map(|problem| (file_idx, problem)));
                self.units_left[file_idx] -= 1;
                if self.units_left[file_idx] == 0 {
                    self.progress.files_done += 1;
                    self.tell_progress();
                }
            }
        }
    }

    fn tell_progress(&mut self) {
        self.progress.bytes_read = self.counters.bytes();
        let counters = &self.counters;
        self.progress.bytes_total = self.foreseen.total(|unit| counters.bytes_of(unit));
        self.progress_told = Instant::now();
        self.ready.push_back(QueryEvent::Progress(self.progress));
    }

    /// All workers have ended.
    fn finish(&mut self) {
        self.finished = true;
        for (file_idx, left) in self.units_left.iter().enumerate() {
            if *left > 0 {
                let problem = FileProblem {
                    path: self.files[file_idx].path.display().to_string(),
                    text: "a worker stopped before this file was read to its end".to_owned(),
                };
                self.problems.push((file_idx, problem));
            }
        }
        // One problem per file, in the order of the files, whoever met it first.
        self.problems
            .sort_by(|a, b| (a.0, &a.1.text).cmp(&(b.0, &b.1.text)));
        self.problems.dedup_by_key(|problem| problem.0);
        let mut problems = std::mem::take(&mut self.unlisted);
        let read = std::mem::take(&mut self.problems).into_iter();
        problems.extend(read.map(|(_, problem)| problem));
        if let Some(scan) = &self.scan {
            scan.add_metrics(&mut self.stats);
        }
        self.stats.bytes_read = self.counters.bytes();
        self.stats.requests = self.counters.requests();
        self.stats.rows = self.progress.rows;
        self.stats.elapsed = self.started.elapsed();
        self.ready.push_back(QueryEvent::Finished(QueryOutcome {
            completeness: Completeness::from_problems(problems),
            stats: std::mem::take(&mut self.stats),
        }));
    }
}

fn start_workers(
    scan: Option<&Arc<SharedScan>>,
    workers: &mut JoinSet<()>,
) -> mpsc::Receiver<Message> {
    let (sender, receiver) = mpsc::channel(QUEUE_BATCHES);
    if let Some(scan) = scan {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        for _ in 0..cores.min(scan.n_units()) {
            workers.spawn(Arc::clone(scan).work(sender.clone()));
        }
    }
    receiver
}

/// Cuts large files into byte ranges.
fn split(files: &[Arc<DecodedFile>]) -> Vec<Unit> {
    let mut units = Vec::with_capacity(files.len());
    for (file_idx, file) in files.iter().enumerate() {
        let unit = |byte_range| Unit {
            file: Arc::clone(file),
            file_idx,
            byte_range,
        };
        if file.bytes <= UNIT_BYTES {
            units.push(unit(None));
            continue;
        }
        let mut start = 0;
        while start < file.bytes {
            let end = (start + UNIT_BYTES).min(file.bytes);
            units.push(unit(Some((start, end))));
            start = end;
        }
    }
    units
}
