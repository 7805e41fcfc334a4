//! Reading ranges of local files for the Parquet scan, counted, with footers kept between queries.
//!
//! Not here: which ranges are worth reading; the scan decides that from the footer.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::ParquetFileReaderFactory;
use datafusion::error::DataFusionError;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

/// Bytes of decoded footers kept; beyond it the oldest go.
const FOOTER_CACHE_BYTES: usize = 256 << 20;

/// Bytes read at once from a file's end: enough for the footer of most files.
const FOOTER_GUESS_BYTES: usize = 64 << 10;

/// Where a scanned file really is: a path of DataFusion cannot express every path of a file system.
#[derive(Debug, Clone)]
pub(super) struct LocalPath(pub(super) Arc<Path>);

/// What was read during one query.
#[derive(Debug)]
pub(super) struct ReadCounters {
    /// By the partition of the scan.
    bytes: Vec<AtomicU64>,
    requests: AtomicU64,
}

impl ReadCounters {
    /// Of a scan with so many partitions.
    pub(super) fn new(n_partitions: usize) -> Self {
        Self {
            bytes: (0..n_partitions).map(|_| AtomicU64::new(0)).collect(),
            requests: AtomicU64::new(0),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        let bytes = self.bytes.iter();
        bytes.map(|bytes| bytes.load(Ordering::Relaxed)).sum()
    }

    /// Of one partition.
    pub(super) fn bytes_of(&self, partition: usize) -> u64 {
        let bytes = self.bytes.get(partition);
        bytes.map_or(0, |bytes| bytes.load(Ordering::Relaxed))
    }

    fn add(&self, partition: usize, bytes: u64, requests: usize) {
        if let Some(sum) = self.bytes.get(partition) {
            sum.fetch_add(bytes, Ordering::Relaxed);
        }
        self.requests.fetch_add(requests as u64, Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Footers of files, kept between queries.
#[derive(Debug, Default)]
pub(crate) struct FooterCache {
    inner: Mutex<CachedFooters>,
}

#[derive(Debug, Default)]
struct CachedFooters {
    // By path and size: a file that was replaced meanwhile almost never has the same size.
    by_file: HashMap<(Arc<Path>, u64), Arc<ParquetMetaData>>,
    oldest_first: VecDeque<(Arc<Path>, u64)>,
    bytes: usize,
}

impl FooterCache {
    pub(super) fn get(&self, path: &Arc<Path>, size: u64) -> Option<Arc<ParquetMetaData>> {
        let key = (Arc::clone(path), size);
        self.inner.lock().by_file.get(&key).cloned()
    }

    pub(crate) fn insert(&self, path: &Arc<Path>, size: u64, metadata: &Arc<ParquetMetaData>) {
        let key = (Arc::clone(path), size);
        let mut inner = self.inner.lock();
        inner.bytes += metadata.memory_size();
        match inner.by_file.insert(key.clone(), Arc::clone(metadata)) {
            Some(old) => inner.bytes = inner.bytes.saturating_sub(old.memory_size()),
            None => inner.oldest_first.push_back(key),
        }
        while inner.bytes > FOOTER_CACHE_BYTES
            && let Some(oldest) = inner.oldest_first.pop_front()
        {
            if let Some(old) = inner.by_file.remove(&oldest) {
                inner.bytes = inner.bytes.saturating_sub(old.memory_size());
            }
        }
    }
}

/// Makes the readers of one query.
#[derive(Debug)]
pub(super) struct LocalReaders {
    pub(super) footers: Arc<FooterCache>,
    pub(super) counters: Arc<ReadCounters>,
}

impl ParquetFileReaderFactory for LocalReaders {
    fn create_reader(
        &self,
        partition_index: usize,
        file: PartitionedFile,
        _metadata_size_hint: Option<usize>,
        _metrics: &ExecutionPlanMetricsSet,
    ) -> datafusion::error::Result<Box<dyn AsyncFileReader + Send>> {
        let LocalPath(path) = file.extension::<LocalPath>().ok_or_else(|| {
            DataFusionError::Internal("a scanned file has no local path".to_owned())
        })?;
        Ok(Box::new(LocalReader {
            partition: partition_index,
            path: Arc::clone(path),
            size: file.object_meta.size,
            open: None,
            footers: Arc::clone(&self.footers),
            counters: Arc::clone(&self.counters),
        }))
    }
}

struct LocalReader {
    partition: usize,
    path: Arc<Path>,
    size: u64,
    // Opened at the first read, used by one read at a time.
    open: Option<File>,
    footers: Arc<FooterCache>,
    counters: Arc<ReadCounters>,
}

type Bytes = bytes::Bytes;

impl LocalReader {
    /// Reads on a thread that may block, so that a slow disk does not stop the decoding of others.
    async fn read(&mut self, ranges: Vec<Range<u64>>) -> Result<Vec<Bytes>> {
        let total: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        if ranges.iter().any(|range| range.end > self.size) {
            return Err(ParquetError::EOF(
                "the file says that it is longer than it is".to_owned(),
            ));
        }
        self.counters.add(self.partition, total, ranges.len());
        let path = Arc::clone(&self.path);
        let open = self.open.take();
        let reading = tokio::task::spawn_blocking(move || {
            let mut file = match open {
                Some(file) => file,
                None => File::open(&path)?,
            };
            let bytes = ranges
                .into_iter()
                .map(|range| read_range(&mut file, range))
                .collect::<std::io::Result<Vec<_>>>()?;
            std::io::Result::Ok((file, bytes))
        });
        let (file, bytes) = reading
            .await
            .map_err(|error| ParquetError::External(Box::new(error)))?
            .map_err(|error| ParquetError::External(Box::new(error)))?;
        self.open = Some(file);
        Ok(bytes)
    }
}

fn read_range(file: &mut File, range: Range<u64>) -> std::io::Result<Bytes> {
    let len = usize::try_from(range.end - range.start).map_err(std::io::Error::other)?;
    let mut bytes = vec![0; len];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}

impl AsyncFileReader for LocalReader {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, Result<Bytes>> {
        async move {
            let mut bytes = self.read(vec![range]).await?;
            Ok(bytes.pop().expect("one range gives one piece"))
        }
        .boxed()
    }

    fn get_byte_ranges(&mut self, ranges: Vec<Range<u64>>) -> BoxFuture<'_, Result<Vec<Bytes>>> {
        self.read(ranges).boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        _options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, Result<Arc<ParquetMetaData>>> {
        async move {
            if let Some(metadata) = self.footers.get(&self.path, self.size) {
                return Ok(metadata);
            }
            let size = self.size;
            let metadata = ParquetMetaDataReader::new()
                .with_page_index_policy(PageIndexPolicy::Skip)
                .with_prefetch_hint(Some(FOOTER_GUESS_BYTES))
                .load_and_finish(&mut *self, size)
                .await?;
            let metadata = Arc::new(metadata);
            self.footers.insert(&self.path, size, &metadata);
            Ok(metadata)
        }
        .boxed()
    }
}
