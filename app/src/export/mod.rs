//! Writing what is loaded to files of other programs.
//!
//! Samples are written as they are, never thinned out for a picture. Nothing here opens a file.

mod csv;
mod parquet;
mod png;
mod table;

pub use csv::write_csv;
pub use parquet::{ExportSignal, write_parquet};
pub use png::{Picture, write_png};
pub use table::{Column, Rows};
