//! `canlake`: the desktop app and its headless commands.
//!
//! ```text
//!   source ──▶ query ──▶ series ──▶ state ◀──▶ ui          app (eframe)
//!                 └────────────────────────▶ export         cli (headless)
//! ```

pub mod app;
pub mod cli;
pub mod clock;
pub mod command;
pub mod demo;
pub mod exact_duration;
pub mod export;
pub mod inspect;
pub mod query;
pub mod runtime;
pub mod series;
pub mod share;
pub mod source;
pub mod state;
pub mod stop;
mod system_memory;
pub mod time_display;
pub mod timing;
pub mod ui;
pub mod whole_file;
pub mod workers;
