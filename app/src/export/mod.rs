//! Writing what is loaded to files of other programs.
//!
//! Samples are written as they are, never thinned out for a picture. Nothing here opens a file.

mod csv;
mod events;
mod options;
mod parquet;
mod png;
mod table;

pub use csv::{CsvWriter, write_csv};
pub use events::write_events;
pub use options::{CsvLayout, CsvOptions, Decimal, Separator, TimeFormat, parse_step};
pub use parquet::{ExportSignal, ParquetExport, declaration, write_parquet};
pub use png::{Picture, write_png, write_png_while};
pub use table::{Column, Rows, Texts};
