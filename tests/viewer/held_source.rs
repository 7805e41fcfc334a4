//! A source that answers half of what it is asked, and the rest when the test lets it.

use std::sync::Arc;

use canlake::query::{Progress, QueryEvent, QueryStream, SignalBatch, SignalQuery};
use canlake::source::{
    Catalogue, ListingProgressFn, MemorySignal, MemorySource, SignalSource, SourceError,
    SourceLocation,
};
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _, stream};
use tokio::sync::watch;

/// Bytes that a query says it reads, and reads before it is held.
pub(crate) const BYTES: (u64, u64) = (10_000, 4_000);

/// Lets queries end.
#[derive(Debug)]
pub(crate) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn close(&self) {
        self.0.send_replace(false);
    }
}

#[derive(Debug)]
pub(crate) struct HeldSource {
    inner: MemorySource,
    is_open: watch::Receiver<bool>,
}

impl HeldSource {
    /// Held from the beginning.
    pub(crate) fn new(signals: Vec<MemorySignal>) -> (Self, Gate) {
        let (sender, is_open) = watch::channel(false);
        let inner = MemorySource::new(SourceLocation::path("held"), signals);
        (Self { inner, is_open }, Gate(sender))
    }
}

impl SignalSource for HeldSource {
    fn location(&self) -> &SourceLocation {
        self.inner.location()
    }

    fn catalogue(
        &self,
        progress: ListingProgressFn,
    ) -> BoxFuture<'static, Result<Arc<Catalogue>, Arc<SourceError>>> {
        self.inner.catalogue(progress)
    }

    fn query(&self, query: SignalQuery) -> QueryStream {
        let all = self.inner.query(query);
        let mut is_open = self.is_open.clone();
        async move {
            let (mut now, mut later) = (Vec::new(), Vec::new());
            for event in all.collect::<Vec<_>>().await {
                match event {
                    Ok(QueryEvent::Batch(batch)) => {
                        let (first, second) = halves(&batch);
                        now.push(Ok(QueryEvent::Batch(first)));
                        later.push(Ok(QueryEvent::Batch(second)));
                    }
                    Ok(started @ QueryEvent::Started { .. }) => now.push(Ok(started)),
                    other => later.push(other),
                }
            }
            let (bytes_total, bytes_read) = BYTES;
            now.push(Ok(QueryEvent::Progress(Progress {
                bytes_read,
                bytes_total,
                ..Progress::default()
            })));
            let rest = async move {
                // Without the gate nobody waits any more.
                is_open.wait_for(|is_open| *is_open).await.ok();
                stream::iter(later)
            };
            stream::iter(now).chain(rest.flatten_stream())
        }
        .flatten_stream()
        .boxed()
    }
}

fn halves(batch: &SignalBatch) -> (SignalBatch, SignalBatch) {
    let (middle, end) = (batch.times.len() / 2, batch.times.len());
    let part = |from: usize, to: usize| SignalBatch {
        times: batch.times.slice(from, to - from),
        values: batch.values.slice(from, to - from),
        ..batch.clone()
    };
    (part(0, middle), part(middle, end))
}
