//! Writing what is loaded to files of other programs.

mod png;

pub use png::{Picture, write_png};
