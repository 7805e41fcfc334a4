//! `canlake`: the desktop app and its headless commands.

pub mod query;
pub mod runtime;
pub mod series;
pub mod source;
