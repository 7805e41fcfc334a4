//! From an input of any kind to the reader that suits it: gzip is undone, the format is found by
//! content.

use std::io::{self, BufRead, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::asc;
use super::busmaster;
use super::canboat;
use super::candump;
use super::crtd;
use super::csv;
use super::read_at::{ReadAt, Stretch};
use super::skip::excerpt;
use super::trc;
use super::{LogError, LogReader};

/// How much is looked at to find the format.
const SNIFF_BYTES: u64 = 64 * 1024;
const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// How a format is found and read.
pub(super) struct Format {
    /// What it is called in the list of those that are known.
    pub(super) name: &'static str,
    /// Whether the first bytes of a log are its.
    pub(super) looks_like: fn(&[u8]) -> bool,
    /// Begins to read.
    pub(super) open: fn(LogInput) -> Result<Box<dyn LogReader>, LogError>,
}

/// All that are known. The first that says yes is taken: those with a signature stand before those
/// that look for one good line.
const FORMATS: &[Format] = &[
    candump::FORMAT,
    asc::FORMAT,
    trc::FORMAT,
    crtd::FORMAT,
    busmaster::FORMAT,
    canboat::FORMAT,
    csv::FORMAT,
    candump::screen::FORMAT,
];

/// The names of all formats, for messages.
pub(super) fn known_formats() -> String {
    let names: Vec<&str> = FORMATS.iter().map(|format| format.name).collect();
    format!("{} (plain or gzip)", names.join(", "))
}

/// The bytes of a log after decompression.
pub(super) struct LogInput {
    bytes: Box<dyn Read + Send>,
    consumed: Arc<AtomicU64>,
    name: String,
    head: Vec<u8>,
}

impl LogInput {
    /// Undoes compression and looks at the first bytes.
    pub(super) fn new(input: impl ReadAt + 'static, name: &str) -> Result<Self, LogError> {
        let io_error = |source| LogError::Io {
            offset: 0,
            name: name.to_owned(),
            source,
        };
        let consumed = Arc::new(AtomicU64::new(0));
        let counted = CountingRead {
            inner: Stretch::new(Arc::new(input), 0, u64::MAX),
            consumed: Arc::clone(&consumed),
        };
        let (magic, rest) = peek(counted, GZIP_MAGIC.len() as u64).map_err(io_error)?;
        let bytes: Box<dyn Read + Send> = if magic == GZIP_MAGIC {
            Box::new(MultiGzDecoder::new(rest))
        } else {
            Box::new(rest)
        };
        let (head, bytes) = peek(bytes, SNIFF_BYTES).map_err(io_error)?;
        if head.is_empty() {
            return Err(LogError::Empty {
                name: name.to_owned(),
            });
        }
        Ok(Self {
            bytes: Box::new(bytes),
            consumed,
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
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Name for error messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes taken from the input before decompression.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// What a failed `read` means: damaged content, or a failing device.
    pub(super) fn classify(error: &io::Error) -> ReadFailure {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => ReadFailure::Cut,
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => ReadFailure::Damaged,
            _ => ReadFailure::Io,
        }
    }
}

/// See [`LogInput::classify`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadFailure {
    Cut,
    Damaged,
    Io,
}

impl Read for LogInput {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        self.bytes.read(target)
    }
}

/// Opens a log: finds the format by content, undoing gzip first (also when it has several members).
///
/// `name` appears in messages only.
///
/// # Errors
/// [`LogError::UnknownFormat`] and [`LogError::Empty`] say that this is no log we can read;
/// [`LogError::Io`] that the input fails at its very beginning. Anything later is found by `read`.
pub fn open(input: impl ReadAt + 'static, name: &str) -> Result<Box<dyn LogReader>, LogError> {
    let input = LogInput::new(input, name)?;
    let mut formats = FORMATS.iter();
    match formats.find(|format| (format.looks_like)(&input.head)) {
        Some(format) => (format.open)(input),
        None => Err(input.unknown_format()),
    }
}

/// The first bytes of a log after decompression: for a preview, and for
/// [`CsvMapping::guess`](super::csv::CsvMapping::guess).
///
/// # Errors
/// As [`open`], without [`LogError::UnknownFormat`].
pub fn head(input: impl ReadAt + 'static, name: &str) -> Result<Vec<u8>, LogError> {
    Ok(LogInput::new(input, name)?.head)
}

/// Reads up to `max` bytes ahead; the reader returned gives them again, and then whatever stopped
/// the reading ahead.
fn peek<R: Read>(mut input: R, max: u64) -> io::Result<(Vec<u8>, Peeked<R>)> {
    let mut head = Vec::new();
    let failure = input.by_ref().take(max).read_to_end(&mut head).err();
    match failure {
        Some(error) if head.is_empty() => Err(error),
        failure => {
            let peeked = Peeked {
                head: Cursor::new(head.clone()),
                failure,
                rest: io::BufReader::new(input),
            };
            Ok((head, peeked))
        }
    }
}

struct Peeked<R> {
    head: Cursor<Vec<u8>>,
    failure: Option<io::Error>,
    rest: io::BufReader<R>,
}

impl<R: Read> Read for Peeked<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.head.read(target)?;
        if n > 0 || target.is_empty() {
            return Ok(n);
        }
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.rest.read(target),
        }
    }
}

impl<R: Read> BufRead for Peeked<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.head.position() < self.head.get_ref().len() as u64 {
            return self.head.fill_buf();
        }
        match self.failure.take() {
            Some(error) => Err(error),
            None => self.rest.fill_buf(),
        }
    }

    fn consume(&mut self, n: usize) {
        if self.head.position() < self.head.get_ref().len() as u64 {
            self.head.consume(n);
        } else {
            self.rest.consume(n);
        }
    }
}

struct CountingRead {
    inner: Stretch,
    consumed: Arc<AtomicU64>,
}

impl Read for CountingRead {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(target)?;
        self.consumed.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
