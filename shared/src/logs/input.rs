//! From an input of any kind to the reader that suits it: what is packed is unpacked, the format is
//! found by content.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::packed::unpack;
use super::peek::peek;
use super::read_at::{ReadAt, Stretch};
use super::skip::excerpt;
use super::{LogError, LogReader, SkipReason, zip};
use super::{asc, blf, busmaster, canboat, candump, crtd, csv, mf4, pcap, trc};

/// How much is looked at to find the format.
const SNIFF_BYTES: u64 = 64 * 1024;

/// How a format is found and read.
pub(super) struct Format {
    /// Whether the first bytes of a log are its.
    pub(super) looks_like: fn(&[u8]) -> bool,
    /// Begins to read.
    pub(super) open: fn(LogInput) -> Result<Box<dyn LogReader>, LogError>,
}

/// All that are known. The first that says yes is taken: those with a signature stand before those
/// that look for one good line.
const FORMATS: &[Format] = &[
    blf::FORMAT,
    mf4::FORMAT,
    pcap::FORMAT_NG,
    pcap::FORMAT,
    candump::FORMAT,
    asc::FORMAT,
    trc::FORMAT,
    crtd::FORMAT,
    busmaster::FORMAT,
    canboat::FORMAT,
    csv::FORMAT,
    candump::screen::FORMAT,
];

/// The bytes of a log, unpacked.
pub(crate) struct LogInput {
    bytes: Box<dyn Read + Send>,
    /// The same bytes at any place, where nothing had to be unpacked.
    plain: Option<Arc<dyn ReadAt>>,
    consumed: Consumed,
    unpacked: u64,
    name: String,
    head: Vec<u8>,
}

/// Bytes taken from the input before they were unpacked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Consumed(Arc<AtomicU64>);

impl Consumed {
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// The bytes of a log at any place.
pub(crate) struct AnyPlace {
    pub(crate) bytes: Arc<dyn ReadAt>,
    /// Why there are not more of them.
    pub(crate) damage: Option<SkipReason>,
}

impl LogInput {
    /// Unpacks to more than this only if it is no bomb.
    const SURE_BYTES: u64 = 256 << 20;
    /// No log shrinks to less than this part: deflate ends at a 1032nd, and logs have clocks in them.
    const MAX_RATIO: u64 = 1000;
    /// What is unpacked into memory for a format that needs its bytes at any place.
    const MAX_IN_MEMORY: u64 = 256 << 20;

    /// Opens an input that is no archive.
    pub(crate) fn open(input: impl ReadAt + 'static, name: &str) -> Result<Self, LogError> {
        Self::whole(Arc::new(input), name)
    }

    fn whole(source: Arc<dyn ReadAt>, name: &str) -> Result<Self, LogError> {
        let consumed = Consumed::default();
        let bytes = CountingRead {
            inner: Stretch::new(Arc::clone(&source), 0, u64::MAX),
            consumed: consumed.clone(),
        };
        Self::new(Box::new(bytes), Some(source), consumed, name)
    }

    /// `plain` gives the same bytes at any place.
    pub(super) fn new(
        bytes: Box<dyn Read + Send>,
        plain: Option<Arc<dyn ReadAt>>,
        consumed: Consumed,
        name: &str,
    ) -> Result<Self, LogError> {
        let io_error = |source| LogError::Io {
            offset: 0,
            name: name.to_owned(),
            source,
        };
        let (bytes, is_packed) = unpack(bytes).map_err(io_error)?;
        let (head, bytes) = peek(bytes, SNIFF_BYTES).map_err(io_error)?;
        if head.is_empty() {
            return Err(LogError::Empty {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            bytes: Box::new(bytes),
            plain: plain.filter(|_| !is_packed),
            consumed,
            unpacked: 0,
            name: name.to_owned(),
            head,
        })
    }

    /// No reader knows these bytes.
    pub(super) fn unknown_format(&self) -> LogError {
        LogError::UnknownFormat {
            excerpt: excerpt(&self.head, 40),
            name: self.name.clone(),
        }
    }

    /// The first bytes, as many as were looked at to find the format.
    pub(crate) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Name for error messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes taken from the input before they were unpacked.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.get()
    }

    /// Counts on while the log is read.
    pub(crate) fn consumed_counter(&self) -> Consumed {
        self.consumed.clone()
    }

