//! One of the workers that read the units of a scan.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use canlake_shared::error_chain;
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::ExecutionPlan as _;
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc;

use super::QueryStats;
use super::route::{Routed, Router};
use super::scan::Unit;
use crate::source::FileProblem;

/// What a worker tells.
#[derive(Debug)]
pub(super) enum Message {
    /// Samples.
    Routed(Routed),
    /// A unit is read to its end, or as far as possible.
    UnitDone {
        /// Its position among the units.
        unit: usize,
        /// The file of the unit.
        file_idx: usize,
        /// Why it was not read to its end.
        problem: Option<FileProblem>,
    },
}

/// A planned scan, shared by its workers.
#[derive(Debug)]
pub(super) struct SharedScan {
    exec: Arc<DataSourceExec>,
    units: Vec<Unit>,
    router: Router,
    next: AtomicUsize,
    context: Arc<TaskContext>,
}

/// The stream has been dropped: nobody wants more.
struct Dropped;

impl SharedScan {
    pub(super) fn new(exec: Arc<DataSourceExec>, units: Vec<Unit>, router: Router) -> Self {
        Self {
            exec,
            units,
            router,
            next: AtomicUsize::new(0),
            context: Arc::new(TaskContext::default()),
        }
    }

    pub(super) fn n_units(&self) -> usize {
        self.units.len()
    }

    /// Adds what the scan counted so far.
    pub(super) fn add_metrics(&self, stats: &mut QueryStats) {
        if let Some(metrics) = self.exec.metrics() {
            stats.add_metrics(&metrics);
        }
    }

    /// Takes unit after unit until there are none.
    pub(super) async fn work(self: Arc<Self>, sender: mpsc::Sender<Message>) {
        loop {
            let part = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(unit) = self.units.get(part) else {
                return;
            };
            // A panic in a decoder, met on a damaged file, must not cost the other files.
            let reading = AssertUnwindSafe(self.read(part, &sender))
                .catch_unwind()
                .await;
            let text = match reading {
                Ok(Ok(Ok(()))) => None,
                Ok(Ok(Err(Dropped))) => return,
                Ok(Err(error)) => Some(error_chain(&error)),
                Err(_panic) => Some("reading it failed unexpectedly".to_owned()),
            };
            let path = || unit.file.path.display().to_string();
            let done = Message::UnitDone {
                unit: part,
                file_idx: unit.file_idx,
                problem: text.map(|text| FileProblem { path: path(), text }),
            };
            if sender.send(done).await.is_err() {
                return;
            }
        }
    }

    async fn read(
        &self,
        part: usize,
        sender: &mpsc::Sender<Message>,
    ) -> Result<Result<(), Dropped>, DataFusionError> {
        let mut batches = self.exec.execute(part, Arc::clone(&self.context))?;
        while let Some(batch) = batches.next().await {
            let routed = self.router.route(&batch?, part).ok_or_else(|| {
                DataFusionError::Internal("a scanned batch lacks a column".to_owned())
            })?;
            if routed.is_empty() {
                continue;
            }
            if sender.send(Message::Routed(routed)).await.is_err() {
                return Ok(Err(Dropped));
            }
        }
        Ok(Ok(()))
    }
}
