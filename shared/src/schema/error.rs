//! What can be wrong with a file of the lake.

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::errors::ParquetError;

use super::footer::FileKind;

/// A file cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// The bytes are not Parquet, are cut short, or break the format's rules.
    #[error("not a readable Parquet file")]
    Parquet {
        /// What the Parquet reader or writer says.
        #[source]
        source: ParquetError,
    },
    /// Columns could not be built or converted.
    #[error("cannot build columns")]
    Arrow {
        /// What Arrow says.
        #[source]
        source: ArrowError,
    },
    /// The Parquet reader gave up on the footer by panicking; the file is damaged or made to harm.
    #[error("not a readable Parquet file: its footer is inconsistent")]
    Footer,
    /// The file claims more than a file of its size can hold, or than this program will decode.
    #[error(
        "{what} of {found} is beyond the limit of {limit}; the file is damaged or made to harm"
    )]
    Limit {
        /// Which number of the footer.
        what: &'static str,
        /// What the file claims.
        found: u64,
        /// What is accepted.
        limit: u64,
    },
    /// The columns are neither those of raw frames nor those of decoded signals.
    #[error(
        "neither raw frames (timestamp, arb_id, data) nor decoded signals (timestamp, message_name, \
         signal_name, value): its columns are {columns}"
    )]
    UnknownKind {
        /// The names found, the first few.
        columns: String,
    },
    /// The file is of another kind than the one asked for.
    #[error("holds {found} rows where {expected} rows are needed")]
    OtherKind {
        /// The kind found.
        found: FileKind,
        /// The kind asked for.
        expected: FileKind,
    },
    /// A column has a type that does not convert to the contract's.
    #[error("column {column} has type {found}, which does not convert to {expected}")]
    ColumnType {
        /// Its name.
        column: String,
        /// Its type in the file.
        found: DataType,
        /// The contract's type.
        expected: DataType,
    },
    /// A batch that should follow the contract has nulls or lacks a column.
    #[error("column {column} is missing or has nulls in a batch of {kind} rows")]
    Batch {
        /// Its name.
        column: &'static str,
        /// The contract that the batch should follow.
        kind: FileKind,
    },
    /// Slices given for one signal differ in length.
    #[error("signal {signal} has {timestamps} timestamps but {values} {what}")]
    Lengths {
        /// The signal.
        signal: String,
        /// Number of timestamps.
        timestamps: usize,
        /// Number of the other.
        values: usize,
        /// What the other is.
        what: &'static str,
    },
    /// Signals of one sorted run must come in order, each once.
    #[error("signal {signal} comes after {previous} in one sorted run; end the run first")]
    Order {
        /// The signal that comes too late.
        signal: String,
        /// The one before it.
        previous: String,
    },
    /// The thread that encodes columns ended early.
    #[error("the thread that encodes columns ended early")]
    Encoder,
    /// The file could not be written.
    #[error("cannot write")]
    Io {
        /// What the operating system says.
        #[source]
        source: std::io::Error,
    },
}

impl From<ParquetError> for SchemaError {
    fn from(source: ParquetError) -> Self {
        Self::Parquet { source }
    }
}

impl From<ArrowError> for SchemaError {
    fn from(source: ArrowError) -> Self {
        Self::Arrow { source }
    }
}
