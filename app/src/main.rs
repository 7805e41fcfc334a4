//! `canlake`: the desktop app, or one of its headless commands.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::time::Instant;

use canlake::app::{self, Start};
use canlake::cli::{self, Request};
use mimalloc::MiMalloc;
use tracing_subscriber::EnvFilter;

/// Shapes and triangles of a frame are megabytes: the system's allocator would take them from the kernel
/// anew each time, which costs more than filling them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let began = Instant::now();
    start_log();
    let (paths, layout) = match cli::run(std::env::args_os()) {
        Request::Done(code) => return code,
        Request::App { paths, layout } => (paths, layout),
    };
    let start = if paths.is_empty() {
        Start::Demo
    } else {
        Start::Open(paths)
    };
    match app::run(start.clone(), layout.clone(), began) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::run_without_display(&error.to_string(), &start, layout.as_deref()),
    }
}

/// Libraries log to standard error if `RUST_LOG` asks them to; else it is for our own messages alone.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_not_set| EnvFilter::new("off"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // They would be printed to the stderr that failed, by a macro that panics then.
        .log_internal_errors(false)
        .init();
}