    /// What a failed `read` means: content that is cut or damaged has a reason, a failing device is
    /// an error.
    pub(crate) fn reason_of(&self, source: io::Error, offset: u64) -> Result<SkipReason, LogError> {
        let kind = source.kind();
        let error = match source.downcast::<Failure>() {
            Ok(Failure::Device(error)) => error,
            Ok(Failure::Bomb) => return Ok(SkipReason::ExpandsTooFar),
            Err(_) if kind == io::ErrorKind::UnexpectedEof => {
                return Ok(SkipReason::CompressedDataCut);
            }
            Err(_) => return Ok(SkipReason::CompressedDataDamaged),
        };
        Err(LogError::Io {
            offset,
            name: self.name.clone(),
            source: error,
        })
    }

    /// The bytes at any place; what is packed is unpacked into memory.
    pub(crate) fn at_any_place(mut self) -> Result<AnyPlace, LogError> {
        if let Some(source) = self.plain.take() {
            let bytes = Arc::new(CountingReadAt {
                inner: source,
                consumed: self.consumed,
            });
            return Ok(AnyPlace {
                bytes,
                damage: None,
            });
        }
        let mut bytes = Vec::new();
        let outcome = (&mut self as &mut dyn Read)
            .take(Self::MAX_IN_MEMORY + 1)
            .read_to_end(&mut bytes);
        if bytes.len() as u64 > Self::MAX_IN_MEMORY {
            return Err(LogError::MustBeUnpacked {
                limit_mib: Self::MAX_IN_MEMORY >> 20,
                name: self.name,
            });
        }
        let offset = bytes.len() as u64;
        let damage = outcome.err().map(|error| self.reason_of(error, offset));
        Ok(AnyPlace {
            bytes: Arc::new(Bytes::from(bytes)),
            damage: damage.transpose()?,
        })
    }
}

/// Failures that are no damage of what is packed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Device(io::Error),
    #[error("unpacks to more than a log could hold")]
    Bomb,
}

/// Whether reading failed because of what was read.
pub(super) fn is_damage(error: &io::Error) -> bool {
    match error.get_ref() {
        Some(cause) => !cause.is::<Failure>(),
        None => true,
    }
}

impl Read for LogInput {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.unpacked > Self::SURE_BYTES.max(self.consumed() * Self::MAX_RATIO) {
            return Err(io::Error::other(Failure::Bomb));
        }
        let n = self.bytes.read(target)?;
        self.unpacked += n as u64;
        Ok(n)
    }
}

/// Opens a log: finds the format by content and unpacks gzip, zstd and zip first.
///
/// The logs in a zip archive are read one after the other as one. `name` appears in messages only.
///
/// # Errors
/// [`LogError::UnknownFormat`], [`LogError::NoLogInArchive`] and [`LogError::Empty`] say that this is
/// no log we can read; [`LogError::MustBeUnpacked`] that it is one and too large as it is packed;
/// [`LogError::Io`] that the input fails at its very beginning. Anything later is found by `read`.
pub fn open(input: impl ReadAt + 'static, name: &str) -> Result<Box<dyn LogReader>, LogError> {
    let source: Arc<dyn ReadAt> = Arc::new(input);
    let mut magic = [0; 4];
    let n = source.read_at(0, &mut magic).unwrap_or(0); // a failure comes again below
    if zip::looks_like(magic.get(..n).unwrap_or_default()) {
        return zip::open(source, Consumed::default(), name);
    }
    reader(LogInput::whole(source, name)?)
}

/// The first bytes of a log, unpacked: for a preview, and for
/// [`CsvMapping::guess`](super::csv::CsvMapping::guess).
///
/// # Errors
/// As [`open`], without [`LogError::UnknownFormat`].
pub fn head(input: impl ReadAt + 'static, name: &str) -> Result<Vec<u8>, LogError> {
    Ok(LogInput::open(input, name)?.head)
}

/// The reader for what an input begins with.
pub(super) fn reader(input: LogInput) -> Result<Box<dyn LogReader>, LogError> {
    let mut formats = FORMATS.iter();
    match formats.find(|format| (format.looks_like)(&input.head)) {
        Some(format) => (format.open)(input),
        None => Err(input.unknown_format()),
    }
}

/// Counts what is read, and marks failures of the device as such.
pub(super) struct CountingRead {
    pub(super) inner: Stretch,
    pub(super) consumed: Consumed,
}

impl Read for CountingRead {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        match self.inner.read(target) {
            Ok(n) => {
                self.consumed.add(n as u64);
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) => Err(io::Error::new(error.kind(), Failure::Device(error))),
        }
    }
}

struct CountingReadAt {
    inner: Arc<dyn ReadAt>,
    consumed: Consumed,
}

impl ReadAt for CountingReadAt {
    fn size(&self) -> io::Result<u64> {
        self.inner.size()
    }

    fn read_at(&self, offset: u64, target: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read_at(offset, target)?;
        self.consumed.add(n as u64);
        Ok(n)
    }
}
